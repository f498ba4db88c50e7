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
        do throws(SystemCallError) {
            try system("fcntl") { linux_take_read_lease(descriptor.rawValue) }
        } catch let error where error.errno == .resourceTemporarilyUnavailable {
            return true
        } catch let error where Self.cannotTell.contains(error.errno) {
            return nil
        }
        try system("fcntl") { linux_give_back_lease(descriptor.rawValue) }
        return false
    }

    /// Not the owner; no lease on this file system; no locks there; forbidden.
    private static let cannotTell: [Errno] = [
        .permissionDenied, .invalidArgument, .noLocks, .notPermitted, .noFunction, .notSupported,
    ]
}
