import BitMindAPI
import BitMindSimulator
import SampleMedia
import TestSupport
import Testing
import WatchCore
import WatchService

extension RequestTests {
    @Suite("Batching")
    struct BatchingTests {
        @Test func `400 images that wait cost at most 12 requests`() async throws {
            try await Simulator.with { simulator in
                let site = try RequestSite(simulator)
                try site.put(images: 0..<400)
                try await site.serve { run in
                    try await run.begin(with: 400)
                    try await run.waitUntilFiled(400)
                }
                #expect(site.uploads.count <= 12 && site.statuses == [200: site.uploads.count])
                #expect(simulator.uploads.count == 400 && simulator.uploads.values.allSatisfy { $0 == 1 })
            }
        }

        @Test func `a lone file goes alone and at once`() async throws {
            try await Simulator.with { simulator in
                let site = try RequestSite(simulator)
                try await site.serve { run in
                    try await run.begin(with: 0)
                    try site.put(images: 0..<1)
                    try await run.waitUntilFiled(1)
                }
                #expect(site.uploads.map(\.endpoint) == [.image])
            }
        }

        /// The ways for the API to show that one item is bad, and how the simulator plays them.
        static let badItems: [(BadBatchItem, Int)] = [
            (.refused, 400), (.refused, 422), (.tooLarge, 400), (.missing, 400), (.error, 400),
        ]

        @Test(arguments: badItems)
        func `a bad item costs its neighbours nothing, and few requests`(
            shown: BadBatchItem, status: Int
        ) async throws {
            try await Simulator.with(
                SimulatorBehaviour {
                    $0.badBatchItem = shown
                    $0.badFileStatus = status
                }
            ) { simulator in
                let site = try RequestSite(simulator)
                try await site.serve {
                    $0.concurrency = 1
                } _: { run in
                    try await run.begin(with: 0)
                    // Each endpoint accepts a file before it refuses one.
                    try site.put(images: 0..<1)
                    try await run.waitUntilFiled(1)
                    try await Self.drop(into: run, count: 49) {
                        try site.put(images: 1..<50)
                    }
                    try await run.waitUntilFiled(50)
                    try await Self.drop(into: run, count: 50) {
                        try site.put(images: 50..<99)
                        try site.put("bad.jpg", RequestSite.badImage(seed: 1_000))
                    }
                    try await run.waitUntilFiled(100)
                    #expect(run.status.failed == 1 && run.status.holdups == [])
                }
                // A file alone, two batches, which may find the last files late, and twice the binary logarithm of 50.
                #expect(site.uploads.count <= 3 + 2 + 12, "\(site.course)")
                #expect(site.sink.lines == [])
            }
        }

        /// Has files wait until all are there, so that they share requests.
        /// - Parameter count: how many files `body` drops.
        private static func drop(
            into run: RequestSite.Run, count: Int, _ body: () throws -> Void
        ) async throws {
            let inbox = try #require(run.pipeline.inboxes.all.first?.id)
            await run.pipeline.dispatcher.setResting(true, inbox, because: .disk)
            try body()
            try await wait(until: "all wait") { run.status.waiting == count }
            await run.pipeline.dispatcher.setResting(false, inbox, because: .disk)
        }

        @Test(arguments: [Fault.batchMissing, .batchError, .batchDuplicate, .batchOutOfRange, .batchUnplaced])
        func `an entry that is spoilt once costs one more request`(fault: Fault) async throws {
            try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(fault, .next(1))] }) {
                simulator in
                let site = try RequestSite(simulator)
                try site.put(images: 0..<50)
                try await site.serve { run in
                    try await run.begin(with: 50)
                    try await run.waitUntilFiled(50)
                    #expect(run.status.failed == 0)
                }
                #expect(site.uploads.count <= (fault == .batchDuplicate ? 3 : 2))
                // A position that is there twice says nothing of either file.
                let again = simulator.uploads.values.count { $0 > 1 }
                #expect(again <= 2)
            }
        }

        @Test func `a file that the API fails at each time delays no other, and costs few requests`()
            async throws
        {
            let time = ScaledTime(factor: 20)
            try await Simulator.with(
                SimulatorBehaviour { $0.badFileStatus = 500 }
            ) { simulator in
                let site = try RequestSite(simulator, time: time)
                try site.put(images: 0..<199)
                try site.put("bad.jpg", RequestSite.badImage(seed: 1_000))
                try await site.serve { run in
                    try await run.begin(with: 200)
                    try await run.waitUntilFiled(199)
                    // Four batches, two probes, one of the batches again, and its halves.
                    #expect(site.uploads.count <= 4 + 2 + 1 + 12, "\(site.course)")
                    // It also applies to all later files.
                    try site.put(images: 2_000..<2_050)
                    try await run.waitUntilFiled(249)
                    simulator.behave { $0.checksContent = false }
                    try await run.waitUntilFiled(250)
                }
            }
        }

        @Test func `a file that the API fails at each time does not stop the few it came with`() async throws
        {
            let time = ScaledTime(factor: 20)
            try await Simulator.with(
                SimulatorBehaviour { $0.badFileStatus = 500 }
            ) { simulator in
                let site = try RequestSite(simulator, time: time)
                try site.put(images: 0..<30)
                try site.put("bad.jpg", RequestSite.badImage(seed: 1_000))
                try await site.serve { run in
                    try await run.begin(with: 31)
                    try await run.waitUntilFiled(30)
                    #expect(site.uploads.count <= 20, "\(site.statuses)")
                }
            }
        }

        @Test func `without permission for batches files go one by one, which is logged once`() async throws {
            try await Simulator.with(
                SimulatorBehaviour { $0.permissions = [.imageInference, .videoInference] }
            ) { simulator in
                let site = try RequestSite(simulator, time: ScaledTime(factor: 60))
                try site.put(images: 0..<120)
                try await site.serve { run in
                    try await run.begin(with: 120)
                    try await run.waitUntilFiled(120)
                }
                #expect(site.uploads.count { $0.endpoint == .image && $0.status == 200 } == 120)
                #expect(site.sink.lines.count <= 2, "\(site.sink.lines)")
            }
        }

        @Test func `the halves of a refused batch go one by one where no batch may be sent`() async throws {
            let behaviour = SimulatorBehaviour {
                $0.faults = [
                    FaultRule(.batchRefused, .next(1)),
                    FaultRule(answer: ScriptedAnswer(status: 403), .next(1), on: [.batchImage]),
                ]
            }
            try await Simulator.with(behaviour) { simulator in
                let site = try RequestSite(simulator)
                try site.put(images: 0..<50)
                try await site.serve {
                    $0.concurrency = 1
                } _: { run in
                    try await run.begin(with: 50)
                    try await run.waitUntilFiled(50)
                    #expect(run.status.failed == 0)
                }
            }
        }

        @Test func `every file of a request gets an answer, and goes again where the client gave none`()
            async throws
        {
            let bench = try DispatcherBench(concurrency: 1, batch: .auto)
            defer { bench.stop() }
            let files = DispatcherBench.candidates(InboxID(1), 0..<3)
            await bench.dispatcher.update(adding: files, withdrawing: [])
            let assignment = try #require(await bench.dispatcher.next())
            let refused = APIError(.rejected, message: "not an image")
            let end = await bench.end(assignment, sent: files, results: [.failure(refused)])
            #expect(Set(end.answers.map(\.candidate.key)) == Set(files.map(\.key)))
            #expect(await Set(bench.dispatcher.outlooks().keys) == Set(files.map(\.key)), "they wait again")
        }

        @Test func `a file whose entry is missing goes alone, however many others wait`() async throws {
            let bench = try DispatcherBench(concurrency: 1, batch: .auto)
            defer { bench.stop() }
            await bench.dispatcher.update(
                adding: DispatcherBench.candidates(InboxID(1), 0..<200), withdrawing: [])
            let batch = try #require(await bench.dispatcher.next())
            #expect(batch.candidates.count == 50)
            let missing = APIError(.notAVerdict, message: "the batch has no entry for it", status: 200)
            _ = await bench.end(
                batch, sent: batch.candidates,
                results: batch.candidates.dropLast().map { .success(.failed($0)) } + [.failure(missing)])
            let next = try #require(await bench.dispatcher.next())
            #expect(next.candidates.map(\.key) == batch.candidates.suffix(1).map(\.key))
            #expect(next.endpoint == .image)
        }

        @Test
        func `an API that answers to the lesser part of each batch costs no request for each other file`()
            async throws
        {
            let bench = try DispatcherBench(concurrency: 1, batch: .auto)
            defer { bench.stop() }
            let files = DispatcherBench.candidates(InboxID(1), 0..<50)
            await bench.dispatcher.update(adding: files, withdrawing: [])
            let missing = APIError(.notAVerdict, message: "the batch has no entry for it", status: 200)
            var requests = 0
            var left = 50
            while left > 0 {
                let request = try #require(await bench.dispatcher.next())
                requests += 1
                let results = request.candidates.enumerated().map { position, file in
                    position < 20 ? Result<Decision, APIError>.success(.failed(file)) : .failure(missing)
                }
                left -= min(20, results.count)
                _ = await bench.end(request, sent: request.candidates, results: results)
            }
            #expect(requests <= 12)
        }

        @Test(arguments: [APIError.Kind.credentialsRefused, .rateLimited])
        func `what a refused batch has shown is not asked again after a pause in the midst of it`(
            kind: APIError.Kind
        ) async throws {
            let bench = try DispatcherBench(concurrency: 1, batch: .auto)
            defer { bench.stop() }
            await bench.dispatcher.update(
                adding: DispatcherBench.candidates(InboxID(1), 0..<200), withdrawing: [])
            let refused = APIError(.rejected, message: "not an image", status: 400)
            let accepted = try #require(await bench.dispatcher.next())
            _ = await bench.end(
                accepted, sent: accepted.candidates,
                results: accepted.candidates.map { .success(.failed($0)) })
            let batch = try #require(await bench.dispatcher.next())
            await bench.fail(batch, refused)
            let half = try #require(await bench.dispatcher.next())
            #expect(half.candidates.map(\.key) == batch.candidates.prefix(25).map(\.key))
            await bench.fail(half, refused)
            let other = try #require(await bench.dispatcher.next())
            #expect(other.candidates.map(\.key) == batch.candidates.suffix(25).map(\.key))
            await bench.fail(other, APIError(kind, message: "", retryAfter: .zero))
            let again = try #require(await bench.dispatcher.next())
            #expect(again.candidates.map(\.key) == other.candidates.map(\.key))
        }

        @Test func `a file that may not go alone for now holds up no batch`() async throws {
            let bench = try DispatcherBench(concurrency: 2, batch: .auto)
            defer { bench.stop() }
            await bench.dispatcher.update(
                adding: DispatcherBench.candidates(InboxID(1), 0..<200), withdrawing: [])
            let missing = APIError(.notAVerdict, message: "the batch has no entry for it", status: 200)
            func end(_ batch: Assignment) async {
                let good = batch.candidates.dropLast().map { Result<Decision, APIError>.success(.failed($0)) }
                _ = await bench.end(batch, sent: batch.candidates, results: good + [.failure(missing)])
            }
            let first = try #require(await bench.dispatcher.next())
            let second = try #require(await bench.dispatcher.next())
            await end(first)
            let alone = try #require(await bench.dispatcher.next())
            await bench.fail(alone, APIError(.forbidden, message: "", status: 403, endpoint: .image))
            await end(second)
            let waiting = Task { await bench.dispatcher.next() }
            defer { waiting.cancel() }
            try await wait(until: "the next batch goes") { bench.status.status.uploading == 1 }
            #expect(await waiting.value?.endpoint == .batchImage)
        }

        @Test func `a request that ends while the service stops is not reported as under way`() async throws {
            let bench = try DispatcherBench(concurrency: 2)
            defer { bench.stop() }
            await bench.dispatcher.update(
                adding: DispatcherBench.candidates(InboxID(1), 0..<2), withdrawing: [])
            let first = try #require(await bench.dispatcher.next())
            let second = try #require(await bench.dispatcher.next())
            #expect(bench.status.status.uploading == 2)
            await bench.dispatcher.stop()
            for (request, left) in [(first, 1), (second, 0)] {
                await bench.fail(request, APIError(.cancelled, message: ""))
                #expect(bench.status.status.uploading == left)
            }
        }

        @Test func `a file larger than batch_bytes goes alone`() async throws {
            try await Simulator.with { simulator in
                let site = try RequestSite(simulator)
                for number in 0..<3 {
                    let video = SampleMedia.make(.mp4, seed: UInt64(number), size: 1_500_000)
                    try site.put("large-\(number).mp4", video)
                }
                try await site.serve {
                    $0.batchBytes = 1_000_000
                } _: { run in
                    try await run.begin(with: 3)
                    try await run.waitUntilFiled(3)
                }
                #expect(site.uploads.map(\.endpoint) == [.video, .video, .video])
            }
        }

        @Test func `with a single slot images and videos go in turn`() async throws {
            try await Simulator.with { simulator in
                let site = try RequestSite(simulator)
                try site.put(images: 0..<10)
                try site.put(videos: 0..<10)
                try await site.serve {
                    $0.concurrency = 1
                    $0.batch = .off
                } _: { run in
                    try await run.begin(with: 20)
                    try await run.waitUntilFiled(20)
                }
                #expect(simulator.maximumInFlight == 1)
                let firsts = site.uploads.prefix(18).map(\.endpoint)
                #expect(firsts.count { $0 == .video } == 9 && firsts.count { $0 == .image } == 9)
            }
        }
    }
}
