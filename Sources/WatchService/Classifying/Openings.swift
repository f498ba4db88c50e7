import Synchronization
import WatchCore

/// Makes inboxes open files for a request, and limits the wait for them, so that a disk that does not
/// complete a call does not hold a slot that others need.
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
    /// The machine's clock, not the service's: the service's clock may run faster in tests, but disks do not.
    private let time = SystemTimeSource()

    /// The longest wait for a disk.
    private static let limit = Duration.seconds(5)

    init(_ inboxes: InboxRegistry) {
        self.inboxes = inboxes
    }

    /// Ends each wait that has lasted too long, until the task is cancelled.
    func run() async {
        await alarm.run(time) { self.giveUp() }
    }

    enum Opened: Sendable {
        /// The bytes of each candidate; nil for one that is not to be sent.
        case inTime([InboxFileBody?])
        /// The opening continues, and later gives the same result.
        case late(AsyncStream<[InboxFileBody?]>)
    }

    /// Opens files. If the task is cancelled, the wait ends.
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

    /// Ends the wait for one opening.
    /// - Parameter bodies: nil if the wait was given up.
    /// - Returns: whether it was still waiting.
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
