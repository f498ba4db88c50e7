import Glibc
import SystemPackage

/// A file descriptor that has one owner, and is closed with it.
package struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number, for calls; valid as long as the owner lives.
    package let rawValue: CInt

    /// Takes over an open descriptor.
    package init(owning rawValue: CInt) {
        self.rawValue = rawValue
    }

    deinit {
        // Nobody is left to hear of an error; who must know that all was written flushes first.
        _ = Glibc.close(rawValue)
    }

    /// Closes it, and throws what the kernel says about that: a network file system reports failed writes
    /// here.
    ///
    /// The descriptor is gone in any case: Linux releases it even where it answers EINTR, so it is never
    /// closed twice.
    package consuming func close() throws(SystemCallError) {
        let number = rawValue
        discard self
        if Glibc.close(number) == -1 && Glibc.errno != EINTR {
            throw SystemCallError(call: "close", errno: Errno(rawValue: Glibc.errno))
        }
    }
}
