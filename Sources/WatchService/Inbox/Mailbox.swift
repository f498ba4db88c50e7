import BitMindAPI
import DequeModule
import LinuxSystem
import Synchronization
import WatchCore

/// What an inbox is told, from any thread: the kernel's events, and what became of its files.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case answered(FileKey, Submission, Answer)
        /// What came of filings.
        case filed(FilingLanes.Bulk, [FilingOutcome])
        /// With what was found there of earlier runs, where that was asked for.
        case probed(DestinationRole, failure: String?, found: [FilingOutcome]?)
        /// Files of these kinds can't be sent for now, all others can.
        case blocked(BlockedKinds)
        case stop(isRemoved: Bool)
    }

    struct Contents: Sendable {
        var events: Deque<Inotify.Event> = []
        var messages: [Message] = []
        /// Whether events were lost, here or in the kernel.
        var overflowed = false
    }

    /// An element for every time that there may be something to take; several may be one.
    let wakeups: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let contents = Mutex(Contents())

    /// How many events are kept for an inbox that is busy; what is beyond is found again by a scan.
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

    /// Says that events were lost.
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

    /// Takes all messages, and the first events; wakes once more where there are others.
    /// - Parameter most: how many events at the most.
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
