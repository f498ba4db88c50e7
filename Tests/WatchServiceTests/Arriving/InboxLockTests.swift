import LinuxSystem
import Synchronization
import TestSupport
import Testing
import WatchCore

@testable import WatchService

@Suite("Locked inboxes")
struct InboxLockTests {
    @Test func `an inbox that a reload adds and another service has is told once, and its end`() async throws
    {
        let bench = try InboxBench(time: ScaledTime(factor: 20), waitsForLock: true)
        let sentence = "\(InboxLocked(path: bench.watch.inbox))"
        try bench.put("a.jpg", seed: 1)
        let other = Mutex<DirectoryHandle?>(try DirectoryHandle.open(path: bench.watch.inbox))
        #expect(try other.withLock { try $0?.lock() } == true)
        try await bench.serve {
            try await wait(until: "it is told") { bench.messages.contains { $0.hasPrefix(sentence) } }
            try await wait(until: "the status tells it") {
                bench.status.status.holdups == ["another bitmind-watch has \(bench.watch.inbox)"]
                    && bench.status.inboxReports.first?.report.absence?.hasPrefix("somebody else has it")
                        == true
            }
            other.withLock { $0 = nil }
            try await wait(until: "the file waits") { bench.status.status.waiting == 1 }
            #expect(bench.status.status.holdups == [])
            let end = "the inbox \(bench.watch.inbox) is there again"
            try await wait(until: "its end is told") { bench.messages.contains(end) }
        }
        #expect(bench.messages.count { $0.hasPrefix(sentence) } == 1)
    }

    @Test func `an inbox that a reload takes from itself is not told, however long its uploads last`()
        async throws
    {
        let time = ScaledTime(factor: 20)
        let bench = try InboxBench(time: time, waitsForLock: true)
        let former = try await bench.addFormer()
        let run = Task { await bench.inboxes.run() }
        defer { run.cancel() }
        let began = time.elapsed
        try await bench.serve {
            try await wait(until: "it was tried often") { time.elapsed - began > .seconds(20) }
            former.stop()
            try await wait(until: "it has ended") { bench.inboxes.all.isEmpty }
            try bench.put("a.jpg", seed: 1)
            try await wait(until: "the file waits") { bench.status.status.waiting == 1 }
            #expect(bench.messages == [])
        }
    }

    @Test func `an inbox that goes while another has it is told as not there`() async throws {
        let bench = try InboxBench(time: ScaledTime(factor: 20), waitsForLock: true)
        let other = try DirectoryHandle.open(path: bench.watch.inbox)
        #expect(try other.lock())
        try await bench.serve {
            try bench.removeInbox()
            try await wait(until: "it is told") {
                bench.messages.contains { $0.hasPrefix("the inbox \(bench.watch.inbox) is not there") }
            }
        }
    }
}
