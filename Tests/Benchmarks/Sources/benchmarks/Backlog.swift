import Foundation

/// Many files at once, by the service in both ways, and by the yardsticks.
enum Backlog {
    static func measure(_ sizes: Sizes, _ programs: Programs, _ table: inout Table) throws {
        let count = sizes.backlog
        let auto = try serve(count, size: sizes.fileSize, batch: "auto", programs)
        let watcher = try watch(count, size: sizes.fileSize, programs)
        let off = try serve(count, size: sizes.fileSize, batch: "off", programs)
        let loop = try loop(count, programs)

        table.add(.autoSpeedup, auto.rate / watcher.rate, count: count)
        table.add(.autoShare, auto.rate / loop.rate)
        table.add(.autoCost, auto.cost)
        table.add(.autoRelativeCost, auto.cost / watcher.cost)
        table.add(.autoRate, auto.rate)
        table.add(.autoPeak, auto.usage.peak)
        table.add(.autoSimulator, auto.simulatorCost)
        table.add(.offSpeedup, off.rate / watcher.rate)
        table.add(.offCost, off.cost)
        table.add(.offRelativeCost, off.cost / watcher.cost)
        table.add(.offRate, off.rate)
        table.add(.offPeak, off.usage.peak)
        table.add(.offSimulator, off.simulatorCost)
        table.add(.watcherRate, watcher.rate)
        table.add(.watcherCost, watcher.cost)
        table.add(.loopRate, loop.rate)
        table.add(.loopCost, loop.cost)
        for others in [auto.usage.others, watcher.others, off.usage.others] { table.add(.others, others) }
    }

    /// Has the service file files in one run, which ends as an operator would end it.
    static func profile(_ programs: Programs) throws {
        let bench = try Bench(programs)
        let names = try bench.site.stage(3000)
        try bench.start()
        let run = try bench.drop(names)
        try bench.stop()
        say("\(names.count) files, \(decimal(run.rate)) a second while being watched")
    }

    /// What the service makes of files that come at once.
    static func serve(_ count: Int, size: Int, batch: String, _ programs: Programs) throws -> Run {
        let bench = try Bench(programs, Setup(batch: batch))
        let names = try bench.site.stage(count, size: size)
        try bench.start()
        return try bench.drop(names)
    }

    /// The same by a script in Python.
    static func watch(
        _ count: Int, size: Int, _ programs: Programs, _ setup: Setup = Setup()
    ) throws -> (rate: Double, cost: Double, others: Double) {
        let bench = try Bench(programs, setup)
        let site = bench.site
        let names = try site.stage(count, size: size)
        let script = try RunningProgram(
            ["/usr/bin/python3", programs.watcher, bench.url, site.root, String(count)],
            log: site.path("watcher.log"))
        _ = try script.line(with: "ready")
        bench.mark()
        try site.move(names, to: "inbox")
        let words = try script.line(with: "filed ", within: 300).split(separator: " ").compactMap {
            Double($0)
        }
        guard words.count == 2 else { throw Failure("the watcher does not say how long it took") }
        let usage = try bench.usage(yardstick: words[1])
        return (Double(count) / words[0], words[1] * 1000 / Double(count), usage.others)
    }

    /// The least that filing costs.
    private static func loop(_ count: Int, _ programs: Programs) throws -> (rate: Double, cost: Double) {
        let site = try Site()
        let numbers = try output(of: [programs.filingLoop, site.root, String(count)])
            .split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard numbers.count == 2 else { throw Failure("the C loop does not say how long it took") }
        return (numbers[0], numbers[1])
    }
}
