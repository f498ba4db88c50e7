import LinuxSystem
import Synchronization

/// Whether the thread that reads an inbox's events is working: it is woken, and responds.
///
/// The inbox's own thread is not tested. It may block as long as a network file system does, and a restart
/// would help neither it nor the other inboxes.
final class Pulse: Sendable {
    private struct State {
        var inotify: Inotify?
        var answered = true
    }

    private let state = Mutex(State())

    /// Uses these events for the tests from now on; nil if there are no events to read.
    func follow(_ inotify: Inotify?) {
        state.withLock { $0 = State(inotify: inotify) }
    }

    /// The reading thread has responded.
    func beat() {
        state.withLock { $0.answered = true }
    }

    /// Whether the thread has responded since the last call. Wakes it again.
    func check() -> Bool {
        state.withLock { state in
            let isAlive = state.answered
            state.answered = state.inotify == nil
            state.inotify?.wake()
            return isAlive
        }
    }
}
