import Foundation

/// One file after the other, each renamed into the inbox of a service that has nothing else to do.
enum SingleFiles {
    static func measure(_ sizes: Sizes, _ programs: Programs, _ table: inout Table) throws {
        let bench = try Bench(programs)
        let names = try bench.site.stage(sizes.singles + 5, size: sizes.fileSize)
        try bench.start()
        let places = try Arrivals(in: ["ai", "human"].map(bench.site.path))
        bench.mark()
        var times: [Double] = []
        for (number, name) in names.enumerated() {
            // Time to fall asleep again.
            usleep(20_000)
            let start = Clock.monotonic
            try bench.site.move([name], to: "inbox")
            try places.waitForOne(within: 10)
            // The first few make connections, and get the token.
            if number >= 5 { times.append((Clock.monotonic - start) * 1000) }
        }
        let statistics = Statistics(times)
        table.add(.latencyMedian, statistics.median)
        table.add(.latencyWorst, statistics.percentile(0.99))
        table.add(.others, try bench.usage().others)
        table.add(.flush, try flush(in: bench.site))
    }

    /// What one flush takes at the median, in milliseconds.
    private static func flush(in site: Site) throws -> Double {
        let times = try (0..<50).map { number in
            let start = Clock.monotonic
            let file = open(site.path("flush-\(number)"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            defer { close(file) }
            let bytes = [UInt8](repeating: 0x20, count: 1024)
            guard write(file, bytes, bytes.count) == bytes.count, fdatasync(file) == 0 else {
                throw Failure("a file cannot be flushed (errno \(errno))")
            }
            return (Clock.monotonic - start) * 1000
        }
        return Statistics(times).median
    }
}

/// Waits for files that are renamed into folders.
final class Arrivals {
    private let inotify: Int32

    init(in folders: [String]) throws {
        inotify = inotify_init1(Int32(IN_CLOEXEC))
        guard inotify >= 0 else { throw Failure("no inotify instance is left (errno \(errno))") }
        for folder in folders where inotify_add_watch(inotify, folder, UInt32(IN_MOVED_TO)) < 0 {
            throw Failure("\(folder) cannot be watched (errno \(errno))")
        }
    }

    deinit { close(inotify) }

    /// Waits for a file; one that comes afterwards must not come before this returns.
    func waitForOne(within seconds: Double) throws {
        var poll = pollfd(fd: inotify, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, Int32(seconds * 1000)) == 1 else {
            throw Failure("waited \(seconds) s for a file to be filed in vain")
        }
        var events = [UInt8](repeating: 0, count: 4096)
        _ = read(inotify, &events, events.count)
    }
}
