import BitMindAPI
import TestSupport
import Testing
import WatchCore
import WatchService

@Suite("Outlooks")
struct OutlookTests {
    private static let files = DispatcherBench.candidates(InboxID(1), 0..<4)

    /// The report of files that wait, after a request for one of them has failed.
    private static func pauses(after error: APIError, batch: Configuration.Batch = .off) async throws
        -> Set<String?>
    {
        let bench = try DispatcherBench(concurrency: 1, batch: batch)
        defer { bench.stop() }
        await bench.dispatcher.update(adding: files, withdrawing: [])
        let assignment = try #require(await bench.dispatcher.next())
        await bench.fail(assignment, error)
        let outlooks = await bench.dispatcher.outlooks()
        // A file that was answered 403 goes in turn with those that were not tried yet.
        let before = error.kind == .forbidden && batch == .off ? [0, 0, 1, 2] : [0, 1, 2, 3]
        #expect(outlooks.values.map(\.before).sorted() == before)
        return Set(outlooks.values.map(\.pause))
    }

    @Test func `a file that waits for a pause of the API is shown with the pause and its end`() async throws {
        let limited = APIError(.rateLimited, message: "", retryAfter: .seconds(600))
        let pauses = try await Self.pauses(after: limited)
        #expect(pauses.count == 1)
        #expect(pauses.first??.hasPrefix("rate-limited until ") == true)
    }

    @Test func `a file whose endpoint is refused is shown with that`() async throws {
        let pauses = try await Self.pauses(after: APIError(.forbidden, message: "", endpoint: .image))
        #expect(pauses.count == 1)
        #expect(pauses.first??.hasPrefix("/image refused until ") == true)
    }

    @Test(arguments: [APIError.Kind.rateLimited, .forbidden, .serverFailure])
    func `a pause whose time has come while no file waits is not shown as one that lasts`(
        kind: APIError.Kind
    ) async throws {
        let bench = try DispatcherBench(concurrency: 1, time: ScaledTime(factor: 600))
        defer { bench.stop() }
        await bench.dispatcher.update(adding: [Self.files[0]], withdrawing: [])
        let assignment = try #require(await bench.dispatcher.next())
        await bench.fail(assignment, APIError(kind, message: "", status: 503, retryAfter: .seconds(60)))
        #expect(bench.status.status.holdups.count == 1)
        await bench.dispatcher.update(adding: [], withdrawing: [Self.files[0].key])
        try await wait(until: "its time has come") {
            bench.status.status.holdups.allSatisfy { !$0.contains(" until ") }
        }
        // Whether the API is back is not known.
        #expect(bench.status.status.pauses == (kind == .serverFailure ? [.apiUnavailable] : []))
    }

    @Test func `where batches may not go, files go one by one, and wait for nothing else`() async throws {
        let refused = APIError(.forbidden, message: "", endpoint: .batchImage)
        #expect(try await Self.pauses(after: refused, batch: .auto) == [nil])
    }
}
