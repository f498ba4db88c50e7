import BitMindSimulator
import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

extension BuiltProgramTests {
    /// A network between the service and the API that carries nothing for a while, without a reset or a
    /// refusal, as when a firewall restarts or a radio link breaks. Needs root, for a separate network.
    @Suite(.needsRoot("for a network of its own"))
    struct SilentNetworkTests {
        /// After this time, TCP itself would resend only after longer than the test allows.
        private static let silence = getenv("BITMIND_LONG_TESTS") == nil ? 27 : 60

        @Test func `files go on within 15 s of the network's return`() async throws {
            let files = (0..<400).map { DroppedFile("\($0).jpg", seed: UInt64($0), size: 400_000) }
            try await Link.with { link in
                try await Site.with { site in
                    var settings = Site.Settings()
                    settings.upload = "batch = \"off\""
                    let configuration = try site.writeConfiguration("http://\(Link.server):8080", settings)
                    for file in files { try site.moveIn(file) }
                    func filed() -> Int { files.count { site.exists(site.place(of: $0)) } }
                    _ = try await Service.run(
                        configuration, manager: "\(site.root)/notify", environment: settings.environment,
                        command: link.client + [Program.watch]
                    ) { service in
                        try await service.wait(until: "some are filed") { filed() >= 8 }
                        try await link.fallSilent()
                        try await Task.sleep(for: .seconds(Self.silence))
                        let before = filed()
                        #expect(before < files.count)
                        try await link.comeBack()
                        try await service.wait(until: "files go on", atMost: .seconds(15)) {
                            filed() > before + 8
                        }
                        // None was given up, on any connection.
                        #expect(try site.files(in: "failed").isEmpty)
                    }
                }
            }
        }
    }
}

/// Two networks with a cable between them, the API at one end.
private struct Link {
    static let server = "10.77.0.2"
    private static let ourselves = "10.77.0.1"
    /// What runs a program at each end.
    let client: [String]
    private let far: [String]

    /// Runs `body` while the simulator listens at the far end.
    static func with(_ body: (Link) async throws -> Void) async throws {
        try await inNetwork { client in
            try await inNetwork { far in
                let link = Link(client: entering(client), far: entering(far))
                try await link.lay(to: far)
                let options = ["--host", server, "--port", "8080", "--read-rate", "200000"]
                try await running(link.far + [Program.simulator] + options) { _ in try await body(link) }
            }
        }
    }

    /// Frames go to an address that does not exist.
    func fallSilent() async throws {
        try await run(client, "neigh replace \(Self.server) lladdr 02:00:00:00:00:01 dev near nud permanent")
        try await run(far, "neigh replace \(Self.ourselves) lladdr 02:00:00:00:00:02 dev far nud permanent")
    }

    func comeBack() async throws {
        try await run(client, "neigh del \(Self.server) dev near")
        try await run(far, "neigh del \(Self.ourselves) dev far")
    }

    private func lay(to network: RunningProcess) async throws {
        try await run(client, "link add near type veth peer name far netns \(network.id)")
        for (end, name, address) in [(client, "near", Self.ourselves), (far, "far", Self.server)] {
            try await run(end, "addr add \(address)/24 dev \(name)")
            for device in ["lo", name] { try await run(end, "link set \(device) up") }
        }
    }

    private func run(_ end: [String], _ command: String) async throws {
        let words = Array(end.dropFirst()) + ["/usr/sbin/ip"] + command.split(separator: " ").map(String.init)
        let ending = try await Program.run(end[0], words)
        guard ending.code == 0 else { throw SystemFailure("ip \(command): \(ending.errors)", end[1]) }
    }

    private static func entering(_ network: RunningProcess) -> [String] {
        ["/usr/bin/nsenter", "--net=/proc/\(network.id)/ns/net"]
    }

    /// Runs `body` while a process holds a separate network.
    private static func inNetwork(_ body: (RunningProcess) async throws -> Void) async throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        try await running(["/usr/bin/unshare", "--net", "/usr/bin/sleep", "600"]) { process in
            try await wait(until: "it has its network") {
                try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process.id)/ns/net") != own
            }
            try await body(process)
        }
    }

    private static func running(
        _ command: [String], _ body: (RunningProcess) async throws -> Void
    ) async throws {
        _ = try await Subprocess.run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
            environment: Program.environment(), input: .none, output: .discarded, error: .discarded
        ) { execution in
            let process = RunningProcess(execution.processIdentifier.value)
            defer { process.send(SIGKILL) }
            try await body(process)
        }
    }
}
