import LinuxSystem
import Synchronization
package import WatchCore

/// Where the service tells what happens.
///
/// Entries are written by a thread of its own: whoever has something to tell never waits for the journal. While
/// it takes none, they wait in memory, so many as there is room for; those that are lost are counted, and told
/// as soon as it takes entries again.
package final class Journal: Sendable {
    private struct Backlog {
        var waiting = 0
        var lost = 0
    }

    private let sink: any JournalSink
    private let lowest: Atomic<Int>
    private let writer: BlockingThreads
    private let backlog = Mutex(Backlog())
    private let room: Int
    private let patience: Duration

    /// - Parameters:
    ///   - level: entries below it are not written.
    ///   - room: how many entries may wait for the journal; each takes about a kilobyte.
    ///   - patience: how long `flush()` waits for a journal that takes nothing.
    package init(
        _ sink: any JournalSink, level: EventLevel, room: Int = 100_000, patience: Duration = .seconds(10)
    ) throws {
        self.sink = sink
        self.room = room
        self.patience = patience
        lowest = Atomic(level.rawValue)
        writer = try BlockingThreads("journal", count: 1)
    }

    package var level: EventLevel {
        EventLevel(rawValue: lowest.load(ordering: .relaxed)) ?? .info
    }

    /// Has entries below `level` left out from now on.
    package func setLevel(_ level: EventLevel) {
        lowest.store(level.rawValue, ordering: .relaxed)
    }

    package func record(_ event: JournalEvent) {
        guard event.level >= level else { return }
        submit { $0.write(event) }
    }

    /// Writes a line that is no event of the contract.
    package func note(_ line: String, level: EventLevel) {
        guard level >= self.level else { return }
        submit { $0.write(line, level: level) }
    }

    /// Returns when all entries so far have been written, or the journal's time for it is up: a journal that
    /// hangs holds up no end. What is lost by that is told on standard error.
    package func flush() async {
        await writer.run(atMost: patience) {}
        let missing = backlog.withLock { $0.waiting + $0.lost }
        if missing > 0 { StandardError.write(Self.loss(of: missing) + "\n") }
    }

    private func submit(_ write: @escaping @Sendable (any JournalSink) -> Bool) {
        let fits = backlog.withLock { backlog in
            let fits = backlog.waiting < room
            if fits { backlog.waiting += 1 } else { backlog.lost += 1 }
            return fits
        }
        if fits { writer.submit { [self] in settle(write(sink)) } }
    }

    /// Takes note of how the writing of an entry went.
    private func settle(_ isTaken: Bool) {
        let lost = backlog.withLock { backlog in
            backlog.waiting -= 1
            if !isTaken { backlog.lost += 1 }
            // Not while it is still likely to lose more: one entry tells of them all.
            guard isTaken, backlog.waiting <= room / 2 else { return 0 }
            defer { backlog.lost = 0 }
            return backlog.lost
        }
        if lost > 0, !sink.write(Self.loss(of: lost), level: .warning) {
            backlog.withLock { $0.lost += lost }
        }
    }

    private static func loss(of count: Int) -> String {
        count == 1
            ? "1 entry is lost: the journal did not accept it"
            : "\(GroupedNumber(count)) entries are lost: the journal did not accept them"
    }
}

/// What takes entries; its calls may block, and tell whether the entry was taken.
package protocol JournalSink: Sendable {
    func write(_ event: JournalEvent) -> Bool
    /// A line of a library or of the service's own diagnostics.
    func write(_ line: String, level: EventLevel) -> Bool
}

/// systemd's journal, natively.
package struct SystemJournalSink: JournalSink {
    private let journal: SystemJournal

    /// The journal, where standard error leads to it; else nil.
    package init?() {
        guard let journal = SystemJournal.connected() else { return nil }
        self.journal = journal
    }

    package func write(_ event: JournalEvent) -> Bool {
        journal.send(
            priority: event.level.rawValue, message: Array(event.message.utf8),
            fields: event.allFields.map { ($0.name, $0.value) }) == nil
    }

    package func write(_ line: String, level: EventLevel) -> Bool {
        journal.send(priority: level.rawValue, message: Array(line.utf8)) == nil
    }
}

/// Lines of text on standard error, for terminals and files.
package struct StandardErrorSink: JournalSink {
    private let time: any TimeSource

    package init(_ time: any TimeSource) {
        self.time = time
    }

    package func write(_ event: JournalEvent) -> Bool {
        write(event.message, level: event.level)
    }

    package func write(_ line: String, level: EventLevel) -> Bool {
        // The grave ones are told apart; the rest says by itself what it is.
        let mark = level >= .warning ? "\(level.name): " : ""
        return StandardError.write("\(time.date.timeOfDay) \(mark)\(line)\n")
    }
}
