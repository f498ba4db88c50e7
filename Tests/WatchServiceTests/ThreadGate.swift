import LinuxSystem

/// Holds threads until it is opened: a disk on which nothing moves, or a journal that takes nothing.
final class ThreadGate: Sendable {
    private let isOpen = ThreadMonitor(false)

    /// Waits while it is closed.
    func pass() { isOpen.wait { $0 ? () : nil } }

    func open() {
        isOpen.withLock { $0 = true }
        isOpen.wakeAll()
    }
}
