import CLinux
import SystemPackage

extension FileHandle {
    /// Whether any process has the file open for writing, this one included; `nil` where the kernel can't
    /// tell.
    ///
    /// It can tell by a read lease, which it grants only while nobody writes, on most local file systems,
    /// to the file's owner and to processes with `CAP_LEASE`. The lease is given back at once: held, it
    /// would make the next writer wait. A writer that comes in that instant waits for it to be given back
    /// (or hears EWOULDBLOCK, if it opens without waiting), and the kernel sends this process SIGIO, which
    /// kills it unless `Signals.ignoreLeaseAndPipe()` was called.
    ///
    /// Only a handle opened for reading can ask: one from `createFile` writes itself, and hears `true`.
    package func isOpenForWriting() throws(SystemCallError) -> Bool? {
        switch try takeLease() {
        case .taken(let lease):
            lease.giveBack()
            return false
        case .writer: return true
        case .unavailable: return nil
        }
    }

    /// What came of asking for a read lease.
    package enum LeaseAnswer: Sendable {
        /// Nobody has the file open for writing while the lease is held.
        case taken(FileLease)
        /// Some process has the file open for writing.
        case writer
        /// The kernel gives no lease here.
        case unavailable
    }

    /// Takes a read lease. While it is held, a process that opens the file for writing, by any of its names, waits;
    /// the kernel ends the wait after `fs.lease-break-time` seconds (45) by taking the lease away.
    ///
    /// Only a handle opened for reading can ask. A handle has one lease at a time.
    package func takeLease() throws(SystemCallError) -> LeaseAnswer {
        do throws(SystemCallError) {
            try system("fcntl") { linux_take_read_lease(descriptor.rawValue) }
        } catch let error where error.errno == .resourceTemporarilyUnavailable {
            return .writer
        } catch let error where Self.cannotTell.contains(error.errno) {
            return .unavailable
        }
        return .taken(FileLease(self))
    }

    /// Not the owner; no lease on this file system; no locks there; forbidden.
    private static let cannotTell: [Errno] = [
        .permissionDenied, .invalidArgument, .noLocks, .notPermitted, .noFunction, .notSupported,
    ]
}

/// A read lease on an open file, held until it is given back or this goes.
package final class FileLease: Sendable {
    private let file: FileHandle

    fileprivate init(_ file: FileHandle) { self.file = file }

    deinit { giveBack() }

    /// Whether it is held, and nobody waits for it. Once false, it stays false.
    package var isHeld: Bool { linux_has_read_lease(file.descriptor.rawValue) == 1 }

    /// Lets a waiting writer go on. It may be repeated.
    package func giveBack() { _ = linux_give_back_lease(file.descriptor.rawValue) }
}
