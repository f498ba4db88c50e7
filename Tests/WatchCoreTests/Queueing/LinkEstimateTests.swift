import TestSupport
import Testing

@testable import WatchCore

@Suite("Link estimate")
struct LinkEstimateTests {
    /// A way to the API as each of its connections sees it.
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Bytes per second of one connection, independent of the others.
        let rate: Double
        /// Seconds from a request's start to its answer, beyond what sending takes.
        let wait: Double
        /// How many times as fast as the slowest connection the fastest one is.
        var unevenness = 1.0

        static let loopback = Way("loopback", rate: 100e6, wait: 0.002)
        static let near = Way("1 % lost, 20 ms", rate: 300e3, wait: 0.03, unevenness: 1.5)
        static let far = Way("200 ms", rate: 700e3, wait: 0.4)
        static let slow = Way("2 Mbit/s", rate: 31e3, wait: 0.05)
        static let farAndLossy = Way("1 % lost, 200 ms", rate: 80e3, wait: 0.3, unevenness: 2)
        static let links = [near, far, slow, farAndLossy]

        init(_ name: String, rate: Double, wait: Double, unevenness: Double = 1) {
            (testDescription, self.rate, self.wait, self.unevenness) = (name, rate, wait, unevenness)
        }
    }

    /// What became of files that waited all at once.
    private struct Run {
        var requests = 0
        /// Seconds until the last answer.
        var took = 0.0
        /// Seconds of the longest request that began once others had ended.
        var longest = 0.0
    }

    /// Sends files over a link, each slot on its own connection.
    /// - Parameter isAlone: whether each file is sent alone, as curl does.
    private func send(
        _ files: Int, of size: Int, over way: Way, slots: Int = 8, isScarce: Bool = false,
        isAlone: Bool = false, most: Int = 50
    ) -> Run {
        let start = ContinuousClock.now
        var link = LinkEstimate()
        var run = Run()
        var waiting = files
        var isFree = Array(repeating: 0.0, count: slots)
        var underWay: [(ends: Double, bytes: Int64, took: Double)] = []
        while waiting > 0 {
            let slot = isFree.indices.min { isFree[$0] < isFree[$1] } ?? 0
            let now = isFree[slot]
            for upload in underWay where upload.ends <= now {
                link.uploaded(
                    bytes: upload.bytes, took: .seconds(upload.took), at: start + .seconds(upload.ends))
            }
            let isKnown = underWay.contains { $0.ends <= now } || run.requests > slots
            underWay.removeAll { $0.ends <= now }
            let portion = link.portion(
                waiting: Int64(waiting * size), slots: slots, isScarce: isScarce, limit: 100_000_000,
                at: start + .seconds(now))
            let count = isAlone ? 1 : min(waiting, most, max(1, Int(portion) / size))
            let speed = way.rate * (1 + (way.unevenness - 1) * Double(slot) / Double(max(1, slots - 1)))
            let took = way.wait + Double(count * size) / speed
            waiting -= count
            run.requests += 1
            run.took = max(run.took, now + took)
            if isKnown { run.longest = max(run.longest, took) }
            isFree[slot] = now + took
            underWay.append((now + took, Int64(count * size), took))
        }
        return run
    }

    static let loads = [(60, 150_000), (8, 1_500_000), (400, 20_000), (3000, 20_000), (200, 300)]

    @Test(arguments: Way.links, loads)
    func `files that share requests arrive as soon as files that go alone`(way: Way, load: (Int, Int)) {
        let alone = send(load.0, of: load.1, over: way, isAlone: true)
        let shared = send(load.0, of: load.1, over: way)
        #expect(alone.took / shared.took >= 0.95, "\(shared)")
        #expect(shared.requests <= alone.requests)
    }

    @Test(arguments: Way.links + [.loopback], [(1000, 20_000), (300, 150_000), (1000, 2000)])
    func `a request takes ten seconds at most, once the link is known`(way: Way, load: (Int, Int)) {
        // A file more or less, and a connection that is slower than others.
        let most = 10 * way.unevenness + way.wait + Double(load.1) / way.rate
        for isScarce in [true, false] {
            let run = send(load.0, of: load.1, over: way, isScarce: isScarce)
            #expect(run.longest <= most, "\(run)")
        }
    }

    /// Files, their size, and how many requests they may take.
    static let scarce = [(430, 20_000, 40), (430, 2000, 12), (400, 300, 8), (60, 150_000, 8)]

    @Test(arguments: scarce, [1, 2, 8])
    func `where requests are scarce, files take few of them`(load: (Int, Int, Int), slots: Int) {
        let run = send(load.0, of: load.1, over: .loopback, slots: slots, isScarce: true)
        #expect(run.requests <= load.2, "\(run)")
    }

    @Test(arguments: [1, 2, 8, 32])
    func `small files share requests on a good link, scarce or not`(slots: Int) {
        let run = send(430, of: 20_000, over: .loopback, slots: slots)
        #expect(run.requests <= 40, "\(run)")
    }

    @Test func `an upload of ten minutes ago says nothing of the link`() {
        let start = ContinuousClock.now
        var link = LinkEstimate()
        func portion(after seconds: Int) -> Int64 {
            link.portion(
                waiting: 0, slots: 8, isScarce: true, limit: .max, at: start + .seconds(seconds))
        }
        let unknown = portion(after: 0)
        link.uploaded(bytes: 100_000, took: .seconds(100), at: start)
        #expect(portion(after: 1) == 10_000)
        #expect(portion(after: 600) == unknown)
        link.uploaded(bytes: 4_000_000, took: .seconds(1), at: start + .seconds(601))
        #expect(portion(after: 602) == 40_000_000)
    }

    @Test func `a link that has become slow is known after sixteen uploads, however many were fast`() {
        var link = LinkEstimate()
        let now = ContinuousClock.now
        for _ in 0..<100 { link.uploaded(bytes: 10_000_000, took: .seconds(1), at: now) }
        for _ in 0..<16 { link.uploaded(bytes: 100_000, took: .seconds(10), at: now) }
        #expect(link.portion(waiting: 0, slots: 8, isScarce: true, limit: .max, at: now) == 100_000)
    }

    @Test func `a small upload is no proof of a slow link`() {
        var link = LinkEstimate()
        let now = ContinuousClock.now
        link.uploaded(bytes: 300, took: .seconds(1), at: now)
        #expect(link.portion(waiting: 0, slots: 8, isScarce: true, limit: .max, at: now) >= 50 * 300)
    }

    @Test func `batch_bytes is the most on any link`() {
        var link = LinkEstimate()
        let now = ContinuousClock.now
        link.uploaded(bytes: 1_000_000_000, took: .milliseconds(1), at: now)
        for isScarce in [true, false] {
            let portion = link.portion(
                waiting: .max, slots: 8, isScarce: isScarce, limit: 5_000_000, at: now)
            #expect(portion == 5_000_000)
        }
    }

    /// The limit of our own, how long ago the API asked for a pause, and whether requests are scarce.
    static let circumstances: [(Int, Int?, Bool)] = [
        (0, nil, false), (1, nil, true), (1000, nil, true), (0, 0, true), (0, 3_599, true), (0, 3_600, false),
        (1000, 3_600, true),
    ]

    @Test(arguments: circumstances)
    func `requests are scarce by a limit of our own, and for an hour after the API has asked for a pause`(
        limit: Int, secondsAgo: Int?, expected: Bool
    ) {
        var link = LinkEstimate()
        let now = ContinuousClock.now
        if let secondsAgo { link.paused(at: now - .seconds(secondsAgo)) }
        #expect(link.isScarce(requestsPerHour: limit, at: now) == expected)
    }
}
