import BitMindAPI
import Testing
import WatchCore

/// A long failure costs few requests, and delays nothing else.
@Suite("Long troubles")
struct LongTroubleTests {
    static let images = (0..<30).map { "image-\($0)" }
    static let forbidden = APIError(.forbidden, message: "Forbidden", status: 403)

    /// A firewall that refuses the content of one file answers 403, as the API does for the account.
    @Test(arguments: [1, 2, 8])
    func `a file that is always answered 403 stops no other`(slots: Int) {
        for batch in [Configuration.Batch.off, .auto] {
            for name in ["bad-first", "zbad-last"] {
                var bench = PlannerBench(concurrency: slots, batch: batch)
                let api: PlannerBench.API = { _, files, _ in
                    WaitingQueueTests.names(files).contains { $0.contains("bad") }
                        ? .fails(Self.forbidden) : .fine
                }
                bench.add(images: [name] + Self.images)
                bench.run(for: .seconds(300), api) { $0.filed.count == 30 }
                #expect(bench.filed.count == 30, "\(batch), \(name)")
                bench.run(for: .seconds(3_600), api)
                bench.add(images: ["later"])
                bench.run(for: .seconds(2), api) { $0.filed.contains("later") }
                #expect(bench.filed.contains("later"), "\(batch), \(name)")
                bench.run(
                    for: .seconds(90_000),
                    { _, files, now in
                        WaitingQueueTests.names(files).contains { $0.contains("bad") }
                            ? .fails(Self.forbidden) : .fine
                    })
                bench.add(images: ["still later"])
                bench.run(for: .seconds(600), api)
                #expect(bench.filed.contains("still later"))
                // At growing intervals of up to five minutes, for a day.
                #expect(bench.requests.count { !$0.isFine } < 330)
                #expect(bench.failed[name]?.code == .unanswered)
            }
        }
    }

    /// A contract may count kinds apart.
    @Test(arguments: [1, 2, 8])
    func `while the API asks for pauses for one kind, the other is tried as well`(slots: Int) {
        for limited in [Endpoint.video, .image] {
            var bench = PlannerBench(concurrency: slots, batch: .off)
            bench.add(videos: (0..<20).map { "video-\($0)" })
            bench.add(images: Self.images)
            let error = APIError(.rateLimited, message: "quota", status: 429, retryAfter: .seconds(60))
            bench.run(for: .seconds(3_600)) { endpoint, _, _ in
                endpoint == limited ? .fails(error) : .fine
            }
            let others = bench.filed.count { $0.hasPrefix(limited == .video ? "image" : "video") }
            #expect(others > 5, "\(limited): \(others)")
        }
    }

    @Test(arguments: [2, 3, 8])
    func `a kind without permission leaves all slots to the other`(slots: Int) {
        var bench = PlannerBench(concurrency: slots, batch: .off)
        bench.add(images: Self.images)
        let api: PlannerBench.API = { endpoint, _, _ in
            endpoint == .image ? .fails(Self.forbidden) : .after(.seconds(1), .fine)
        }
        bench.run(for: .seconds(10), api)
        bench.add(videos: (0..<100).map { "video-\($0)" })
        bench.run(for: .seconds(20), api)
        #expect(bench.mostInFlight == slots)
    }

    /// What a batch endpoint may answer to every batch, after it has accepted one.
    static let refusals = [
        APIError(.rejected, message: "no batches", status: 400),
        APIError(.unsupportedForm, message: "no batches", status: 415),
    ]

    @Test(arguments: refusals)
    func `batches that are refused for ever are tried less and less often`(refusal: APIError) {
        var bench = PlannerBench(concurrency: 2)
        var isBroken = false
        func api() -> PlannerBench.API {
            let isBroken = isBroken
            return { endpoint, _, _ in isBroken && endpoint == .batchImage ? .fails(refusal) : .fine }
        }
        bench.add(images: (0..<100).map { "before-\($0)" })
        bench.run(for: .seconds(10), api()) { $0.filed.count == 100 }
        isBroken = true
        var refused = 0
        for hour in 0..<12 {
            bench.add(images: (0..<200).map { "\(hour)-\($0)" })
            let before = bench.requests.count { !$0.isFine }
            bench.run(for: .seconds(3_600), api())
            // The last file of the first refused batch counts as the one at fault.
            #expect(bench.failed.count <= 1)
            #expect(bench.filed.count + bench.failed.count == 100 + 200 * (hour + 1))
            refused = bench.requests.count { !$0.isFine } - before
        }
        #expect(refused <= 2, "\(refused) in the last hour")
        #expect(bench.begun(.endpointResting(.batchImage)) == 1)
    }

    @Test func `another way to the API is tried at once, and nothing of the former one counts`() {
        var bench = PlannerBench(batch: .off)
        bench.add(images: ["a", "b"])
        bench.run(for: .seconds(10)) { _, _, _ in .fine }
        bench.add(images: ["c", "d", "e"])
        bench.run(for: .seconds(3_600)) { _, _, _ in .fails(ServiceFault.reset.error) }
        let before = bench.requests.count
        bench.changeWay()
        // It refuses everything, as a proxy does.
        bench.run(for: .seconds(1)) { _, _, _ in
            .fails(APIError(.rejected, message: "Bad Request", status: 400))
        }
        #expect(bench.requests.count > before && bench.failed.isEmpty)
        bench.changeWay()
        bench.run(for: .seconds(5)) { _, _, _ in .fine }
        #expect(bench.filed.count == 5)
    }

    @Test func `a pause that becomes an outage is shown as one state`() {
        var bench = PlannerBench(batch: .off)
        bench.add(images: ["a", "b"])
        let pause = APIError(.rateLimited, message: "", status: 429, retryAfter: .seconds(10))
        bench.run(for: .seconds(5)) { _, _, _ in .fails(pause) }
        bench.run(for: .seconds(60)) { _, _, _ in .fails(ServiceFault.reset.error) }
        #expect(bench.planner.pauses(at: bench.now).map(\.reason) == [.serviceDown])
        #expect(bench.ended(.rateLimited) == 1)
    }
}
