import TestSupport
import Testing
import WatchCore

@testable import WatchService

@Suite("Reports of an inbox")
struct InboxReportTests {
    @Test func `a file that is held is shown with the time of its next try, which moves on with the tries`()
        async throws
    {
        // Not so fast that a rescan comes while it is waited for: that makes a report too.
        let bench = try InboxBench(time: ScaledTime(factor: 4))
        try bench.bar(\.failed)
        try await bench.serve {
            try bench.put("empty.jpg", bytes: [])
            func nextTry() -> Timestamp? {
                let file = bench.status.inboxReports.first?.report.files.first { $0.state == .held }
                return file?.nextTry
            }
            try await wait(until: "it is told") { nextTry() != nil }
            let first = try #require(nextTry())
            try await wait(until: "a later try is told") { nextTry().map { $0 > first } ?? false }
        }
    }
}
