import BitMindAPI
import Testing
import WatchCore

/// How requests grow after a hold.
@Suite("Pace")
struct PaceTests {
    /// A server that takes one request in so much time.
    final class LimitedServer {
        let interval: Duration
        let error: APIError
        private var last: ContinuousClock.Instant?

        init(_ interval: Duration, _ error: APIError) {
            self.interval = interval
            self.error = error
        }

        func answer(at now: ContinuousClock.Instant) -> PlannerBench.Response {
            if let last, now - last < interval { return .fails(error) }
            last = now
            return .fine
        }
    }

    static let limits: [APIError] = [
        APIError(.serverFailure, message: "", status: 503),
        APIError(.rateLimited, message: "", status: 429),
        APIError(.rateLimited, message: "", status: 429, retryAfter: .seconds(1)),
        APIError(.serverFailure, message: "", status: 503, retryAfter: .seconds(1)),
    ]

    @Test(arguments: limits, [1, 2, 8])
    func `a server that allows one request a second refuses few, in one state`(error: APIError, slots: Int) {
        for interval in [Duration.milliseconds(500), .seconds(1), .seconds(3)] {
            var bench = PlannerBench(concurrency: slots, batch: .off)
            let server = LimitedServer(interval, error)
            bench.add(images: (0..<200).map { "\($0)" })
            let api: PlannerBench.API = { _, _, now in server.answer(at: now) }
            bench.run(for: .seconds(7_200), api) { $0.filed.count == 200 }
            #expect(bench.filed.count == 200)
            let minutes = Int(bench.elapsed / .seconds(60)) + 1
            let refused = bench.requests.count { !$0.isFine }
            #expect(refused <= 2 * minutes + 4, "\(refused) in \(minutes) min")
            // Any minute that begins after the first has at most two.
            let times = bench.requests.filter { !$0.isFine && $0.began > .seconds(60) }.map(\.began)
            for (one, third) in zip(times, times.dropFirst(2)) { #expect(third - one > .seconds(30)) }
            let begun = bench.begun(.serviceDown) + bench.begun(.rateLimited)
            #expect(begun == 1, "\(bench.reports)")
        }
    }

    /// A server that closes a connection where two are open.
    @Test(arguments: [2, 8])
    func `a server that breaks requests for their number breaks few`(slots: Int) {
        var bench = PlannerBench(concurrency: slots, batch: .off)
        let server = LimitedServer(.seconds(1), ServiceFault.reset.error)
        bench.add(images: (0..<100).map { "\($0)" })
        let api: PlannerBench.API = { _, _, now in server.answer(at: now) }
        bench.run(for: .seconds(7_200), api) { $0.filed.count == 100 }
        #expect(bench.filed.count == 100)
        let broken = bench.requests.count { !$0.isFine }
        #expect(broken <= 2 * (Int(bench.elapsed / .seconds(60)) + 1) + 6, "\(broken)")
    }

    @Test
    func `an API that ends amid requests, however often, is no slow one`() {
        var bench = PlannerBench(concurrency: 8, batch: .off)
        for outage in 1...5 {
            bench.add(images: (0..<100).map { "\(outage)-\($0)" })
            bench.run(for: .milliseconds(150)) { _, _, _ in .after(.milliseconds(50), .fine) }
            bench.run(for: .milliseconds(10)) { _, _, _ in .fails(ServiceFault.reset.error) }
            bench.run(for: .seconds(5)) { _, _, _ in
                .fails(APIError(.unreachable, message: "Connection refused"))
            }
            let healthy: PlannerBench.API = { _, _, _ in .after(.milliseconds(50), .fine) }
            bench.run(for: .seconds(20), healthy) { $0.filed.count == 100 * outage }
            #expect(bench.filed.count == 100 * outage)
        }
    }

    @Test(arguments: [2, 8, 64])
    func `after an outage requests grow from one in flight, doubling with each success`(slots: Int) {
        var bench = PlannerBench(concurrency: slots, batch: .off)
        bench.add(images: (0..<300).map { "\($0)" })
        bench.run(for: .seconds(600)) { _, _, _ in .fails(ServiceFault.reset.error) }
        let before = bench.requests.count
        let slow: PlannerBench.API = { _, _, _ in .after(.seconds(1), .fine) }
        bench.run(for: .seconds(400), slow) { $0.filed.count > 200 }
        let begun = bench.requests[before...].map(\.began)
        let first = begun.first ?? .zero
        let steps = (0..<4).map { step in
            begun.count { $0 >= first + .seconds(step) && $0 < first + .seconds(step + 1) }
        }
        #expect(steps[0] == 1 && steps[1] == 2)
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $1 <= max(2 * $0, slots) })
        #expect(bench.mostInFlight == slots)
        #expect(bench.begun(.serviceDown) == 1 && bench.ended(.serviceDown) == 1)
    }

    @Test func `a healthy API gets all slots at once, and files of a whole backlog are not held back`() {
        var bench = PlannerBench(concurrency: 8, batch: .off)
        bench.add(images: (0..<1_000).map { "\($0)" })
        bench.run(for: .seconds(10)) { _, _, _ in .fine }
        #expect(bench.filed.count == 1_000 && bench.mostInFlight == 8)
        let last = bench.requests.map(\.began).max() ?? .zero
        #expect(last < .milliseconds(1_000 / 8 * 5 + 100), "\(last)")
    }

    @Test func `in two outages that follow each other closely, all is filed soon after`() {
        var bench = PlannerBench(concurrency: 8, batch: .off)
        bench.add(images: (0..<500).map { "\($0)" })
        bench.run(for: .seconds(120)) { _, _, _ in .fails(ServiceFault.reset.error) }
        let healthy: PlannerBench.API = { _, _, _ in .fine }
        bench.run(for: .seconds(300), healthy) { $0.filed.count >= 2 }
        bench.run(for: .seconds(5)) { _, _, _ in .fails(ServiceFault.reset.error) }
        bench.run(for: .seconds(400)) { _, _, _ in .fine }
        #expect(bench.filed.count == 500)
    }
}
