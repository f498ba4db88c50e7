import Glibc
import LinuxSystem
import Synchronization
import TestSupport
import Testing
import WatchCore

@testable import WatchService

@Suite("Locked inboxes")
struct InboxLockTests {
    @Test func `an added inbox that another service has is logged once, and its end`() async throws {
        let bench = try InboxBench(time: ScaledTime(factor: 20), waitsForLock: true)
        let sentence = "\(InboxLocked(path: bench.watch.inbox))"
        try bench.put("a.jpg", seed: 1)
        let other = Mutex<InboxLock?>(
            InboxLock.take(in: try DirectoryHandle.open(path: bench.watch.inbox)))
        #expect(other.withLock { $0 != nil })
        try await bench.serve {
            try await wait(until: "it is told") { bench.messages.contains { $0.hasPrefix(sentence) } }
            try await wait(until: "the status tells it") {
                bench.status.status.holdups == ["another bitmind-watch uses \(bench.watch.inbox)"]
                    && bench.status.inboxReports.first?.report.absence?.hasPrefix(
                        "in use by another bitmind-watch")
                        == true
            }
            other.withLock { $0 = nil }
            try await wait(until: "the file waits") { bench.status.status.waiting == 1 }
            #expect(bench.status.status.holdups == [])
            let end = "the inbox \(bench.watch.inbox) is available again"
            try await wait(until: "its end is told") { bench.messages.contains(end) }
        }
        #expect(bench.messages.count { $0.hasPrefix(sentence) } == 1)
    }

    @Test func `an inbox that a reload takes from itself is not logged, however long its uploads last`()
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

    @Test func `an inbox that goes while another has it is reported as not there`() async throws {
        let bench = try InboxBench(time: ScaledTime(factor: 20), waitsForLock: true)
        let other = InboxLock.take(in: try DirectoryHandle.open(path: bench.watch.inbox))
        #expect(other != nil)
        try await bench.serve {
            try bench.removeInbox()
            try await wait(until: "it is told") {
                bench.messages.contains { $0.hasPrefix("the inbox \(bench.watch.inbox) is unavailable") }
            }
        }
    }

    @Test
    func `whoever locks the inbox itself keeps no service from it, but an earlier version from starting`()
        throws
    {
        let bench = try InboxBench(time: ScaledTime(factor: 20))
        let folder = try DirectoryHandle.open(path: bench.watch.inbox)
        #expect(try folder.lock())
        let lock = InboxLock.take(in: try DirectoryHandle.open(path: bench.watch.inbox))
        #expect(lock != nil)
        #expect(InboxLock.take(in: try DirectoryHandle.open(path: bench.watch.inbox)) == nil)
        withExtendedLifetime((folder, lock)) {}
    }

    @Test
    func `removing the folder by which an inbox is locked gives it to no other service for long`()
        async throws
    {
        let bench = try InboxBench(time: ScaledTime(factor: 20))
        try await bench.serve {
            try bench.removeLock()
            try await wait(until: "it is locked again") {
                InboxLock.take(in: try DirectoryHandle.open(path: bench.watch.inbox)) == nil
            }
            try bench.put("a.jpg", seed: 1)
            try await wait(until: "the file waits") { bench.status.status.waiting == 1 }
        }
    }

    @Test func `a cleaner of empty folders leaves the lock`() throws {
        let bench = try InboxBench(time: ScaledTime(factor: 20))
        let lock = InboxLock.take(in: try DirectoryHandle.open(path: bench.watch.inbox))
        #expect(rmdir(bench.watch.inbox + "/.bitmind-watch") == -1 && errno == ENOTEMPTY)
        withExtendedLifetime(lock) {}
    }

    @Test func `an earlier version finds an inbox locked that is served`() throws {
        let bench = try InboxBench(time: ScaledTime(factor: 20))
        let lock = InboxLock.take(in: try DirectoryHandle.open(path: bench.watch.inbox))
        #expect(try !DirectoryHandle.open(path: bench.watch.inbox).lock())
        withExtendedLifetime(lock) {}
    }

    @Test(arguments: ["a file", "a folder that others get into", "a link"])
    func `what somebody else made in the place of the lock is moved away`(_ kind: String) throws {
        let bench = try InboxBench(time: ScaledTime(factor: 20))
        let inbox = try DirectoryHandle.open(path: bench.watch.inbox)
        let name = Destination.workFolder
        switch kind {
        case "a file": _ = try inbox.createFile(name, mode: 0o600)
        case "a link": #expect(symlink("/tmp", bench.watch.inbox + "/.bitmind-watch") == 0)
        default: try inbox.makeFolder(name, mode: 0o755)
        }
        let lock = InboxLock.take(in: inbox)
        #expect(lock != nil)
        let made = try inbox.status(of: name)
        #expect(made.kind == .folder && made.mode & 0o777 == 0o700)
        withExtendedLifetime(lock) {}
    }
}
