import CLinux

/// The type of a folder's file system, and its free space.
package struct FileSystemKind: Sendable, Equatable {
    /// The kernel's usual name (`ext4`, `nfs`), or the magic number in hexadecimal if this list does not have
    /// it.
    package var name: String
    /// Other machines may change the file system without this kernel's knowledge, so inotify does not report
    /// every change.
    package var isNetwork: Bool
    /// Mounted read-only.
    package var isReadOnly: Bool
    /// Bytes available to an unprivileged process.
    package var freeBytes: UInt64
    /// Files that can still be made; `nil` if the file system has no such limit.
    package var freeInodes: UInt64?

    init(_ system: linux_file_system) {
        let known = Self.known[system.type]
        name = known?.name ?? "0x" + String(system.type, radix: 16)
        isNetwork = known?.isNetwork ?? false
        isReadOnly = system.is_read_only != 0
        freeBytes = system.free_bytes
        freeInodes = system.inodes == 0 ? nil : system.free_inodes
    }

    /// By `f_type` of statfs(2). FUSE counts as network, because sshfs, s3fs and others cannot be
    /// distinguished.
    private static let known: [UInt64: (name: String, isNetwork: Bool)] = [
        0x6969: ("nfs", true), 0x517B: ("smb", true), 0xFE53_4D42: ("smb2", true),
        0xFF53_4D42: ("cifs", true), 0x6573_5546: ("fuse", true), 0x0102_1997: ("9p", true),
        0x00C3_6400: ("ceph", true), 0x5346_414F: ("afs", true), 0x6B41_4653: ("afs", true),
        0x7375_7245: ("coda", true), 0x564C: ("ncp", true), 0x0116_1970: ("gfs2", true),
        0x7461_636F: ("ocfs2", true), 0x0BD0_0BD0: ("lustre", true), 0x786F_4256: ("vboxsf", true),
        0x4750_4653: ("gpfs", true), 0xAAD7_AAEA: ("panfs", true), 0xBACB_ACBC: ("vmhgfs", true),
        0x7C7C_6673: ("prl_fs", true), 0x1983_0326: ("beegfs", true),
        0xEF53: ("ext4", false), 0x5846_5342: ("xfs", false), 0x9123_683E: ("btrfs", false),
        0x0102_1994: ("tmpfs", false), 0x8584_58F6: ("ramfs", false), 0x794C_7630: ("overlay", false),
        0x2FC1_2FC1: ("zfs", false), 0xF2F5_2010: ("f2fs", false), 0xCA45_1A4E: ("bcachefs", false),
        0x2011_BAB0: ("exfat", false), 0x4D44: ("vfat", false), 0x5346_544E: ("ntfs", false),
        0x7366_746E: ("ntfs3", false), 0x7371_7368: ("squashfs", false), 0x9660: ("iso9660", false),
        0x5265_4973: ("reiserfs", false), 0x3153_464A: ("jfs", false), 0xF15F: ("ecryptfs", false),
    ]
}

extension DirectoryHandle {
    /// The file system that the folder is on, as of now.
    package var fileSystem: FileSystemKind {
        get throws(SystemCallError) {
            var answer = linux_file_system()
            try system("fstatfs") { linux_read_file_system(descriptor.rawValue, &answer) }
            return FileSystemKind(answer)
        }
    }
}
