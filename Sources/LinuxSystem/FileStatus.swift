import CLinux
import Glibc

/// The kind of an entry of a folder.
package enum FileKind: Sendable, Hashable {
    case regular, folder, symbolicLink, fifo, socket, characterDevice, blockDevice
    /// The file system did not report the kind.
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

/// A time of the system's clock, as files record it.
package struct SystemTime: Sendable, Hashable, Comparable {
    /// Whole seconds since 1970-01-01 00:00 UTC; negative before.
    package var seconds: Int64
    /// 0 to 999,999,999, counted forward from `seconds`.
    package var nanoseconds: Int32

    /// A time from its two parts.
    package init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static func < (one: SystemTime, other: SystemTime) -> Bool {
        (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
    }

    /// The current time of the system's clock. The administrator may set the clock forward or back.
    package static var now: SystemTime {
        var time = Glibc.timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return SystemTime(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    var timespec: timespec { Glibc.timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds)) }
}

/// The status of a file as the kernel reports it, all fields from the same moment.
package struct FileStatus: Sendable, Hashable {
    package var kind: FileKind
    /// The file system's number. It may change when the file system is mounted again.
    package var device: UInt64
    /// The file's number on its file system. It can be reused within seconds after the file is removed.
    package var inode: UInt64
    /// The number of the mount through which the file was reached; nil if the kernel does not report it.
    var mount: UInt64?
    /// Length in bytes.
    package var size: Int64
    /// When the content last changed. A writer can set this time.
    package var modified: SystemTime
    /// When content, name or attributes last changed. No process can set this time.
    package var changed: SystemTime
    /// Permission bits, set-user-ID, set-group-ID and sticky bit: the lower 12 bits of the mode.
    package var mode: UInt32
    package var owner: UInt32
    package var group: UInt32
    /// The number of names of the file; 0 once it is removed and only held open.
    package var linkCount: UInt32
    /// Whether the file is immutable or append-only (`chattr +i`, `+a`), so that it cannot be moved or
    /// removed.
    package var isProtected: Bool

    /// The status of an entry, never of a symbolic link's target. If the name is only the final NUL, the
    /// status of the descriptor itself.
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
