import Glibc
import LinuxSystem
import Synchronization
import TestSupport
import Testing
import WatchCore

@testable import WatchService

/// The decided files of a real inbox.
@Suite struct InboxFilingsTests {
    private let path = RelativePath(Array("trip/notes.txt".utf8))

    @Test
    func `no two threads are at one filing where an inbox comes back that has files for a barred place`()
        async throws
    {
        let execution = MeetingExecution()
        let bench = try InboxBench(time: ScaledTime(factor: 4), execution: execution)
        let folder = RelativePath(Array("trip".utf8))
        let place = DestinationPlace(.failed, folder)
        try DirectoryHandle.openOrMake(bench.watch.failed).createFile(folder.bytes, mode: 0o644).write([])
        try await bench.serve {
            try bench.put("notes.txt", bytes: Array("no media".utf8), in: folder)
            // The next try is to come when the inbox is back.
            try await wait(until: "it is tried seldom") {
                await bench.inbox.untilTry(of: place).map { $0 > .seconds(3) } ?? false
            }
            #expect(rename(bench.watch.inbox, bench.watch.inbox + ".away") == 0)
            try await wait(until: "it is lost") { bench.messages.contains { $0.contains("is unavailable") } }
            #expect(rename(bench.watch.inbox + ".away", bench.watch.inbox) == 0)
            try await wait(until: "it is back") {
                bench.messages.contains { $0.contains("is available again") }
            }
            execution.watches.store(true, ordering: .relaxed)
            #expect(unlink("\(bench.watch.failed)/trip") == 0)
            try await wait(until: "it is filed, and nothing waits") {
                let hasNothing = await bench.inbox.hasNothing
                return hasNothing && access("\(bench.watch.failed)/trip/notes.txt", F_OK) == 0
            }
        }
        let haveMet = execution.met.load(ordering: .relaxed)
        #expect(!haveMet)
        #expect(bench.messages.filter { $0.contains("not a format") }.count <= 1, "\(bench.messages)")
    }

    @Test
    func `a file that goes while its destination is gone leaves nothing behind unless its filing had begun`()
        async throws
    {
        let bench = try InboxBench(time: ScaledTime(factor: 4))
        let began = bench.now
        try await bench.serve {
            #expect(rename(bench.watch.failed, bench.watch.failed + ".away") == 0)
            for name in ["first.txt", "second.txt"] {
                try bench.put(name, bytes: Array("no media".utf8))
                try await wait(until: "\(name) is held") { await bench.inbox.isHeld(name) }
            }
            for name in ["first.txt", "second.txt"] { #expect(unlink("\(bench.watch.inbox)/\(name)") == 0) }
            try await wait(until: "one is gone") { await bench.inbox.filings.count == 1 }
            let files = { bench.status.inboxReports.first?.report.files ?? [] }
            try await wait(until: "the one whose filing has begun is in the report, with its next try") {
                files().map(\.path.bytes) == [Array("first.txt".utf8)]
                    && files().allSatisfy { $0.nextTry != nil }
            }
            #expect(files().allSatisfy { $0.found >= began })
            #expect(rename(bench.watch.failed + ".away", bench.watch.failed) == 0)
            try await wait(until: "nothing waits") { await bench.inbox.hasNothing }
        }
    }
}

extension InboxBench {
    /// Writes a file in a folder of the inbox.
    fileprivate func put(_ name: String, bytes: [UInt8], in folder: RelativePath) throws {
        try DirectoryHandle.open(path: watch.inbox).makeFolders(folder.bytes, mode: 0o755)
            .createFile(Array(name.utf8), mode: 0o644).write(bytes)
    }
}

extension Inbox {
    fileprivate var hasNothing: Bool { files.isEmpty && filings.count == 0 && isIdle }

    fileprivate func isHeld(_ name: String) -> Bool {
        filings.places(at: moment).contains { $0.path.bytes == Array(name.utf8) && $0.state == .held }
    }

    fileprivate func untilTry(of place: DestinationPlace) -> Duration? {
        filings.nextTry(of: .folder(place)).map { $0 - now }
    }
}

/// Sees whether two threads are at one filing.
private final class MeetingExecution: FilingExecution {
    let watches = Atomic(false)
    let met = Atomic(false)
    private let underWay = Mutex<[WorkName: Int]>([:])

    func perform(_ step: FilingPlan.Step, of filings: [Filing]) -> [Result<Filing, FilingFault>] {
        change(filings, by: 1)
        defer { change(filings, by: -1) }
        // Time for another one to come.
        if watches.load(ordering: .relaxed), !met.load(ordering: .relaxed) { usleep(100_000) }
        return SharedFilingExecution().perform(step, of: filings)
    }

    private func change(_ filings: [Filing], by count: Int) {
        underWay.withLock { underWay in
            for filing in filings {
                underWay[filing.work, default: 0] += count
                if underWay[filing.work, default: 0] > 1 { met.store(true, ordering: .relaxed) }
            }
        }
    }
}
