import Foundation

/// A scratch folder with an inbox, the simulator and the service, for one scenario.
struct Bench {
    private let scenario: Scenario
    private let programs: URL
    private let root: URL

    /// - Parameter programs: the folder with the built programs.
    init(_ scenario: Scenario, programs: URL) throws {
        self.scenario = scenario
        self.programs = programs
        root = FileManager.default.temporaryDirectory.appendingPathComponent(
            "bitmind-benchmark-\(UUID().uuidString)")
        for name in ["inbox", "stage"] {
            try FileManager.default.createDirectory(
                at: root.appendingPathComponent(name), withIntermediateDirectories: true)
        }
    }

    func run() throws -> Measurement {
        defer {
            do {
                try FileManager.default.removeItem(at: root)
            } catch {
                print("\(root.path) could not be removed: \(error)")
            }
        }
        let simulator = try RunningProgram(
            programs.appendingPathComponent("bitmind-simulator"),
            ["--port", "0", "--latency", scenario.latency], log: root.appendingPathComponent("simulator.log"))
        let line = try simulator.line(with: "listening on")
        guard let url = line.split(separator: " ").last else {
            throw BenchmarkFailure("the simulator does not say where it listens: \(line)")
        }
        let configuration = root.appendingPathComponent("config.toml")
        try configured(String(url)).write(to: configuration, atomically: true, encoding: .utf8)
        let names = try stageFiles()
        let service = try RunningProgram(
            programs.appendingPathComponent("bitmind-watch"), ["run", "--config", configuration.path],
            log: root.appendingPathComponent("service.log"))
        _ = try service.line(with: "ready: ")
        let start = ContinuousClock.now
        for name in names {
            try FileManager.default.moveItem(
                at: root.appendingPathComponent("stage/\(name)"),
                to: root.appendingPathComponent("inbox/\(name)"))
        }
        try waitUntilFiled()
        let took = ContinuousClock.now - start
        let usage = try service.usage()
        return Measurement(
            seconds: took / .seconds(1), files: names.count, processorSeconds: usage.seconds,
            peakKilobytes: usage.peakKilobytes)
    }

    private func configured(_ url: String) -> String {
        """
        [api]
        base_url = "\(url)"
        [upload]
        concurrency = \(scenario.concurrency)
        batch = "\(scenario.batch)"
        [log]
        level = "notice"
        [[watch]]
        inbox = "\(root.path)/inbox"
        """
    }

    /// JPEG files of 20 kB, each with bytes of its own.
    private func stageFiles() throws -> [String] {
        let head: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]
        return try (0..<scenario.files).map { number in
            var bytes = head
            // A byte FF would begin a marker.
            bytes += (0..<19_986).map { _ in UInt8.random(in: 0..<0xFF) }
            bytes += [0xFF, 0xD9]
            let name = "photo-\(number).jpg"
            try Data(bytes).write(to: root.appendingPathComponent("stage/\(name)"))
            return name
        }
    }

    private func waitUntilFiled() throws {
        // Seldom enough not to take time from what is measured.
        _ = try wait(within: 300, every: 25, for: "all files to be filed") {
            let filed = try ["ai", "human"].reduce(0) { sum, name in
                try sum
                    + FileManager.default.contentsOfDirectory(
                        atPath: root.appendingPathComponent(name).path
                    ).count { $0.hasSuffix(".jpg") }
            }
            return filed == scenario.files ? true : nil
        }
    }
}
