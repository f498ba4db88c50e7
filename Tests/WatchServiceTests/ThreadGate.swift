import LinuxSystem

/// Holds threads until it is opened: a disk on which nothing moves, or a journal that takes nothing.
final class ThreadGate: Sendable {
    private let state = ThreadMonitor((isOpen: false, isReached: false))

    /// Whether a thread has come to it.
    var isReached: Bool { state.withLock { $0.isReached } }

    /// Waits while it is closed.
    func pass() {
        state.wait { state in
            state.isReached = true
            return state.isOpen ? () : nil
        }
    }

    func open() {
        state.withLock { $0.isOpen = true }
        state.wakeAll()
    }
}
