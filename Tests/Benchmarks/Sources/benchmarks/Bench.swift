import Foundation

/// How the service and the simulator are set up for a measurement.
struct Setup {
    /// `upload.batch` of the configuration.
    var batch = "auto"
    /// `upload.concurrency`.
    var concurrency = 8
    /// What the simulator waits before it answers, as its `--latency` takes it.
    var latency = "0ms"
    /// More of the simulator's options.
    var faults: [String] = []
    /// Inboxes, below the scratch folder.
    var inboxes = ["inbox"]
    /// What lies between the service and the simulator; nil for the loopback interface alone.
    var link: Link?
}

/// A scratch folder with inboxes, the simulator, and the service once it is started.
final class Bench {
    let site: Site
    /// In whose network all programs run.
    let emulator: LinkEmulator?
    private let simulator: RunningProgram
    private let configuration: String
    private let programs: Programs
    private var machine = MachineTime()
    private var marks = (service: 0.0, simulator: 0.0, own: 0.0)
    private var service: RunningProgram?
    private var disk: Disk?
    private let inboxes: [String]
    let url: String

    init(_ programs: Programs, _ setup: Setup = Setup()) throws {
        self.programs = programs
        inboxes = setup.inboxes
        site = try Site()
        for inbox in setup.inboxes { try site.makeFolder(inbox) }
        let linkLog = site.path("link.log")
        emulator = try setup.link.map { try LinkEmulator($0, programs, log: linkLog) }
        simulator = try RunningProgram(
            (emulator?.entrance ?? []) + [programs.simulator, "--port", "0", "--latency", setup.latency]
                + setup.faults, log: site.path("simulator.log"))
        let line = try simulator.line(with: "listening on")
        guard let url = line.split(separator: " ").last else { throw Failure("no address: \(line)") }
        self.url = emulator?.farSide(of: String(url)) ?? String(url)
        configuration = site.path("config.toml")
        try Self.text(setup, url: self.url, site).write(
            toFile: configuration, atomically: true, encoding: .utf8)
    }

    private static func text(_ setup: Setup, url: String, _ site: Site) -> String {
        let watches = setup.inboxes.map { "[[watch]]\ninbox = \"\(site.path($0))\"\n" }
        return """
            [api]
            base_url = "\(url)"
            [upload]
            concurrency = \(setup.concurrency)
            batch = "\(setup.batch)"
            [log]
            level = "notice"
            \(watches.joined())
            """
    }

    /// Starts the service and waits until it is ready.
    ///
    /// - Returns: how long that took, in seconds.
    @discardableResult
    func start() throws -> Double {
        let service = try RunningProgram(
            (emulator?.entrance ?? []) + programs.wrapper + [
                programs.service, "run", "--config", configuration, "--status-file", site.path("status.json"),
            ], log: site.path("service.log"))
        _ = try service.line(with: " ready: ", within: 300)
        self.service = service
        let took = Clock.monotonic - service.started
        mark()
        return took
    }

    deinit {
        disk?.goOn()
        service?.end()
        simulator.end()
        emulator?.end()
        disk?.unmount()
    }

    /// Runs a program where the service would run, until it ends well, and gives what it printed.
    func output(of arguments: [String]) throws -> String {
        try benchmarks.output(of: (emulator?.entrance ?? []) + arguments)
    }

    /// Ends the service as an operator would, and what wraps it with it.
    func stop() throws { try service?.stop() }

    /// Mounts a file system over a folder.
    func mount(_ kind: Disk.Kind, over folder: String) throws -> Disk {
        let disk = try Disk(kind, at: site.path(folder))
        self.disk = disk
        return disk
    }

    /// Counts processor time from here on.
    func mark() {
        machine = MachineTime()
        marks = (service?.processorSeconds ?? 0, simulator.processorSeconds, Clock.processor(of: getpid()))
    }

    /// What was used since the mark.
    ///
    /// - Parameter yardstick: the processor seconds of what ran in the service's place.
    func usage(yardstick: Double = 0) throws -> Usage {
        let served = (service?.processorSeconds ?? 0) - marks.service
        let simulated = simulator.processorSeconds - marks.simulator
        let own = Clock.processor(of: getpid()) - marks.own
        return Usage(
            service: served, simulator: simulated,
            others: machine.othersSince(own: served + simulated + own + yardstick),
            resident: try service?.residentMegabytes() ?? 0, peak: try service?.peakMegabytes() ?? 0)
    }

    /// Waits until the service has filed so many files in all.
    func waitUntilFiled(_ count: Int, within seconds: Double = 300) throws {
        _ = try wait(within: seconds, every: 50, for: "\(count) files to be filed") {
            try filedCount() >= count ? true : nil
        }
    }

    /// How many files the service says it has filed; it says so once a second.
    func filedCount() throws -> Int {
        let path = site.path("status.json")
        guard let text = FileManager.default.contents(atPath: path),
            let begin = text.range(of: Data("\"status\":".utf8), options: .backwards)
        else { return 0 }
        let status = String(decoding: text[begin.upperBound...], as: UTF8.self)
        func number(_ name: String) -> Int {
            guard let key = status.range(of: "\"\(name)\":") else { return 0 }
            return Int(status[key.upperBound...].prefix(while: \.isNumber)) ?? 0
        }
        guard number("failed") == 0 else { throw Failure("the service failed files: \(status)") }
        return number("ai") + number("human")
    }

    /// Has one video filed, so that what follows waits for no token and no first connection.
    func warmUp() throws {
        let inbox = inboxes[0]
        try site.move(site.stage(1, .movie, size: 2000, in: "first"), from: "first", to: inbox)
        try waitUntilFiled(1)
    }

    /// Drops files into the first inbox, and waits until as many more are filed.
    func drop(_ names: [String]) throws -> Run {
        let before = try filedCount()
        let inbox = inboxes[0]
        mark()
        let start = Clock.wall
        try site.move(names, to: inbox)
        try waitUntilFiled(before + names.count)
        let usage = try usage()
        let folder = inbox.contains("/") ? String(inbox.prefix { $0 != "/" }) : "."
        return Run(files: names.count, seconds: try site.filed(in: folder).last - start, usage: usage)
    }
}

/// What a measurement took of the machine.
struct Usage {
    /// Processor seconds.
    let service: Double
    let simulator: Double
    /// How many processors others kept busy meanwhile.
    let others: Double
    /// Of the service, in MB.
    let resident: Double
    let peak: Double
}

/// How files were filed.
struct Run {
    let files: Int
    /// From the first rename to the last filing.
    let seconds: Double
    let usage: Usage

    var rate: Double { Double(files) / seconds }
    /// Processor seconds per 1,000 files.
    var cost: Double { usage.service * 1000 / Double(files) }
    var simulatorCost: Double { usage.simulator * 1000 / Double(files) }
}

/// Where the programs are.
struct Programs {
    let service: String
    let simulator: String
    let filingLoop: String
    let linkEmulator: String
    let watcher: String
    /// What the service is started by, for profiles.
    var wrapper: [String] = []
}
