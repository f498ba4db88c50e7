import CLinux
import Glibc
import SystemPackage

/// A folder held open: every access below goes by its descriptor, so a folder that is renamed stays the same,
/// and one that is swapped for a symbolic link leads nowhere.
///
/// Names are raw bytes of one entry: not empty, not `.` or `..`, without slash and NUL; others throw EINVAL.
/// No call follows a symbolic link, and each is repeated while signals interrupt it. The calls block; they
/// may be made from several threads at once.
package final class DirectoryHandle: Sendable {
    let descriptor: OwnedDescriptor
    /// What it may do in spite of permissions; folders that are opened below it may, too.
    let grant: PermissionOverride.Grant?
    /// What lives as long as this handle.
    private let companion: (any Sendable)?

    init(
        owning descriptor: consuming OwnedDescriptor, grant: PermissionOverride.Grant? = nil,
        companion: (any Sendable)? = nil
    ) {
        self.descriptor = descriptor
        self.grant = grant
        self.companion = companion
    }

    /// Another handle of this folder, which keeps a lock, say, for as long as it is open itself.
    package func keeping(_ companion: any Sendable) throws(SystemCallError) -> DirectoryHandle {
        let number = try system("fcntl") { fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 0) }
        return DirectoryHandle(
            owning: OwnedDescriptor(owning: number), grant: grant, companion: companion)
    }

    static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

    /// Opens a folder by its path. What the path itself leads through may be symbolic links: it is the
    /// administrator's, not the writer's.
    /// - Parameters:
    ///   - path: absolute, or from the working folder; shorter than 4,096 bytes.
    ///   - override: what may be done in spite of permissions below it, on the same mount. The folder itself is
    ///     opened by its permissions.
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

    /// The folder's own status; `linkCount` is 0 once the folder is removed.
    package func status() throws(SystemCallError) -> FileStatus {
        try FileStatus(of: descriptor)
    }

    /// An entry's status; of a symbolic link its own. ENOENT where there is none.
    package func status(of name: [UInt8]) throws(SystemCallError) -> FileStatus {
        try expectPermission(for: .reading)
        return try FileStatus(of: descriptor, name: entryName(name, for: "statx"))
    }

    /// Opens a file for reading. A FIFO never blocks, a terminal never becomes the process's own; a symbolic
    /// link is refused with ELOOP, a socket with ENXIO.
    ///
    /// What was opened may be another entry than the one looked at before: compare the handle's status.
    package func openFile(_ name: [UInt8]) throws(SystemCallError) -> FileHandle {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        try expectPermission(for: .reading)
        let file = try open(name, flags: flags, mode: 0)
        try expectPermission(toRead: file)
        return FileHandle(owning: file)
    }

    /// Opens a file that is there for reading and writing. A symbolic link is refused with ELOOP.
    package func openFileForWriting(_ name: [UInt8]) throws(SystemCallError) -> FileHandle {
        try expectPermission(for: .reading)
        let file = try open(name, flags: O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode: 0)
        try expectPermission(toRead: file)
        return FileHandle(owning: file)
    }

    /// Makes a file that isn't there, and opens it for reading and writing. EEXIST where the name is taken,
    /// by a dangling symbolic link too.
    /// - Parameter mode: permission bits; the umask takes its own away.
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

    /// Makes the folder's entries, as they are now, outlast a power cut (`fsync`). What was written into the
    /// files is flushed by their own handles. After an error, what lies on the disk is unknown, and another
    /// call may wrongly succeed.
    package func flush() throws(SystemCallError) {
        try system("fsync") { fsync(descriptor.rawValue) }
    }

    /// Makes everything on the folder's file system outlast a power cut (`syncfs`), what others wrote included.
    ///
    /// An error may be another's; it is told since Linux 5.8, of what happened since this handle was opened.
    package func flushFileSystem() throws(SystemCallError) {
        try system("syncfs") { linux_flush_file_system(descriptor.rawValue) }
    }

    /// Locks the folder for this handle, until it goes: `false` where another open handle, of this process
    /// or any other, has it locked. The lock is advice between those who ask; nothing is left of it once
    /// its process is dead.
    /// - Parameter shared: whether others may have it locked so, too.
    package func lock(shared: Bool = false) throws(SystemCallError) -> Bool {
        try lockWithoutWaiting(descriptor, shared: shared)
    }

    /// Gives the folder to another user, as root may.
    package func setOwner(_ owner: UInt32) throws(SystemCallError) {
        try system("fchown") { fchown(descriptor.rawValue, owner, gid_t.max) }
    }

    /// A new cursor over the folder's entries, independent of every other.
    package func entries() throws(SystemCallError) -> DirectoryCursor {
        // An open file description of its own: duplicates of one would share the position.
        let number = try system("openat") { openat(descriptor.rawValue, ".", Self.flags) }
        return DirectoryCursor(owning: OwnedDescriptor(owning: number))
    }
}

/// `flock`, without waiting; `false` where another holds the lock.
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
