import Foundation

/// An API that takes its time: then the service's only task is to keep every slot busy.
enum Pace {
    private static let latency = 0.1
    private static let slots = 8

    static func measure(_ sizes: Sizes, _ programs: Programs, _ table: inout Table) throws {
        let setup = Setup(batch: "off", concurrency: slots, latency: "100ms")
        let bench = try Bench(programs, setup)
        let names = try bench.site.stage(sizes.paced, size: sizes.fileSize)
        try bench.start()
        try bench.warmUp()
        let run = try bench.drop(names)
        table.add(.pace, run.rate / (Double(slots) / latency), count: sizes.paced)
        let watcher = try Backlog.watch(sizes.paced, size: sizes.fileSize, programs, setup)
        table.add(.watcherPace, watcher.rate / (Double(slots) / latency))
        table.add(.others, run.usage.others)
    }
}
