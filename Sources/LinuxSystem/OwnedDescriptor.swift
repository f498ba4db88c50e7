import Glibc

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
        _ = close(rawValue)
    }
}
