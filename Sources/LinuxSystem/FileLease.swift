import CLinux
import SystemPackage

extension FileHandle {
    /// Whether any process, including this one, has the file open for writing; `nil` if the kernel cannot
    /// answer.
    ///
    /// The test takes a read lease. The kernel grants one only while no process writes, on most local file
    /// systems, to the file's owner and to processes with `CAP_LEASE`. The lease is returned at once, because
    /// a held lease makes the next writer wait. A writer that opens the file in that instant waits until the
    /// lease is returned (or gets EWOULDBLOCK, if it opens without waiting). The kernel then sends this
    /// process SIGIO, which ends the process unless `Signals.ignoreLeaseAndPipe()` was called.
    ///
    /// The handle must be open for reading only. A handle from `createFile` is itself a writer, so the result
    /// is `true`.
    package func isOpenForWriting() throws(SystemCallError) -> Bool? {
        switch try takeLease() {
        case .taken(let lease):
            lease.giveBack()
            return false
        case .writer: return true
        case .unavailable: return nil
        }
    }

    /// The result of a request for a read lease.
    package enum LeaseAnswer: Sendable {
        /// The lease is taken. No process has the file open for writing while the lease is held.
        case taken(FileLease)
        /// A process has the file open for writing.
        case writer
        /// The kernel grants no lease here.
        case unavailable
    }

    /// Takes a read lease. While the lease is held, a process that opens the file for writing, by any of its
    /// names, waits. The kernel ends the wait after `fs.lease-break-time` seconds (45) by taking the lease
    /// away.
    ///
    /// The handle must be open for reading only, and can have one lease at a time.
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

    /// Not the owner; the file system has no leases; it has no locks; forbidden.
    private static let cannotTell: [Errno] = [
        .permissionDenied, .invalidArgument, .noLocks, .notPermitted, .noFunction, .notSupported,
    ]
}

/// A read lease on an open file, held until it is returned or this object is freed.
package final class FileLease: Sendable {
    private let file: FileHandle

    fileprivate init(_ file: FileHandle) { self.file = file }

    deinit { giveBack() }

    /// Whether the lease is held and no writer waits for it. Once false, it stays false.
    package var isHeld: Bool { linux_has_read_lease(file.descriptor.rawValue) == 1 }

    /// Returns the lease, so that a waiting writer continues. Repeated calls have no effect.
    package func giveBack() { _ = linux_give_back_lease(file.descriptor.rawValue) }
}
