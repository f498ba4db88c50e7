import CLinux
import Glibc

/// A counting semaphore for threads that may block: an eventfd(2) in semaphore mode.
package final class ThreadSemaphore: Sendable {
    private let descriptor: OwnedDescriptor

    package init() throws(SystemCallError) {
        descriptor = OwnedDescriptor(owning: try system("eventfd") { linux_semaphore() })
    }

    package func signal() {
        var one: UInt64 = 1
        while write(descriptor.rawValue, &one, 8) < 0, errno == EINTR {}
    }

    package func wait() {
        var count: UInt64 = 0
        while read(descriptor.rawValue, &count, 8) < 0, errno == EINTR {}
    }
}
