import Glibc

/// A file descriptor with one owner. It is closed when the owner is freed.
package struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number, for calls. It is valid as long as the owner exists.
    package let rawValue: CInt

    /// Takes over an open descriptor.
    package init(owning rawValue: CInt) {
        self.rawValue = rawValue
    }

    deinit {
        // The error of a close is not used. A caller that must know that all data was written flushes first.
        _ = close(rawValue)
    }
}
