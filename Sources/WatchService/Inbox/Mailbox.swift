import BitMindAPI
import DequeModule
import LinuxSystem
import Synchronization
import WatchCore

/// The messages to an inbox, from any thread: the kernel's events, and the results for its files.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case answered(FileKey, Submission, Answer)
        /// The results of filings.
        case filed(FilingLanes.Bulk, [FilingOutcome])
        /// With the unfinished filings of earlier runs found there, if the destination was searched.
        case probed(DestinationRole, failure: String?, found: [FilingOutcome]?)
        /// Files of these kinds cannot be sent for now; all others can.
        case blocked(BlockedKinds)
        case stop(isRemoved: Bool)
    }

    struct Contents: Sendable {
        var events: Deque<Inotify.Event> = []
        var messages: [Message] = []
        /// Whether events were lost, here or in the kernel.
        var overflowed = false
    }

    /// An element for each time that there may be messages. Several may be merged.
    let wakeups: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let contents = Mutex(Contents())

    /// The largest number of events kept for a busy inbox. Files of further events are found by a scan.
    private static let mostEvents = 65_536

    init() {
        (wakeups, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func post(_ events: [Inotify.Event]) {
        contents.withLock { contents in
            if contents.events.count + events.count > Self.mostEvents {
                contents.events = []
                contents.overflowed = true
            } else if !contents.overflowed {
                contents.events += events
            }
        }
        wake()
    }

    func post(_ messages: [Message]) {
        contents.withLock { $0.messages += messages }
        wake()
    }

    /// Records that events were lost.
    func postOverflow() {
        contents.withLock { $0.overflowed = true }
        wake()
    }

    func wake() {
        waker.yield()
    }

    var hasMessages: Bool {
        contents.withLock { !$0.messages.isEmpty }
    }

    /// Takes all messages, and the first events. If there are more events, wakes the inbox again.
    /// - Parameter most: the largest number of events.
    func take(events most: Int) -> Contents {
        let (taken, isMore) = contents.withLock { contents in
            var taken = Contents(messages: contents.messages, overflowed: contents.overflowed)
            contents.messages = []
            contents.overflowed = false
            let count = min(most, contents.events.count)
            taken.events.append(contentsOf: contents.events.prefix(count))
            contents.events.removeFirst(count)
            return (taken, !contents.events.isEmpty)
        }
        if isMore { wake() }
        return taken
    }
}
