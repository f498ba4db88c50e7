import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// The commands' output for a user other than the service's: it names the right command, and reports no
    /// false problem.
    @Suite(.enabled(if: geteuid() == 0, "needs root, to run as other users"))
    struct BystanderTests {
        enum Who: String, CaseIterable, Sendable {
            /// In the group of the service.
            case member
            /// In no group of the service's.
            case other
            case root

            var command: [String] {
                switch self {
                case .member:
                    ["/usr/bin/setpriv", "--reuid=4242", "--regid=\(Site.nobody)", "--clear-groups"]
                case .other: ["/usr/bin/setpriv", "--reuid=4243", "--regid=4243", "--clear-groups"]
                case .root: ["/usr/bin/env"]
                }
            }
        }

        /// A site whose service ran as another user, and has filed a file and failed one.
        private func with(_ body: (Site, String) async throws -> Void) async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try change(site.root, mode: 0o755, owner: 0)
                    for folder in ["inbox", "ai", "human", "failed", "run"] {
                        try site.makeFolder(folder)
                        try change("\(site.root)/\(folder)", mode: folder == "run" ? 0o750 : 0o2770)
                    }
                    let good = DroppedFile("good.jpg", seed: 21)
                    try site.moveIn(good)
                    try Data("Words".utf8).write(to: URL(filePath: "\(site.inbox)/bad.jpg"))
                    for name in ["good.jpg", "bad.jpg"] { try change("\(site.inbox)/\(name)", mode: 0o640) }
                    var settings = Site.Settings()
                    settings.environment["RUNTIME_DIRECTORY"] = "\(site.root)/run"
                    try await site.serveUnprivileged(simulator, settings) { service in
                        try await service.wait(until: "both are filed") {
                            site.hasFiled([good]) && site.exists("failed/bad.jpg")
                        }
                        try await body(site, "\(site.root)/config.toml")
                    }
                }
            }
        }

        private func change(_ path: String, mode: mode_t, owner: UInt32 = Site.nobody) throws {
            guard chown(path, owner, owner) == 0, chmod(path, mode) == 0 else {
                throw SystemFailure("chown", path)
            }
        }

        private func run(
            _ who: Who, _ site: Site, _ arguments: [String], environment: [String: String] = [:]
        ) async throws -> Program.Ending {
            let command = who.command + ["\(site.root)/bitmind-watch"] + arguments
            return try await Program.run(command[0], Array(command.dropFirst()), environment: environment)
        }

        @Test func `each command says to each user what that user can do`() async throws {
            try await with { site, configuration in
                for who in Who.allCases {
                    try await check(who, site, configuration)
                    try await verify(who, site, configuration)
                    try await retry(who, site, configuration)
                    try await classify(who, site, configuration)
                    try await status(who, site)
                }
            }
        }

        private func check(_ who: Who, _ site: Site, _ configuration: String) async throws {
            let ending = try await run(who, site, ["check", "--config", configuration])
            let lines = ending.output.split(separator: "\n")
            let unknown = lines.filter { $0.hasPrefix("unknown  ") }
            let problems = lines.filter { $0.hasPrefix("problem  ") }
            switch who {
            case .root:
                #expect(unknown.isEmpty)
                #expect(ending.errors.hasPrefix("root may do more than the service"), "\(ending)")
            case .member, .other:
                #expect(ending.code == 1)
                // Whether root has credentials for it cannot be seen, and no other problem is reported.
                #expect(problems == [], "\(who): \(ending)")
                let denied = (who == .other ? ["inbox"] : []) + ["ai", "human", "failed", "credentials"]
                #expect(unknown.map { $0.split { " :".contains($0) }[1] } == denied.map { Substring($0) })
                #expect(unknown.allSatisfy { $0.contains("you may not") && $0.hasSuffix("runs as nobody") })
            }
            #expect(ending.errors.contains("run sudo /usr/share/doc/bitmind-watch/examples/bitmind-check"))
        }

        private func verify(_ who: Who, _ site: Site, _ configuration: String) async throws {
            let ending = try await run(who, site, ["verify", "--config", configuration])
            switch who {
            case .root:
                #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending)")
            case .member:
                #expect(ending.output == "2 files verified, no problems\n")
                #expect(ending.code == 0)
                #expect(ending.errors.contains("/.bitmind-watch: only the service's user may read it"))
                #expect(ending.errors.contains("run sudo bitmind-watch verify"))
            case .other:
                #expect(ending.code == 1)
                let findings = ending.output.split(separator: "\n").dropLast()
                #expect(findings.count == 3)
                #expect(
                    findings.allSatisfy { $0.hasSuffix("you may not read it: run sudo bitmind-watch verify") }
                )
            }
        }

        private func retry(_ who: Who, _ site: Site, _ configuration: String) async throws {
            guard who == .other else { return }
            let ending = try await run(who, site, ["retry", "--config", configuration, "--all"])
            #expect(ending.code == 1)
            #expect(
                ending.errors.contains(
                    "you may not read it: run sudo -u bitmind-watch bitmind-watch retry"))
        }

        private func classify(_ who: Who, _ site: Site, _ configuration: String) async throws {
            let ending = try await run(
                who, site, ["classify", "--config", configuration, "\(site.root)/config.toml"])
            #expect(ending.code == 1)
            #expect(
                ending.errors.hasPrefix(
                    "there are no credentials: set BITMIND_CLIENT_ID and BITMIND_CLIENT_SECRET in the environment."
                ))
            #expect(ending.errors.split(separator: "\n").count == 1)
        }

        private func status(_ who: Who, _ site: Site) async throws {
            let file = "\(site.root)/run/status.json"
            let ending = try await run(who, site, ["status", "--status-file", file])
            if who == .other {
                #expect(ending.code == 1)
                #expect(
                    ending.errors.hasPrefix("\(file): you may not read it: run sudo bitmind-watch status"))
                return
            }
            // The file is written once a second at most.
            try await wait(until: "the status says that the API is simulated") {
                try await run(who, site, ["status", "--status-file", file]).output
                    .contains("the API is simulated: its verdicts mean nothing")
            }
            let inFailed = "\(site.root)/failed/bad.jpg"
            let filed = try await run(who, site, ["status", "--status-file", file, inFailed])
            #expect(filed.output.hasPrefix("\(inFailed): filed to failed: unsupported-type"), "\(filed)")
        }

        @Test func `a file in a folder that neither the service nor the user may read is reported as such`()
            async throws
        {
            try await with { site, _ in
                try site.makeFolder("outside/closed/deep")
                try Data([1]).write(to: URL(filePath: "\(site.outside)/closed/deep/a.jpg"))
                try change("\(site.outside)/closed", mode: 0o700, owner: 0)
                guard rename("\(site.outside)/closed", "\(site.inbox)/closed") == 0 else {
                    throw SystemFailure("rename", "closed")
                }
                let path = "\(site.inbox)/closed/deep/a.jpg"
                let arguments = ["status", "--status-file", "\(site.root)/run/status.json", path]
                try await wait(until: "root is told") {
                    try await run(.root, site, arguments).output
                        == "\(path): unreadable: the service may not read its folder closed: the file waits until it may\n"
                }
                let member = try await run(.member, site, arguments)
                #expect(
                    member.output
                        == "\(path): unknown: you may not read the folder closed (Permission denied): run sudo "
                        + "bitmind-watch status\n")
            }
        }
    }
}
