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

    private let state = Mutex(State())
    private let alarm = Alarm()
    /// Not the service's: where that runs faster, as in tests, disks don't.
    private let time = SystemTimeSource()

    /// How long a disk may take.
    private static let limit = Duration.seconds(5)

    /// Ends the waiting of those who have waited long enough, until the task is cancelled.
    func run() async {
        await alarm.run(time) { self.giveUp() }
    }

    enum Opened: Sendable {
        /// For each candidate its bytes; nil where it is not to be sent.
        case inTime([InboxFileBody?])
        /// It goes on, and others may wait for it.
        case late(Task<[InboxFileBody?], Never>)
    }

    /// - Parameter isAlone: whether no other file shares the request.
    func open(_ candidates: [Candidate], isAlone: Bool, by inbox: Inbox) async -> Opened {
        var opening: Task<[InboxFileBody?], Never>?
        let bodies = await withCheckedContinuation { continuation in
            let number = wait(continuation)
            opening = Task {
                let bodies = await inbox.open(candidates, isAlone: isAlone)
                state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume(
                    returning: bodies)
                return bodies
            }
        }
        if bodies == nil, let opening { return .late(opening) }
        return .inTime(bodies ?? [])
    }

    private func wait(_ continuation: CheckedContinuation<[InboxFileBody?]?, Never>) -> UInt64 {
        let now = time.now
        return state.withLock { state in
            state.lastNumber += 1
            state.waiters[state.lastNumber] = Waiter(deadline: now + Self.limit, continuation: continuation)
            state.alarmSetting.ensure(alarm, by: now + Self.limit, at: now)
            return state.lastNumber
        }
    }

    private func giveUp() {
        let now = time.now
        let late = state.withLock { state in
            let late = state.waiters.filter { $0.value.deadline <= now }
            for number in late.keys { state.waiters[number] = nil }
            state.alarmSetting.ensure(alarm, by: state.waiters.values.map(\.deadline).min(), at: now)
            return late
        }
        for waiter in late.values { waiter.continuation.resume(returning: nil) }
    }
}
