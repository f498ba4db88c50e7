/// The fields that show whether a file is still the same, with the same bytes, as at an earlier look.
///
/// No single field is enough: inode numbers are reused within seconds, a size may stay the same, and anyone
/// can set a modification time (utimensat(2)). Nobody can set the change time, but a rename and `chmod` move
/// it, too.
package struct FileIdentity: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    /// In bytes.
    package var size: Int64
    package var modified: Timestamp
    package var changed: Timestamp

    package init(device: UInt64, inode: UInt64, size: Int64, modified: Timestamp, changed: Timestamp) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }

    /// Whether `later` is the same inode.
    package func isSameFile(as later: FileIdentity) -> Bool {
        device == later.device && inode == later.inode
    }

    /// Whether `later` is the same inode with the same size and modification time. The change time may
    /// differ, as after a rename.
    package func isSameButForChangeTime(as later: FileIdentity) -> Bool {
        isSameFile(as: later) && hasSameStamps(as: later)
    }

    /// Whether `later` has the same size and modification time, on any inode.
    ///
    /// Some file systems give a file another inode number when it is linked, renamed or looked up again
    /// (sshfs, mergerfs, FAT). The same inode number proves that it is the same file. Another number proves
    /// nothing.
    package func hasSameStamps(as later: FileIdentity) -> Bool {
        size == later.size && modified == later.modified
    }

    /// Whether a write right after `observed` would certainly have changed the modification time.
    ///
    /// Kernels stamp files with the time of the last timer tick (some file systems with whole seconds). A
    /// file that is looked at within the tick of its last write may therefore change again under the same
    /// stamp.
    /// - Parameter observed: the wall clock when the identity was taken.
    package func isModificationTimeReliable(at observed: Timestamp) -> Bool {
        let granularity: Int64 = modified.nanoseconds == 0 ? 2_000_000_000 : 50_000_000
        return observed.nanosecondsSince(modified) > granularity
    }
}
