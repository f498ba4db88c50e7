import BitMindSimulator
import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

extension BuiltProgramTests {
    /// An API that closes connections during uploads. libcurl 8.7 and later need a new handle after each (see
    /// `KeptHandles`).
    struct BrokenConnectionTests {
        @Test func `classify gets every verdict from a server that closes a third of its connections`()
            async throws
        {
            var behaviour = SimulatorBehaviour()
            behaviour.seed = 3
            behaviour.faults = [FaultRule(.closeAtOnce, .rate(0.3))]
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    var settings = Site.Settings()
                    // One after the other, so that the faults fall on the same requests each time.
                    settings.upload = "concurrency = 1\nretry_initial = \"10ms\""
                    let configuration = try site.writeConfiguration(simulator.baseURL, settings)
                    let files = Self.large(20)
                    for file in files {
                        try Data(file.bytes).write(to: URL(filePath: "\(site.outside)/\(file.path)"))
                    }
                    let paths = files.map { "\(site.outside)/\($0.path)" }
                    let ending = try await Program.run(
                        Program.watch, ["classify", "--config", configuration] + paths,
                        environment: settings.environment)
                    #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
                    #expect(ending.output.split(separator: "\n").count { !$0.contains("no verdict") } == 20)
                }
            }
        }

        @Test func `an API that is killed amid uploads and is back after two seconds gets the rest`()
            async throws
        {
            let files = Self.large(40)
            // No other process takes the port in between, because the kernel assigns others first.
            let port = try #require(await Simulator.with { URL(string: $0.baseURL)?.port })
            var settings = Site.Settings()
            settings.upload = "batch = \"off\"\nretry_max = \"1s\""
            _ = try await Site.with { site in
                try await site.serve("http://127.0.0.1:\(port)", settings) { service in
                    for file in files { try site.moveIn(file) }
                    try await Self.withSimulator(port, ["--read-rate", "2000000"]) { simulator in
                        try await service.wait(until: "some are filed") {
                            files.count { site.hasFiled([$0]) } >= 4
                        }
                        simulator.send(SIGKILL)
                        try await simulator.ended()
                    }
                    try await Task.sleep(for: .seconds(2))
                    try await Self.withSimulator(port, []) { _ in
                        try await service.wait(until: "all are filed", atMost: .seconds(20)) {
                            site.hasFiled(files)
                        }
                    }
                }
            }
        }

        /// Images that take many calls to send.
        private static func large(_ count: Int) -> [DroppedFile] {
            (0..<count).map { DroppedFile("\($0).jpg", seed: UInt64(500 + $0), size: 376_000) }
        }

        /// Runs the simulator's program while `body` runs.
        private static func withSimulator(
            _ port: Int, _ options: [String], _ body: (RunningProcess) async throws -> Void
        ) async throws {
            _ = try await Subprocess.run(
                .path(FilePath(Program.simulator)), arguments: Arguments(["--port", "\(port)"] + options),
                environment: Program.environment(), input: .none, output: .discarded, error: .discarded
            ) { execution in
                let process = RunningProcess(execution.processIdentifier.value)
                defer { process.send(SIGKILL) }
                try await body(process)
            }
        }
    }
}
