import Synchronization
import WatchCore

/// Has inboxes open files for a request, and waits for them, but not for ever: a disk that hangs is not to keep a
/// slot that others need.
final class Openings: Sendable {
    private struct Waiter: Sendable {
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<[InboxFileBody?]?, Never>
    }

    private struct State: Sendable {
        var waiters: [UInt64: Waiter] = [:]
        var lastNumber: UInt64 = 0
        var alarmSetting = AlarmSetting()
    }

    private let inboxes: InboxRegistry
    private let state = Mutex(State())
    private let alarm = Alarm()
    /// Not the service's: where that runs faster, as in tests, disks don't.
    private let time = SystemTimeSource()

    /// How long a disk may take.
    private static let limit = Duration.seconds(5)

    init(_ inboxes: InboxRegistry) {
        self.inboxes = inboxes
    }

    /// Ends the waiting of those who have waited long enough, until the task is cancelled.
    func run() async {
        await alarm.run(time) { self.giveUp() }
    }

    enum Opened: Sendable {
        /// For each candidate its bytes; nil where it is not to be sent.
        case inTime([InboxFileBody?])
        /// It goes on, and gives the same once it comes to its end.
        case late(AsyncStream<[InboxFileBody?]>)
    }

    /// Waits no longer once the task is cancelled.
    /// - Parameter isAlone: whether no other file shares the request.
    func open(_ candidates: [Candidate], isAlone: Bool, by inbox: Inbox) async -> Opened {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let (late, answer) = AsyncStream.makeStream(of: [InboxFileBody?].self)
        let bodies = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(number, continuation)
                inboxes.ask { [self] in
                    let bodies = await inbox.open(candidates, isAlone: isAlone)
                    if !tell(number, bodies) { answer.yield(bodies) }
                    answer.finish()
                }
                if Task.isCancelled { tell(number, nil) }
            }
        } onCancel: {
            tell(number, nil)
        }
        return bodies.map(Opened.inTime) ?? .late(late)
    }

    private func wait(_ number: UInt64, _ continuation: CheckedContinuation<[InboxFileBody?]?, Never>) {
        let now = time.now
        state.withLock { state in
            state.waiters[number] = Waiter(deadline: now + Self.limit, continuation: continuation)
            state.alarmSetting.ensure(alarm, by: now + Self.limit, at: now)
        }
    }

    /// Ends the waiting of one.
    /// - Parameter bodies: nil where it has been given up.
    /// - Returns: whether it had waited still.
    @discardableResult
    private func tell(_ number: UInt64, _ bodies: [InboxFileBody?]?) -> Bool {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
        waiter?.continuation.resume(returning: bodies)
        return waiter != nil
    }

    private func giveUp() {
        let now = time.now
        let late = state.withLock { state in
            state.alarmSetting.ensure(
                alarm, by: state.waiters.values.map(\.deadline).filter { $0 > now }.min(), at: now)
            return state.waiters.filter { $0.value.deadline <= now }.keys
        }
        for number in late { tell(number, nil) }
    }
}
