import CLinux
import Glibc
import SystemPackage

/// An open folder. Every call below works on its descriptor, so a renamed folder stays the same folder, and a
/// symbolic link put in its place is never followed.
///
/// A name is the raw bytes of one entry: not empty, not `.` or `..`, without slash and NUL. Any other name
/// throws EINVAL. No call follows a symbolic link. Each call is repeated when a signal interrupts it. The
/// calls block, and several threads may make them at once.
package final class DirectoryHandle: Sendable {
    let descriptor: OwnedDescriptor
    /// What this process may do here in spite of permissions. Folders opened below this one inherit it.
    let grant: PermissionOverride.Grant?
    /// An object that lives as long as this handle.
    private let companion: (any Sendable)?

    init(
        owning descriptor: consuming OwnedDescriptor, grant: PermissionOverride.Grant? = nil,
        companion: (any Sendable)? = nil
    ) {
        self.descriptor = descriptor
        self.grant = grant
        self.companion = companion
    }

    /// Another handle of this folder. It keeps `companion` (for example a lock) alive as long as the handle
    /// is open.
    package func keeping(_ companion: any Sendable) throws(SystemCallError) -> DirectoryHandle {
        let number = try system("fcntl") { fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 0) }
        return DirectoryHandle(
            owning: OwnedDescriptor(owning: number), grant: grant, companion: companion)
    }

    static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

    /// Opens a folder by its path. The path may lead through symbolic links, because the administrator sets
    /// it, not the writer.
    /// - Parameters:
    ///   - path: absolute, or relative to the working folder; shorter than 4,096 bytes.
    ///   - override: what the process may do in spite of permissions below the folder, on the same mount. The
    ///     folder itself is opened by its permissions.
    package static func open(
        path: [UInt8], overriding override: PermissionOverride? = nil
    ) throws(SystemCallError) -> DirectoryHandle {
        let path = try terminated(path, for: "open")
        let descriptor = OwnedDescriptor(owning: try system("open") { Glibc.open(path, flags) })
        if PermissionOverride.isPossible { try expectReadable(descriptor) }
        let grant = try PermissionOverride.Grant(override, for: descriptor)
        return DirectoryHandle(owning: descriptor, grant: grant)
    }

    /// Opens a folder by its path, given as text.
    package static func open(
        path: String, overriding override: PermissionOverride? = nil
    ) throws(SystemCallError) -> DirectoryHandle {
        try open(path: Array(path.utf8), overriding: override)
    }

    /// The folder's own status. `linkCount` is 0 once the folder is removed.
    package func status() throws(SystemCallError) -> FileStatus {
        try FileStatus(of: descriptor)
    }

    /// The status of an entry. For a symbolic link it is the link's own status. Throws ENOENT if there is no
    /// such entry.
    package func status(of name: [UInt8]) throws(SystemCallError) -> FileStatus {
        try expectPermission(for: .reading)
        return try FileStatus(of: descriptor, name: entryName(name, for: "statx"))
    }

    /// Opens a file for reading. A FIFO does not block, and a terminal does not become the process's
    /// controlling terminal. A symbolic link throws ELOOP, a socket ENXIO.
    ///
    /// The opened entry may differ from the one seen before. To find out, compare the handle's status.
    package func openFile(_ name: [UInt8]) throws(SystemCallError) -> FileHandle {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        try expectPermission(for: .reading)
        let file = try open(name, flags: flags, mode: 0)
        try expectPermission(toRead: file)
        return FileHandle(owning: file)
    }

    /// Opens an existing file for reading and writing. A symbolic link throws ELOOP.
    package func openFileForWriting(_ name: [UInt8]) throws(SystemCallError) -> FileHandle {
        try expectPermission(for: .reading)
        let file = try open(name, flags: O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode: 0)
        try expectPermission(toRead: file)
        return FileHandle(owning: file)
    }

    /// Makes a new file and opens it for reading and writing. Throws EEXIST if the name is taken, even by a
    /// dangling symbolic link.
    /// - Parameter mode: permission bits, from which the umask is removed.
    package func createFile(_ name: [UInt8], mode: UInt32) throws(SystemCallError) -> FileHandle {
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC
        try expectPermission(for: .moving)
        return FileHandle(owning: try open(name, flags: flags, mode: mode))
    }

    private func open(_ name: [UInt8], flags: CInt, mode: UInt32) throws(SystemCallError) -> OwnedDescriptor {
        let name = try entryName(name, for: "openat")
        return OwnedDescriptor(
            owning: try system("openat") { openat(descriptor.rawValue, name, flags, mode) })
    }

    /// Makes the folder's current entries survive a power cut (`fsync`). The content of files is flushed
    /// through their own handles. After an error, the state of the disk is unknown, and a second call may
    /// wrongly succeed.
    package func flush() throws(SystemCallError) {
        try system("fsync") { fsync(descriptor.rawValue) }
    }

    /// Makes everything on the folder's file system survive a power cut (`syncfs`), including what other
    /// processes wrote.
    ///
    /// An error may come from another process's write. Since Linux 5.8 the kernel reports errors that
    /// occurred after this handle was opened.
    package func flushFileSystem() throws(SystemCallError) {
        try system("syncfs") { linux_flush_file_system(descriptor.rawValue) }
    }

    /// Locks the folder for this handle, until the handle is closed. Returns `false` if another open handle
    /// of any process holds the lock. The lock is advisory. The kernel releases it when the process ends.
    /// - Parameter shared: whether other handles may hold a shared lock at the same time.
    package func lock(shared: Bool = false) throws(SystemCallError) -> Bool {
        try lockWithoutWaiting(descriptor, shared: shared)
    }

    /// Gives the folder to another user. Only root may do so.
    package func setOwner(_ owner: UInt32) throws(SystemCallError) {
        try system("fchown") { fchown(descriptor.rawValue, owner, gid_t.max) }
    }

    /// A new cursor over the folder's entries, independent of all other cursors.
    package func entries() throws(SystemCallError) -> DirectoryCursor {
        // Opens a new file description, because duplicates of one description share the position.
        let number = try system("openat") { openat(descriptor.rawValue, ".", Self.flags) }
        return DirectoryCursor(owning: OwnedDescriptor(owning: number))
    }
}

/// `flock` without waiting; `false` if another handle holds the lock.
func lockWithoutWaiting(
    _ descriptor: borrowing OwnedDescriptor, shared: Bool = false
) throws(SystemCallError) -> Bool {
    let number = descriptor.rawValue
    do throws(SystemCallError) {
        try system("flock") { flock(number, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) }
        return true
    } catch let error where error.errno == .wouldBlock {
        return false
    }
}
