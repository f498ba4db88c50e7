import LinuxSystem
import Synchronization
package import WatchCore

/// Where the service tells what happens.
///
/// Entries are written by a thread of its own: whoever has something to tell never waits for the journal.
package final class Journal: Sendable {
    private let sink: any JournalSink
    private let lowest: Atomic<Int>
    private let writer: BlockingThreads

    /// - Parameter level: entries below it are not written.
    package init(_ sink: any JournalSink, level: EventLevel) throws {
        self.sink = sink
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
        writer.submit { [sink] in sink.write(event) }
    }

    /// Writes a line that is no event of the contract.
    package func note(_ line: String, level: EventLevel) {
        guard level >= self.level else { return }
        writer.submit { [sink] in sink.write(line, level: level) }
    }

    /// Returns when all entries so far have been written.
    package func flush() async {
        await writer.run {}
    }
}

/// What takes entries; its calls may block.
package protocol JournalSink: Sendable {
    func write(_ event: JournalEvent)
    /// A line of a library or of the service's own diagnostics.
    func write(_ line: String, level: EventLevel)
}

/// systemd's journal, natively.
package struct SystemJournalSink: JournalSink {
    private let journal: SystemJournal

    /// The journal, where standard error leads to it; else nil.
    package init?() {
        guard let journal = SystemJournal.connected() else { return nil }
        self.journal = journal
    }

    package func write(_ event: JournalEvent) {
        _ = journal.send(
            priority: event.level.rawValue, message: Array(event.message.utf8),
            fields: event.allFields.map { ($0.name, $0.value) })
    }

    package func write(_ line: String, level: EventLevel) {
        _ = journal.send(priority: level.rawValue, message: Array(line.utf8), fields: [])
    }
}

/// Lines of text on standard error, for terminals and files.
package struct StandardErrorSink: JournalSink {
    private let time: any TimeSource

    package init(_ time: any TimeSource) {
        self.time = time
    }

    package func write(_ event: JournalEvent) {
        write(event.message, level: event.level)
    }

    package func write(_ line: String, level: EventLevel) {
        // The grave ones are told apart; the rest says by itself what it is.
        let mark = level >= .warning ? "\(level.name): " : ""
        StandardError.write("\(time.date.timeOfDay) \(mark)\(line)\n")
    }
}
