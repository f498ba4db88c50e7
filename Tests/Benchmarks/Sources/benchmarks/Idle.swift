import Foundation

/// A service that has nothing to do, and much to watch.
enum Idle {
    static func measure(_ sizes: Sizes, _ programs: Programs, _ table: inout Table) throws {
        let bench = try Bench(programs)
        try bench.site.fill("inbox", folders: sizes.idleFolders, files: 0)
        try bench.start()
        // What it does after the start is not idling.
        usleep(3_000_000)
        bench.mark()
        usleep(UInt32(sizes.idleSeconds * 1e6))
        let usage = try bench.usage()
        table.add(.idleTime, usage.service, count: sizes.idleFolders)
        table.add(.idleMemory, usage.resident)
    }
}
