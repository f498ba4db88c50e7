import Glibc
import TestSupport
import Testing
import WatchCore

@testable import WatchService

/// Downloads whose manager keeps a control file beside them that lists the missing parts.
@Suite("Control files of downloads")
struct ControlFileTests {
    @Test(arguments: [".aria2", ".st", ".lftp-pget-status"])
    func `a download waits until its control file is gone, and others don't`(suffix: String) async throws {
        let bench = try InboxBench()
        let control = bench.watch.inbox + "/a.jpg" + suffix
        try await bench.serve {
            try bench.put("a.jpg" + suffix, bytes: [1])
            try bench.put("a.jpg", seed: 1)
            try bench.put("b.jpg", seed: 2)
            try await wait(until: "the status has the cause") {
                bench.inbox.mailbox.wake()
                let files = bench.status.inboxReports.first?.report.files ?? []
                return files.contains { $0.reason?.contains("control file") == true }
            }
            let first = try await bench.next(of: 1)
            #expect(first.map(\.key.path.name) == [Array("b.jpg".utf8)])
            #expect(unlink(control) == 0)
            let second = try await bench.next(of: 1)
            #expect(second.map(\.key.path.name) == [Array("a.jpg".utf8)])
        }
    }

    @Test(.needsRoot("to act as another user"))
    func `another user's control file keeps nobody's file waiting`() async throws {
        let bench = try InboxBench()
        try await bench.serve {
            try bench.put("a.jpg.aria2", bytes: [1])
            #expect(chown(bench.watch.inbox + "/a.jpg.aria2", 65534, 65534) == 0)
            try bench.put("a.jpg", seed: 1)
            #expect(try await bench.next(of: 1).count == 1)
        }
    }
}
