import LinuxSystem
import Synchronization

/// Whether the thread that reads an inbox's events is alive: it is asked to look up, and does so.
///
/// The inbox's own thread is not asked. It may hang for as long as a network file system does, and neither a
/// restart nor the other inboxes would gain by its end.
final class Pulse: Sendable {
    private struct State {
        var inotify: Inotify?
        var answered = true
    }

    private let state = Mutex(State())

    /// Asks by way of these events from now on; nil where there are none to be read.
    func follow(_ inotify: Inotify?) {
        state.withLock { $0 = State(inotify: inotify) }
    }

    /// The reading thread has looked up.
    func beat() {
        state.withLock { $0.answered = true }
    }

    /// Whether the last question was answered; asks the next.
    func check() -> Bool {
        state.withLock { state in
            let isAlive = state.answered
            state.answered = state.inotify == nil
            state.inotify?.wake()
            return isAlive
        }
    }
}
