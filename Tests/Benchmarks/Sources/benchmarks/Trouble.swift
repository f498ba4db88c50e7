import Foundation

/// Whether the rest goes on at the same pace where one thing is in trouble.
enum Trouble {
    /// How many files are in trouble.
    private static let troubled = 100

    private static let slots = 8

    static func measure(_ sizes: Sizes, _ programs: Programs, _ table: inout Table) throws {
        let count = sizes.bystanders
        let undisturbed = try drop(count, Bench(programs, setup()), after: {}).rate
        // A slot less is the fault's own doing.
        let remaining = undisturbed * Double(slots - 1) / Double(slots)
        table.add(.stalledUpload, try stalledUpload(count, programs).rate / remaining)
        guard getuid() == 0 else {
            say("not measured, for only root may mount: a disk that stands still, a destination that is full")
            return
        }
        table.add(.haltedDisk, try haltedDisk(count, programs).rate / undisturbed)
        table.add(.fullDestination, try fullDestination(count, programs).rate / undisturbed)
    }

    /// A slow API, so that the measured time is waiting, and other load on the machine does not matter.
    private static func setup(_ faults: [String] = []) -> Setup {
        Setup(
            batch: "off", concurrency: slots, latency: "50ms", faults: faults,
            inboxes: ["well/inbox", "ill/inbox"])
    }

    /// The first image's upload is read to its middle and never answered.
    private static func stalledUpload(_ count: Int, _ programs: Programs) throws -> Run {
        let bench = try Bench(
            programs, setup(["--stall-in-body", "--fault-next", "1", "--fault-endpoint", "/image"]))
        return try drop(count, bench) {
            try bench.site.move(["file-0.jpg"], from: "ill/stage", to: "ill/inbox")
        }
    }

    /// An inbox and its destinations on a file system that takes no writing any more, as a disk that hangs or a
    /// server that is gone: what is slow, at its slowest.
    private static func haltedDisk(_ count: Int, _ programs: Programs) throws -> Run {
        let bench = try Bench(programs, setup())
        let disk = try bench.mount(.ext4, over: "ill")
        return try drop(count, bench) {
            try moveTroubled(bench)
            try disk.halt()
        }
    }

    /// An inbox and its destinations on a file system with no room left.
    private static func fullDestination(_ count: Int, _ programs: Programs) throws -> Run {
        let bench = try Bench(programs, setup())
        let disk = try bench.mount(.tmpfs, over: "ill")
        return try drop(count, bench) {
            try disk.fill()
            try moveTroubled(bench)
        }
    }

    private static func moveTroubled(_ bench: Bench) throws {
        let names = (0..<troubled).map { "file-\($0).jpg" }
        try bench.site.move(names, from: "ill/stage", to: "ill/inbox")
    }

    /// Drops files for the one inbox once the other is in trouble.
    private static func drop(_ count: Int, _ bench: Bench, after beginTrouble: () throws -> Void) throws
        -> Run
    {
        try bench.site.makeFolder("ill/inbox")
        _ = try bench.site.stage(troubled, in: "ill/stage")
        let names = try bench.site.stage(count, from: troubled)
        try bench.start()
        try bench.warmUp()
        try beginTrouble()
        // Until the outage is visible, and the status shows how many files were filed before.
        usleep(2_000_000)
        let run = try bench.drop(names)
        guard try bench.site.filed(in: "ill").count < troubled else {
            throw Failure("nothing was in trouble while the rest went on")
        }
        return run
    }
}
