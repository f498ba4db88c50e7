import Synchronization
import WatchCore

/// The pause of all files of a `classify` when the API requests one.
final class SharedPause: Sendable {
    private struct State {
        var end: ContinuousClock.Instant?
        var spent = Duration.zero
    }

    private let time: any TimeSource
    private let tell: @Sendable (Duration) -> Void
    private let state = Mutex(State())

    /// The pause if the API gives no duration.
    private static let usual = Duration.seconds(30)
    /// The longest total wait for a person at a terminal.
    private static let most = Duration.seconds(600)

    /// - Parameter tell: called when a pause begins, once for all files.
    init(_ time: any TimeSource, tell: @escaping @Sendable (Duration) -> Void) {
        self.time = time
        self.tell = tell
    }

    /// Begins a pause, unless there is one already.
    /// - Parameter wanted: the duration that the API requests.
    /// - Returns: whether to wait; false if the duration is too long for a person.
    func begin(_ wanted: Duration?) -> Bool {
        let now = time.now
        let length = max(wanted ?? Self.usual, .seconds(1))
        let (waits, isNews) = state.withLock { state -> (Bool, Bool) in
            if let end = state.end, end > now { return (true, false) }
            guard state.spent + length <= Self.most else { return (false, false) }
            state.spent += length
            state.end = now + length
            return (true, true)
        }
        if isNews { tell(length) }
        return waits
    }

    /// Returns when there is no pause.
    func wait() async {
        while let end = state.withLock({ $0.end }), end > time.now, !Task.isCancelled {
            await time.sleep(until: end)
        }
    }
}
