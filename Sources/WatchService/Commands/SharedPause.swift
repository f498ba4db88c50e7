import Synchronization
import WatchCore

/// What all files of a `classify` wait for when the API asks for fewer requests.
final class SharedPause: Sendable {
    private struct State {
        var end: ContinuousClock.Instant?
        var spent = Duration.zero
    }

    private let time: any TimeSource
    private let tell: @Sendable (Duration) -> Void
    private let state = Mutex(State())

    /// Where the API does not say how long.
    private static let usual = Duration.seconds(30)
    /// How long somebody at a terminal waits in all.
    private static let most = Duration.seconds(600)

    /// - Parameter tell: hears of each pause when it begins, once for all files.
    init(_ time: any TimeSource, tell: @escaping @Sendable (Duration) -> Void) {
        self.time = time
        self.tell = tell
    }

    /// Begins a pause, unless there is one already.
    /// - Parameter wanted: how long the API wants it to be.
    /// - Returns: whether to wait: not where that is longer than anybody would.
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
