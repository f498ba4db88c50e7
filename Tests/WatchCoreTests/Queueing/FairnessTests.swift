import BitMindAPI
import Testing
import WatchCore

/// product.md, "Fairness": a failure delays nothing else.
@Suite("Fairness")
struct FairnessTests {
    static let slots = [1, 2, 8]
    static let images = (0..<30).map { "image-\($0)" }

    static func isBad(_ files: [Candidate]) -> Bool {
        WaitingQueueTests.names(files).contains { $0.hasPrefix("bad") }
    }

    @Test(arguments: ServiceFault.allCases, slots)
    func `an endpoint for videos that fails stops no image`(fault: ServiceFault, slots: Int) {
        for batch in [Configuration.Batch.off, .auto] {
            for count in [1, 3, 40] {
                var bench = PlannerBench(concurrency: slots, batch: batch)
                bench.add(videos: (0..<count).map { "video-\($0)" })
                bench.add(images: Self.images)
                let api: PlannerBench.API = { endpoint, _, _ in
                    [.video, .batchVideo].contains(endpoint) ? fault.response : .fine
                }
                let limit: Duration = fault == .hang ? .seconds(400) : .seconds(15)
                bench.run(for: limit, api) { $0.filed.count == Self.images.count }
                #expect(bench.filed.count == Self.images.count, "\(batch), \(count) videos")
                bench.run(for: .seconds(3_600), api)
                bench.add(images: ["later"])
                let wait = Duration.seconds(fault == .hang ? 130 : 2)
                bench.run(for: wait, api) { $0.filed.contains("later") }
                #expect(bench.filed.contains("later"))
                bench.run(for: .seconds(400)) { _, _, _ in .fine }
                #expect(bench.filed.count == Self.images.count + 1 + count)
            }
        }
    }

    @Test(arguments: ServiceFault.allCases, slots)
    func `files that the API fails at each time delay no other, and go at doubling intervals`(
        fault: ServiceFault, slots: Int
    ) {
        for batch in [Configuration.Batch.off, .auto] {
            for bad in [1, 3] {
                var bench = PlannerBench(concurrency: slots, batch: batch)
                bench.add(images: (0..<bad).map { "bad-\($0)" } + Self.images)
                let api: PlannerBench.API = { _, files, _ in Self.isBad(files) ? fault.response : .fine }
                // A request without an answer takes its time-out, each file at most twice while others wait.
                let limit: Duration = fault == .hang ? .seconds(130 * (2 * bad + 3)) : .seconds(20)
                bench.run(for: limit, api) { $0.filed.count == Self.images.count }
                #expect(bench.filed.count == Self.images.count, "\(batch), \(bad) bad ones")
                let before = bench.requests.count
                bench.run(for: .seconds(3_600), api)
                let tries = bench.requests.count - before
                #expect(tries <= 22 * bad && tries >= bad, "\(tries) in an hour")
                // Later files are sent at once, except for a slot that is blocked.
                bench.add(images: ["later"])
                let wait: Duration = fault == .hang && slots == 1 ? .seconds(121) : .seconds(2)
                bench.run(for: wait, api) { $0.filed.contains("later") }
                #expect(bench.filed.contains("later"))
            }
        }
    }

    @Test(arguments: ServiceFault.allCases, slots)
    func `while the API is down single files probe it, the kinds in turn, no file twice in a row`(
        fault: ServiceFault, slots: Int
    ) {
        var bench = PlannerBench(concurrency: slots)
        bench.add(images: Self.images)
        bench.add(videos: (0..<30).map { "video-\($0)" })
        bench.run(for: .seconds(7_200)) { _, _, _ in fault.response }
        let probes = bench.requests.dropFirst(slots)
        #expect(probes.count > 10 && probes.count < 90)
        #expect(probes.allSatisfy { $0.names.count == 1 && [.image, .video].contains($0.endpoint) })
        for (one, next) in zip(probes, probes.dropFirst()) {
            #expect(one.endpoint != next.endpoint && one.names != next.names)
        }
        #expect(bench.begun(.serviceDown) == 1 && bench.ended(.serviceDown) == 0)
        bench.run(for: .seconds(400)) { _, _, _ in .fine }
        #expect(bench.filed.count == 60 && bench.ended(.serviceDown) == 1)
    }

    @Test(arguments: slots)
    func `a file that alone fails is given up after a while, in which others succeed`(slots: Int) throws {
        var bench = PlannerBench(concurrency: slots, giveUp: .seconds(3_600))
        bench.add(images: ["bad"] + Self.images)
        let api: PlannerBench.API = { _, files, _ in
            Self.isBad(files) ? ServiceFault.status502.response : .fine
        }
        bench.run(for: .seconds(3_000), api)
        #expect(bench.failed.isEmpty && bench.filed.count == Self.images.count)
        bench.add(images: ["later"])
        bench.run(for: .seconds(900), api)
        let failure = try #require(bench.failed["bad"])
        #expect(failure.code == .unanswered && failure.status == 502)
        #expect(failure.message.contains("Bad Gateway"))
        #expect(bench.reports.count { if case .failing = $0 { true } else { false } } == 1)
    }

    @Test func `an outage, however long, gives up no file`() {
        for giveUp in [Duration.seconds(60), .seconds(86_400)] {
            var bench = PlannerBench(concurrency: 8, giveUp: giveUp)
            bench.add(images: ["first"])
            bench.run(for: .seconds(10)) { _, _, _ in .fine }
            bench.add(images: Self.images)
            bench.run(for: .seconds(3 * 86_400)) { _, _, _ in ServiceFault.reset.response }
            // For a moment it works for some.
            let healthy: PlannerBench.API = { _, _, _ in .fine }
            bench.run(for: .seconds(400), healthy) { $0.filed.count > 3 }
            bench.run(for: .seconds(3 * 86_400)) { _, _, _ in ServiceFault.reset.response }
            bench.run(for: .seconds(900)) { _, _, _ in .fine }
            #expect(bench.failed.isEmpty && bench.filed.count == 31)
        }
    }

    @Test(arguments: ServiceFault.allCases)
    func `after a week without the API files go in as few requests as if nothing had been`(
        fault: ServiceFault
    ) {
        var bench = PlannerBench(concurrency: 8)
        bench.add(images: (0..<400).map { "\($0)" })
        bench.run(for: .seconds(7 * 86_400)) { _, _, _ in fault.response }
        let before = bench.requests.count
        bench.run(for: .seconds(900)) { _, _, _ in
            .fine
        } until: {
            $0.filed.count == 400
        }
        #expect(bench.filed.count == 400)
        // The probe, and as many full batches as the rest needs.
        let healthy = bench.requests[before...].filter(\.isFine)
        #expect(healthy.count <= 9, "\(healthy.map(\.names.count))")
    }

    // Requests without an answer cost time, and their files are sent one by one: requests are cheaper than
    // another time-out.
    @Test(arguments: ServiceFault.allCases.filter { $0 != .hang })
    func `batches that failed in several outages are full again once the API is back`(fault: ServiceFault) {
        var bench = PlannerBench(concurrency: 2)
        bench.add(images: (0..<900).map { "\($0)" })
        for _ in 0..<3 {
            bench.run(for: .seconds(1_800)) { _, _, _ in fault.response }
            let filed = bench.filed.count
            let healthy: PlannerBench.API = { _, _, _ in .fine }
            bench.run(for: .seconds(900), healthy) { $0.filed.count >= filed + 40 }
        }
        bench.run(for: .seconds(1_800)) { _, _, _ in fault.response }
        let (left, before) = (900 - bench.filed.count, bench.requests.count)
        bench.run(for: .seconds(1_800)) { _, _, _ in
            .fine
        } until: {
            $0.filed.count == 900
        }
        #expect(bench.filed.count == 900)
        let healthy = bench.requests[before...].filter(\.isFine)
        #expect(healthy.count <= left / 50 + 4, "\(healthy.map(\.names.count)) for \(left)")
    }

    @Test func `no file is given up where that is switched off`() {
        var bench = PlannerBench(concurrency: 2, giveUp: .zero)
        bench.add(images: ["bad"] + Self.images)
        for _ in 0..<40 {
            bench.run(for: .seconds(86_400)) { _, files, _ in
                Self.isBad(files) ? ServiceFault.reset.response : .fine
            }
            bench.add(images: ["later-\(bench.filed.count)"])
        }
        #expect(bench.failed.isEmpty)
    }
}
