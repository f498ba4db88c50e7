import LinuxSystem
import Synchronization
package import WatchCore

/// The service's log.
///
/// A separate thread writes the entries, so that a caller never waits for the journal. While the journal
/// accepts none, they wait in memory, up to the limit of `room`. Lost entries are counted, and reported once
/// the journal accepts entries again.
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
    ///   - room: the largest number of entries that wait for the journal; each takes about a kilobyte.
    ///   - patience: how long `flush()` waits for a journal that accepts nothing.
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

    /// Leaves out entries below `level` from now on.
    package func setLevel(_ level: EventLevel) {
        lowest.store(level.rawValue, ordering: .relaxed)
    }

    package func record(_ event: JournalEvent) {
        guard event.level >= level else { return }
        submit { $0.write(event) }
    }

    /// Writes a line that is not one of the documented events.
    package func note(_ line: String, level: EventLevel) {
        guard level >= self.level else { return }
        submit { $0.write(line, level: level) }
    }

    /// Returns when all earlier entries have been written, or after `patience`, so that a blocked journal
    /// does not delay the end of the service. The loss is then reported on standard error.
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

    /// Records whether an entry was written.
    private func settle(_ isTaken: Bool) {
        let lost = backlog.withLock { backlog in
            backlog.waiting -= 1
            if !isTaken { backlog.lost += 1 }
            // Not while more are likely to be lost: one entry reports them all.
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

/// Accepts entries. Its calls may block, and return whether the entry was accepted.
package protocol JournalSink: Sendable {
    func write(_ event: JournalEvent) -> Bool
    /// A line of a library or of the service's own diagnostics.
    func write(_ line: String, level: EventLevel) -> Bool
}

/// systemd's journal, through its native protocol.
package struct SystemJournalSink: JournalSink {
    private let journal: SystemJournal

    /// The journal, if standard error is connected to it; else nil.
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
        // Severe lines get a mark. The others need none.
        let mark = level >= .warning ? "\(level.name): " : ""
        return StandardError.write("\(time.date.timeOfDay) \(mark)\(line)\n")
    }
}
