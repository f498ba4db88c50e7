import BitMindAPI
import Testing
import WatchCore

/// Endpoints that fail while others work.
@Suite("Endpoints")
struct EndpointTests {
    static let faults: [(ServiceFault?, APIError)] =
        ServiceFault.allCases.map { (Optional($0), $0.error) } + [
            (nil, APIError(.rejected, message: "Bad Request", status: 400)),
            (nil, APIError(.rejected, message: "Unprocessable", status: 422)),
            (nil, APIError(.unsupportedForm, message: "", status: 415)),
        ]

    static func isBatch(_ endpoint: Endpoint) -> Bool { [.batchImage, .batchVideo].contains(endpoint) }

    @Test(arguments: faults, [1, 2, 8])
    func `a batch endpoint that fails while single files work rests, and costs few requests`(
        fault: (ServiceFault?, APIError), slots: Int
    ) {
        for kind in MediaKind.allCases {
            for count in [4, 7, 12, 40, 400] {
                var bench = PlannerBench(concurrency: slots)
                let names = (0..<count).map { "\($0)" }
                if kind == .image { bench.add(images: names) } else { bench.add(videos: names) }
                let api: PlannerBench.API = { endpoint, _, _ in
                    guard Self.isBatch(endpoint) else { return .fine }
                    return fault.0?.response ?? .fails(fault.1)
                }
                bench.run(for: .seconds(fault.0 == .hang ? 1_000 : 60), api) { $0.filed.count == count }
                #expect(bench.filed.count == count, "\(kind), \(count) files")
                let most = max(Double(count) * 1.5, Double(count + slots))
                let requests = Double(bench.requests.count)
                #expect(requests <= most, "\(requests) for \(count) \(kind)s")
                guard count >= 40 else { continue }
                #expect(bench.begun(.endpointResting(kind.batchEndpoint)) == 1)
                let begun = bench.begun(.serviceDown)
                #expect(begun <= 1 && bench.ended(.serviceDown) == begun)
            }
        }
    }

    @Test func `a batch endpoint rests for ten minutes, then twice as long, up to a day, and then works`() {
        var bench = PlannerBench(concurrency: 8)
        let api: PlannerBench.API = { endpoint, _, _ in
            Self.isBatch(endpoint) ? .fails(ServiceFault.html.error) : .fine
        }
        var trials: [Duration] = []
        for round in 0..<1_200 {
            bench.add(images: (0..<20).map { "\(round)-\($0)" })
            let before = bench.requests.count
            bench.run(for: .seconds(300), api)
            trials += bench.requests[before...].filter { Self.isBatch($0.endpoint) }.map(\.began)
        }
        let waits = zip(trials.dropFirst(4), trials.dropFirst(3)).map { Int(($0 - $1) / .seconds(600)) }
        #expect(waits.prefix(4) == [1, 2, 4, 8] && waits.max() ?? 0 <= 145, "\(waits)")
        #expect(bench.begun(.endpointResting(.batchImage)) == 1)
        for round in 0..<300 where bench.ended(.endpointResting(.batchImage)) == 0 {
            bench.add(images: (0..<20).map { "healthy-\(round)-\($0)" })
            bench.run(for: .seconds(300)) { _, _, _ in .fine }
        }
        #expect(bench.ended(.endpointResting(.batchImage)) == 1)
        let before = bench.requests.count
        bench.add(images: (0..<200).map { "last-\($0)" })
        bench.run(for: .seconds(60)) { _, _, _ in .fine }
        #expect(bench.requests.count - before <= 5)
    }

    @Test func `a batch endpoint that has worked and then refuses every batch rests too`() {
        var bench = PlannerBench(concurrency: 1)
        bench.add(images: (0..<10).map { "first-\($0)" })
        bench.run(for: .seconds(10)) { _, _, _ in .fine }
        bench.add(images: ["single"])
        bench.run(for: .seconds(10)) { _, _, _ in .fine }
        let before = bench.requests.count
        bench.add(images: (0..<50).map { "\($0)" })
        let refused = APIError(.rejected, message: "Bad Request", status: 400)
        bench.run(for: .seconds(60)) { endpoint, _, _ in Self.isBatch(endpoint) ? .fails(refused) : .fine }
        #expect(bench.filed.count == 61 && bench.failed.isEmpty)
        #expect(bench.requests.count - before <= 75)
        #expect(bench.begun(.endpointResting(.batchImage)) == 1)
    }

    @Test(arguments: ServiceFault.allCases)
    func `files go in batches where the single endpoint alone fails`(fault: ServiceFault) {
        var bench = PlannerBench(concurrency: 2)
        let api: PlannerBench.API = { endpoint, _, _ in Self.isBatch(endpoint) ? .fine : fault.response }
        bench.add(images: (0..<100).map { "\($0)" })
        bench.run(for: .seconds(5), api)
        #expect(bench.filed.count == 100)
        bench.add(images: ["alone"])
        bench.run(for: .seconds(900), api)
        #expect(bench.filed.contains("alone"))
        bench.add(images: (0..<100).map { "later-\($0)" })
        bench.run(for: .seconds(10), api)
        #expect(bench.filed.count == 201)
    }

    static let refusals: [(APIError.Kind, Int)] = [
        (.rejected, 400), (.rejected, 422), (.unsupportedForm, 415),
    ]

    @Test(arguments: refusals, [1, 2, 8])
    func `what refuses everything, as a proxy does, fails no file`(refusal: (APIError.Kind, Int), slots: Int)
    {
        for batch in [Configuration.Batch.off, .auto] {
            var bench = PlannerBench(concurrency: slots, batch: batch)
            bench.add(images: (0..<60).map { "\($0)" })
            bench.add(videos: (0..<60).map { "v\($0)" })
            let error = APIError(
                refusal.0, message: "The plain HTTP request was sent to HTTPS port", status: refusal.1)
            bench.run(for: .seconds(7 * 86_400)) { _, _, _ in .fails(error) }
            #expect(bench.failed.isEmpty && bench.filed.isEmpty)
            #expect(bench.begun(.serviceDown) == 1)
            let isCauseTold = bench.reports.contains {
                if case .gate(_, let cause?) = $0 { cause.contains("plain HTTP request") } else { false }
            }
            #expect(isCauseTold)
            bench.run(for: .seconds(900)) { _, _, _ in .fine }
            #expect(bench.filed.count == 120)
        }
    }

    /// Which endpoint has accepted a file, which one refuses, and whether its file fails then.
    static let blame: [(accepted: Endpoint?, refusing: Endpoint, fails: Bool)] = [
        (nil, .image, false), (nil, .video, false), (.video, .image, false), (.image, .video, false),
        (.image, .image, true), (.video, .video, true),
    ]

    @Test(arguments: blame, refusals)
    func `a refusal blames its file once the endpoint has accepted another`(
        case row: (accepted: Endpoint?, refusing: Endpoint, fails: Bool), refusal: (APIError.Kind, Int)
    ) {
        var bench = PlannerBench(concurrency: 1, batch: .off)
        if row.accepted == .image { bench.add(images: ["good"]) }
        if row.accepted == .video { bench.add(videos: ["good"]) }
        bench.run(for: .seconds(10)) { _, _, _ in .fine }
        if row.refusing == .image { bench.add(images: ["bad"]) } else { bench.add(videos: ["bad"]) }
        let error = APIError(refusal.0, message: "no", status: refusal.1)
        let api: PlannerBench.API = { _, files, _ in FairnessTests.isBad(files) ? .fails(error) : .fine }
        bench.run(for: .seconds(60), api)
        #expect(bench.failed.keys.contains("bad") == row.fails)
        if row.fails { return }
        if row.refusing == .image { bench.add(images: ["other"]) } else { bench.add(videos: ["other"]) }
        bench.run(for: .seconds(600), api)
        #expect(bench.filed.contains("other") && bench.failed["bad"]?.code == .rejected)
    }

    @Test func `a bad file of a batch fails though single files were never accepted`() {
        var bench = PlannerBench(concurrency: 1)
        bench.add(images: (0..<20).map { "\($0)" })
        bench.run(for: .seconds(10)) { _, _, _ in .fine }
        bench.add(images: ["bad"] + (100..<109).map { "\($0)" })
        let error = APIError(.rejected, message: "no", status: 400)
        bench.run(for: .seconds(120)) { _, files, _ in FairnessTests.isBad(files) ? .fails(error) : .fine }
        #expect(bench.filed.count == 29 && bench.failed["bad"]?.code == .rejected)
    }
}
