import BitMindAPI
import SampleMedia
import TestSupport
import Testing
import WatchCore

@testable import WatchService

@Suite("Uploads of an inbox")
struct InboxUploadsTests {
    @Test func `what is answered of an earlier upload leaves the later one as it is`() async throws {
        let bench = try InboxBench()
        try await bench.serve {
            try bench.put("a.jpg", seed: 1)
            try bench.put("b.jpg", seed: 2)
            let batch = try await bench.next(of: 2)
            _ = await bench.inbox.open(batch, isAlone: false)
            try bench.put("a.jpg", bytes: SampleMedia.make(.jpeg, seed: 3, size: 5000))
            let later = try await bench.next(of: 1)
            let body = try #require(await bench.inbox.open(later, isAlone: true).first ?? nil)

            bench.inbox.mailbox.post(batch.map { .answered($0.key, $0.submission, .postponed) })
            await bench.inbox.receive()
            #expect(await bench.inbox.account.count == 1)
            try bench.put("a.jpg", bytes: SampleMedia.make(.jpeg, seed: 4, size: 6000))
            try await wait(until: "bytes that nobody needs are not sent on") {
                withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { buffer in
                    do { return try body.read(into: buffer, at: 0) < 0 } catch { return true }
                }
            }
        }
    }
}
