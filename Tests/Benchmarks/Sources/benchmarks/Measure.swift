/// All that is measured, in the order in which it is shown.
enum Measure: CaseIterable {
    case autoSpeedup, autoShare, autoCost, autoRelativeCost, autoRate, autoPeak, autoSimulator
    case offSpeedup, offCost, offRelativeCost, offRate, offPeak, offSimulator
    case watcherRate, watcherCost, loopRate, loopCost
    case latencyMedian, latencyWorst, flush
    case pace, watcherPace
    case videosRate, videosCost, videosSimulator, largePeak
    case manyReady, manyPeak, manyFiled, manyOther, manyRate, manyCost
    case idleTime, idleMemory
    case stalledUpload, haltedDisk, fullDestination
    case others

    /// The work, and what of it is measured. `%` stands for how many files there are.
    var title: (work: String, figure: String) {
        switch self {
        case .autoSpeedup: ("% JPEGs at once, `batch = \"auto\"`", "files/s of the watcher's")
        case .autoShare: ("", "files/s of the C loop's")
        case .autoCost: ("", "CPU-s per 1,000")
        case .autoRelativeCost: ("", "CPU time of the watcher's")
        case .autoRate: ("", "files/s")
        case .autoPeak: ("", "peak memory, MB")
        case .autoSimulator: ("", "simulator's CPU-s per 1,000")
        case .offSpeedup: ("the same, `batch = \"off\"`", "files/s of the watcher's")
        case .offCost: ("", "CPU-s per 1,000")
        case .offRelativeCost: ("", "CPU time of the watcher's")
        case .offRate: ("", "files/s")
        case .offPeak: ("", "peak memory, MB")
        case .offSimulator: ("", "simulator's CPU-s per 1,000")
        case .watcherRate: ("yardstick: the Python watcher", "files/s")
        case .watcherCost: ("", "CPU-s per 1,000")
        case .loopRate: ("yardstick: the C loop", "files/s")
        case .loopCost: ("", "CPU-s per 1,000")
        case .latencyMedian: ("one file renamed in, idle service", "to its place, median, ms")
        case .latencyWorst: ("", "99th percentile, ms")
        case .flush: ("yardstick: one small file written and flushed", "median, ms")
        case .pace: ("% files, 100 ms an answer, 8 in flight", "files/s of the 80 possible")
        case .watcherPace: ("yardstick: the Python watcher with 8 threads", "files/s of the 80 possible")
        case .videosRate: ("% videos of 5 MB", "MB/s")
        case .videosCost: ("", "CPU-s per GB")
        case .videosSimulator: ("", "simulator's CPU-s per GB")
        case .largePeak: ("one video of 480 MB", "peak memory, MB")
        case .manyReady: ("% files waiting in 1,000 folders", "ready after, s")
        case .manyPeak: ("", "peak memory, MB")
        case .manyFiled: ("", "filed of all")
        case .manyOther: ("", "a file in another inbox meanwhile, longest, s")
        case .manyRate: ("", "files/s")
        case .manyCost: ("", "CPU-s per 1,000")
        case .idleTime: ("idle, % folders", "CPU-s")
        case .idleMemory: ("", "memory, MB")
        case .stalledUpload: ("one upload stalls", "files/s of the rest, of those without")
        case .haltedDisk: ("one disk stands still", "files/s of the rest, of those without")
        case .fullDestination: ("one destination is full", "files/s of the rest, of those without")
        case .others: ("other work on this machine meanwhile", "processors busy")
        }
    }

    /// What it must reach.
    func target(_ form: Form) -> Target? { form == .quick ? quickTarget : fullTarget }

    private var fullTarget: Target? {
        switch self {
        case .autoSpeedup: .atLeast(4.5)
        case .autoShare: .atLeast(0.5)
        case .autoCost: .atMost(0.35)
        case .offSpeedup: .atLeast(2)
        case .offCost: .atMost(0.5)
        case .latencyMedian: .atMost(3)
        case .latencyWorst: .atMost(15)
        case .pace: .atLeast(0.98)
        case .videosRate: .atLeast(800)
        case .videosCost: .atMost(1)
        case .largePeak: .atMost(40)
        case .manyReady: .atMost(2)
        case .manyPeak: .atMost(100)
        case .manyFiled: .atLeast(1)
        case .manyOther: .atMost(2)
        // What a clock of hundredths shows as 0.00.
        case .idleTime: .atMost(0.005)
        case .idleMemory: .atMost(60)
        case .stalledUpload, .haltedDisk, .fullDestination: .atLeast(0.95)
        default: nil
        }
    }

    /// Loose bounds for a debug build on a busy machine: three times as bad as usual, and no times of the clock
    /// but where a wait would show.
    private var quickTarget: Target? {
        switch self {
        case .autoSpeedup: .atLeast(0.2)
        case .autoRelativeCost: .atMost(3)
        case .offSpeedup: .atLeast(0.3)
        case .offRelativeCost: .atMost(3)
        case .autoPeak, .offPeak: .atMost(150)
        case .latencyMedian: .atMost(50)
        case .pace: .atLeast(0.5)
        case .videosCost: .atMost(8)
        case .largePeak: .atMost(80)
        case .manyReady: .atMost(10)
        case .manyPeak: .atMost(150)
        case .manyFiled: .atLeast(1)
        case .idleTime: .atMost(0.05)
        case .idleMemory: .atMost(60)
        case .stalledUpload, .haltedDisk, .fullDestination: .atLeast(0.3)
        default: nil
        }
    }
}

/// What a figure must reach.
enum Target {
    case atLeast(Double)
    case atMost(Double)

    var value: Double {
        switch self {
        case .atLeast(let value), .atMost(let value): value
        }
    }

    var text: String {
        switch self {
        case .atLeast(let value): "≥ \(decimal(value))"
        case .atMost(let value): "≤ \(decimal(value))"
        }
    }

    /// By how much a figure misses it; zero or less where it holds.
    func shortfall(of figure: Double) -> Double {
        switch self {
        case .atLeast(let value): value - figure
        case .atMost(let value): figure - value
        }
    }
}
