import BitMindAPI
import BitMindSimulator
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

extension BuiltProgramTests {
    /// Secrets are only where they were put.
    struct SecretTests {
        /// A way to authenticate, and its credentials.
        struct Way: Sendable {
            let method: String
            /// By the names of credential files.
            let files: [String: String]
            /// Whether they are files in `$CREDENTIALS_DIRECTORY`; otherwise they are in the environment.
            let isFolder: Bool
        }

        /// Where credential files are, below the site.
        static let folder = "credentials"
        static let oauth = ["client-id": "client-4711-a", "client-secret": "correct horse/battery+staple"]
        static let certificate =
            "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n"
        static let ways = [
            Way(method: "oauth", files: oauth, isFolder: true),
            Way(method: "oauth", files: oauth, isFolder: false),
            Way(
                method: "mtls", files: ["client-id": "client-4711-b", "client-cert": certificate],
                isFolder: true),
            Way(method: "api-key", files: ["api-key": "enterprise-0123456789abcdef"], isFolder: true),
        ]

        @Test(arguments: ways)
        func `no secret appears in anything that is written, even if the API repeats it`(way: Way)
            async throws
        {
            let echo = SimulatorBehaviour {
                $0.faults = [
                    FaultRule(.echoCredentials, on: FaultRule.fileEndpoints.union([.token, .status]))
                ]
            }
            try await Simulator.with(echo) { simulator in
                try await Site.with { site in
                    let settings = try settings(way, site)
                    let written = try await written(way, simulator, site, settings)
                    // Each of the places is there to be looked at.
                    for file in ["status.json", "metrics.prom", "failed/bad.jpg.json"] {
                        #expect(site.exists(file), "\(file)")
                    }
                    #expect(written.contains { $0.contains("received") && $0.contains("redacted") })
                    let tokens = simulator.requests.compactMap { $0.credential?.split(separator: " ").last }
                    let all = Set(tokens.map(String.init)).union(forms(of: way.files))
                    #expect(all.count > way.files.count)
                    for secret in all {
                        let places = written.filter { $0.contains(secret) }
                        #expect(places == [], "\(secret)")
                    }
                }
            }
        }

        /// All that the programs write while files are judged, credentials refused, and taken again.
        private func written(
            _ way: Way, _ simulator: Simulator, _ site: Site, _ settings: Site.Settings
        ) async throws -> [String] {
            let files = DroppedFile.images(8)
            let late = DroppedFile("late.jpg", seed: 7)
            let ofProcess = Mutex<[String]>([])
            let ending = try await site.serve(simulator, settings) { service in
                try site.copyIn(files[0])
                for file in files.dropFirst() { try site.moveIn(file) }
                try putBadImage(site)
                try await service.wait(until: "all are filed") {
                    site.hasFiled(files) && site.exists("failed/bad.jpg")
                }
                simulator.revokeTokens()
                simulator.behave { $0.authentication = [] }
                try site.moveIn(late)
                try await service.wait(until: "the refusal is told, and in the status") {
                    try !service.lines(with: "refused the credentials").isEmpty
                        && text(of: "\(site.root)/status.json").contains("credentials refused")
                }
                let texts = try process(service.process, way)
                ofProcess.withLock { $0 = texts }
                simulator.behave { $0.authentication = Set(AuthenticationMethod.allCases) }
                try await service.wait(until: "it goes on") { site.hasFiled([late]) }
            }
            let classified = try await classify(files[0], site, settings)
            return ofProcess.withLock { $0 } + [classified] + ending.lines + ending.notified
                + (try texts(below: site.root))
        }

        @Test func `a secret that is replaced in $CREDENTIALS_DIRECTORY is taken up without a restart`()
            async throws
        {
            let before = DroppedFile.images(5, "before", seed: 100)
            let after = DroppedFile.images(5, "after", seed: 200)
            let last = DroppedFile.images(5, "last", seed: 300)
            let behaviour = SimulatorBehaviour { $0.clientSecret = Self.oauth["client-secret"] }
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    let settings = try settings(Self.ways[0], site)
                    let ending = try await site.serve(simulator, settings) { service in
                        for file in before { try site.moveIn(file) }
                        try await service.wait(until: "the first are filed") { site.hasFiled(before) }

                        // Replaced before it is refused, so no error occurs.
                        try provide(["client-secret": "second"], at: site)
                        simulator.behave { $0.clientSecret = "second" }
                        simulator.revokeTokens()
                        for file in after { try site.moveIn(file) }
                        try await service.wait(until: "the next are filed") { site.hasFiled(after) }
                        #expect(service.lines(with: "refused the credentials").isEmpty)

                        // Refused before it is replaced: files wait until it is.
                        simulator.behave { $0.clientSecret = "third" }
                        simulator.revokeTokens()
                        for file in last { try site.moveIn(file) }
                        try await service.wait(until: "the refusal is told") {
                            !service.lines(with: "refused the credentials").isEmpty
                        }
                        try provide(["client-secret": "third"], at: site)
                        try await service.wait(until: "the last are filed") { site.hasFiled(last) }
                    }
                    #expect(ending.code == 0)
                    #expect(ending.lines.count { $0.contains("refused the credentials") } == 1)
                    #expect(try site.files(in: "failed") == [])
                }
            }
        }

        @Test(.needsRoot("to run the service as another user"))
        func `no other process of its user looks into the service, and it leaves no core dump`() async throws
        {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    guard chmod(site.root, 0o777) == 0 else { throw SystemFailure("chmod", site.root) }
                    let user = ["--reuid=\(Site.nobody)", "--regid=\(Site.nobody)", "--clear-groups"]
                    let limits = ["/usr/bin/env", "-C", site.root, "prlimit", "--core=unlimited:unlimited"]
                    let ending = try await site.serveUnprivileged(simulator, under: limits) { service in
                        try await service.waitUntilReady()
                        for name in ["environ", "mem", "maps"] {
                            let path = "/proc/\(service.process.id)/\(name)"
                            var status = stat()
                            #expect(stat(path, &status) == 0 && status.st_uid == 0, "\(name)")
                            let reading = try await Program.run(
                                "/usr/bin/setpriv", user + ["head", "-c1", path])
                            #expect(reading.code == 1 && reading.output.isEmpty, "\(name)")
                        }
                        service.process.send(SIGQUIT)
                        try await service.wait(until: "it ends") { service.process.hasEnded }
                    }
                    #expect(ending.code == -SIGQUIT)
                    #expect(try site.files(in: ".").filter { $0.contains("core") } == [])
                }
            }
        }

        // MARK: What is given

        private func provide(_ files: [String: String], at site: Site) throws {
            try site.makeFolder(Self.folder)
            for (name, text) in files {
                let path = "\(site.root)/\(Self.folder)/\(name)"
                try Data((text + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
            }
        }

        /// Provides the credentials, and the settings with which they are found.
        private func settings(_ way: Way, _ site: Site) throws -> Site.Settings {
            var settings = Site.Settings()
            settings.api = "auth = \"\(way.method)\""
            settings.upload = "retry_initial = \"50ms\"\nretry_max = \"200ms\""
            settings.other = """
                [log]
                level = "trace"
                [metrics]
                textfile = "\(site.root)/metrics.prom"
                """
            settings.environment = ["RUNTIME_DIRECTORY": site.root]
            if way.isFolder {
                try provide(way.files, at: site)
                settings.environment["CREDENTIALS_DIRECTORY"] = "\(site.root)/\(Self.folder)"
            } else {
                for (name, text) in way.files {
                    let variable = "BITMIND_" + name.uppercased().replacing("-", with: "_")
                    settings.environment[variable] = text
                }
            }
            return settings
        }

        /// An image that only the API finds wrong.
        private func putBadImage(_ site: Site) throws {
            var bytes = DroppedFile("bad.jpg", seed: 99).bytes
            bytes.insert(contentsOf: [0xFF, 0xFE, 0, 14] + Array("simulate-bad".utf8), at: 2)
            try Data(bytes).write(to: URL(filePath: "\(site.inbox)/bad.jpg"))
        }

        /// How a secret may be written.
        private func forms(of files: [String: String]) -> [String] {
            files.values.flatMap { text in
                let encoded = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
                return [
                    text, text.trimmingCharacters(in: .newlines), Data(text.utf8).base64EncodedString(),
                    Data((text + "\n").utf8).base64EncodedString(), encoded ?? text,
                ]
            }
        }

        // MARK: What is written

        /// The command line; and the environment, unless the secrets were given in it. Only root can read the
        /// environment: the service keeps it from all other processes of its user.
        private func process(_ process: RunningProcess, _ way: Way) throws -> [String] {
            let environment = "/proc/\(process.id)/environ"
            let isRoot = geteuid() == 0
            if !isRoot { #expect(access(environment, R_OK) == -1) }
            let names = way.isFolder && isRoot ? ["cmdline", "environ", "comm"] : ["cmdline", "comm"]
            return try names.map { try text(of: "/proc/\(process.id)/\($0)") }
        }

        private func classify(_ file: DroppedFile, _ site: Site, _ settings: Site.Settings) async throws
            -> String
        {
            let ending = try await Program.run(
                Program.watch,
                [
                    "classify", "--json", "--config", "\(site.root)/config.toml",
                    "\(site.root)/\(site.place(of: file))",
                ],
                environment: settings.environment)
            #expect(ending.code == 0, "\(ending.errors)")
            return ending.output + ending.errors
        }

        private func texts(below folder: String) throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: folder).compactMap { path in
                if path.hasPrefix(Self.folder) { return nil }
                var status = stat()
                guard lstat("\(folder)/\(path)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                    return nil
                }
                return try text(of: "\(folder)/\(path)")
            }
        }

        private func text(of path: String) throws -> String {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SystemFailure("open", path) }
            defer { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = read(descriptor, &bytes, bytes.count)
            guard count >= 0 else { throw SystemFailure("read", path) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }
}
