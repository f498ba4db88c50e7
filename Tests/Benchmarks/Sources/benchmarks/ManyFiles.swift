import Foundation

/// More files than are ever looked at together, there before the start.
enum ManyFiles {
    static func measure(_ sizes: Sizes, _ programs: Programs, _ table: inout Table) throws {
        let bench = try Bench(programs, Setup(inboxes: ["many/inbox", "other/inbox"]))
        try bench.site.fill("many/inbox", folders: sizes.manyFolders, files: sizes.many)
        let probes = try bench.site.stage(sizes.many / 100, in: "stage", from: sizes.many)
        let begun = Clock.wall
        table.add(.manyReady, try bench.start(), count: sizes.many)
        let (probed, longest) = try probe(bench, probes, until: sizes.many)
        try bench.waitUntilFiled(sizes.many + probed, within: 3600)
        let usage = try bench.usage()
        let filed = try bench.site.filed(in: "many")
        table.add(.manyPeak, usage.peak)
        table.add(.manyFiled, Double(filed.count) / Double(sizes.many))
        table.add(.manyOther, longest)
        table.add(.manyRate, Double(filed.count) / (filed.last - begun))
        table.add(.manyCost, usage.service * 1000 / Double(sizes.many))
        table.add(.others, usage.others)
    }

    /// Drops one file a second into the other inbox while the many are under way.
    ///
    /// - Returns: how many, and how long the slowest was on its way, in seconds.
    private static func probe(
        _ bench: Bench, _ names: [String], until count: Int
    ) throws -> (count: Int, longest: Double) {
        let places = try Arrivals(in: ["ai", "human"].map { bench.site.path("other/\($0)") })
        var (probed, longest) = (0, 0.0)
        for name in names {
            let filed = try bench.filedCount()
            guard filed < count * 9 / 10 else { break }
            let start = Clock.monotonic
            try bench.site.move([name], to: "other/inbox")
            try places.waitForOne(within: 120)
            longest = max(longest, Clock.monotonic - start)
            probed += 1
            usleep(1_000_000)
        }
        return (probed, longest)
    }
}
