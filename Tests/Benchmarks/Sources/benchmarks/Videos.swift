import Foundation

/// Where bytes count, not files.
enum Videos {
    static func measure(_ sizes: Sizes, _ programs: Programs, _ table: inout Table) throws {
        let bench = try Bench(programs)
        let size = 5_000_000
        let names = try bench.site.stage(sizes.videos, .movie, size: size)
        try bench.start()
        let run = try bench.drop(names)
        let gigabytes = Double(sizes.videos * size) / 1e9
        table.add(.videosRate, gigabytes * 1000 / run.seconds, count: sizes.videos)
        table.add(.videosCost, run.usage.service / gigabytes)
        table.add(.videosSimulator, run.usage.simulator / gigabytes)
        table.add(.others, run.usage.others)
    }

    static func measureLarge(_: Sizes, _ programs: Programs, _ table: inout Table) throws {
        let bench = try Bench(programs)
        let names = try bench.site.stage(1, .movie, size: 480_000_000)
        try bench.start()
        table.add(.largePeak, try bench.drop(names).usage.peak)
    }
}
