import CLinux
import Glibc

/// What an entry of a folder is.
package enum FileKind: Sendable, Hashable {
    case regular, folder, symbolicLink, fifo, socket, characterDevice, blockDevice
    /// The file system didn't say.
    case unknown

    /// The kind in the mode bits of a status.
    init(mode: UInt32) {
        switch mode & UInt32(S_IFMT) {
        case UInt32(S_IFREG): self = .regular
        case UInt32(S_IFDIR): self = .folder
        case UInt32(S_IFLNK): self = .symbolicLink
        case UInt32(S_IFIFO): self = .fifo
        case UInt32(S_IFSOCK): self = .socket
        case UInt32(S_IFCHR): self = .characterDevice
        case UInt32(S_IFBLK): self = .blockDevice
        default: self = .unknown
        }
    }

    /// The kind in a directory entry, whose `d_type` is the mode's upper bits.
    init(directoryEntryType type: UInt8) {
        self.init(mode: UInt32(type) << 12)
    }
}

/// A moment of the system's clock, as files carry it.
package struct SystemTime: Sendable, Hashable, Comparable {
    /// Whole seconds since 1970-01-01 00:00 UTC; negative before.
    package var seconds: Int64
    /// 0 to 999,999,999, counted forward from `seconds`.
    package var nanoseconds: Int32

    /// A moment from its two parts.
    package init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static func < (one: SystemTime, other: SystemTime) -> Bool {
        (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
    }

    /// What the system's clock says now. It may be set back and forth by the administrator.
    package static var now: SystemTime {
        var time = Glibc.timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return SystemTime(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    var timespec: timespec { Glibc.timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds)) }
}

/// What the kernel knows of a file, all of it from one moment.
package struct FileStatus: Sendable, Hashable {
    package var kind: FileKind
    /// The file system's number. It may change when the file system is mounted anew.
    package var device: UInt64
    /// The file's number on its file system; used again, within seconds, once the file is gone.
    package var inode: UInt64
    /// The number of the mount that it was reached by; nil where the kernel does not tell it.
    var mount: UInt64?
    /// Length in bytes.
    package var size: Int64
    /// When the content last changed, as its writer may also set it.
    package var modified: SystemTime
    /// When content, name or attributes last changed; nobody can set it.
    package var changed: SystemTime
    /// Permission bits, set-user-ID, set-group-ID and sticky bit: the lower 12 bits of the mode.
    package var mode: UInt32
    package var owner: UInt32
    package var group: UInt32
    /// How many names the file has; 0 once it is removed and only held open.
    package var linkCount: UInt32
    /// Immutable or append-only (`chattr +i`, `+a`): nobody can take it away.
    package var isProtected: Bool

    /// The status of an entry, never of what a symbolic link points to; of the descriptor itself where the
    /// name is only the final NUL.
    init(of descriptor: borrowing OwnedDescriptor, name: [CChar] = [0]) throws(SystemCallError) {
        var status = linux_file_status()
        let folder = descriptor.rawValue
        try system("statx") { linux_status(folder, name, &status) }
        kind = FileKind(mode: status.mode)
        device = status.device
        inode = status.inode
        mount = status.mount < 0 ? nil : UInt64(status.mount)
        size = status.size
        modified = SystemTime(seconds: status.modified_seconds, nanoseconds: status.modified_nanoseconds)
        changed = SystemTime(seconds: status.changed_seconds, nanoseconds: status.changed_nanoseconds)
        mode = status.mode & 0o7777
        owner = status.owner
        group = status.group
        linkCount = status.link_count
        isProtected = status.is_protected != 0
    }
}
