import BitMindAPI
import Testing
import WatchCore

/// How the planner fits requests to the link, for any link.
@Suite("Planning for a link")
struct LinkPlanningTests {
    typealias Way = LinkEstimateTests.Way

    /// Has files filed that wait all at once.
    /// - Parameters:
    ///   - limit: of requests an hour; 0 for none.
    ///   - isPaused: whether the API asks for a pause at first.
    private func file(
        _ load: (count: Int, size: Int64), over way: Way, _ batch: Configuration.Batch = .auto,
        limit: Int = 0, isPaused: Bool = false
    ) -> PlannerBench {
        var settings = Configuration.Upload()
        settings.batch = batch
        settings.requestsPerHour = limit
        var bench = PlannerBench(concurrency: settings.concurrency, batch: batch)
        _ = bench.planner.apply(settings, isOtherWay: false, at: bench.now)
        let names = (0..<load.count).map { "\($0).jpg" }
        bench.add(names.map { WaitingQueueTests.file(WaitingQueueTests.a, $0, size: load.size) })
        if isPaused {
            let error = APIError(.rateLimited, message: "", status: 429, retryAfter: .seconds(1))
            bench.run(for: .milliseconds(1)) { _, _, _ in .fails(error) }
        }
        bench.run(for: .seconds(3_600)) { _, files, _ in
            .after(.seconds(way.wait + Double(files.count) * Double(load.size) / way.rate), .fine)
        } until: {
            $0.filed.count == load.count
        }
        return bench
    }

    @Test(arguments: Way.links, LinkEstimateTests.loads)
    func `files that share requests are filed as soon as files that go alone`(way: Way, load: (Int, Int)) {
        let load = (load.0, Int64(load.1))
        let alone = file(load, over: way, .off)
        let shared = file(load, over: way)
        #expect(shared.filed.count == load.0 && alone.filed.count == load.0)
        #expect(alone.elapsed / shared.elapsed >= 0.95, "\(shared.elapsed) in place of \(alone.elapsed)")
        #expect(shared.requests.count <= alone.requests.count)
    }

    @Test func `with a limit of requests an hour, files share as few as they can`() {
        let bench = file((430, 20_000), over: .loopback, limit: 1_000)
        #expect(bench.filed.count == 430)
        #expect(bench.requests.count <= 40)
    }

    @Test func `once the API has asked for a pause, files share as few requests as they can`() {
        let paused = file((430, 20_000), over: .near, isPaused: true)
        let untroubled = file((430, 20_000), over: .near)
        #expect(paused.filed.count == 430)
        #expect(paused.requests.count * 2 <= untroubled.requests.count, "\(paused.requests.count)")
    }

    @Test func `the files of a slow link share no more than it carries in ten seconds`() {
        let bench = file((1_000, 20_000), over: .slow)
        let later = bench.requests.filter { $0.began > .seconds(60) }
        #expect(!later.isEmpty)
        #expect(later.allSatisfy { Double($0.names.count) * 20_000 / Way.slow.rate <= 10 })
    }
}
