internal import CCurl
internal import Synchronization

/// Ends the wait of the thread that owns a multi handle, from any other thread.
final class Waker: Sendable {
    // curl_multi_wakeup(3) is the one call that other threads may make.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer
    private let isOpen = Mutex(true)

    init(_ multi: UnsafeMutableRawPointer) { self.multi = multi }

    /// Ends the thread's current or next wait at once.
    func wake() {
        isOpen.withLock { isOpen in
            if isOpen { curl_multi_wakeup(multi) }
        }
    }

    /// Has no effect from now on. Call before the handle is freed.
    func close() { isOpen.withLock { $0 = false } }
}
