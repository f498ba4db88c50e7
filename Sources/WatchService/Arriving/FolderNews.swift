import LinuxSystem

/// The meaning of a kernel event for a folder of an inbox.
///
/// The greater case wins, because one call can set several bits in one event (an NFS server sets mode and
/// time at once).
enum FolderNews: Int, Comparable, Sendable {
    /// Its place and its entries have not changed.
    case nothing
    /// Its permissions may have changed.
    case attributes
    /// It has moved. The events of its old and new parent say from where and to where.
    case moved
    /// It was made. A listing may have found it already.
    case made
    /// It was renamed to this name, perhaps over an empty folder.
    case renamedHere
    /// It no longer has this name.
    case gone
    /// The file system mounted on it was unmounted: another folder is visible there now.
    case uncovered
    /// The kernel no longer watches it.
    case unwatched

    static func < (left: FolderNews, right: FolderNews) -> Bool { left.rawValue < right.rawValue }

    /// One event of inotify(7), as it is raised for a folder.
    struct Row: Sendable {
        let event: Inotify.EventMask
        /// Its meaning in the watch of the parent folder, with the folder's name.
        let inParent: FolderNews
        /// Its meaning in the folder's own watch, without a name.
        let ofItself: FolderNews
    }

    /// Every event that the kernel can raise for a folder, by inotify(7) and the kernel's `fsnotify_change`.
    static let table: [Row] = [
        // It was listed, or its access time was set alone. Not requested.
        Row(event: .access, inParent: .nothing, ofItself: .nothing),
        // Not requested.
        Row(event: .open, inParent: .nothing, ofItself: .nothing),
        Row(event: .closeNoWrite, inParent: .nothing, ofItself: .nothing),
        // A folder cannot be opened for writing.
        Row(event: .closeWrite, inParent: .nothing, ofItself: .nothing),
        // Its modification time was set alone, as tar, 7z, unzip, rsync and cp -a do last. A change of its
        // entries does not raise this event, but events of its own.
        Row(event: .modify, inParent: .nothing, ofItself: .nothing),
        // Mode, owner, extended attributes (ACL), link count, or both times at once.
        Row(event: .attrib, inParent: .attributes, ofItself: .attributes),
        Row(event: .create, inParent: .made, ofItself: .nothing),
        Row(event: .movedTo, inParent: .renamedHere, ofItself: .nothing),
        Row(event: .movedFrom, inParent: .gone, ofItself: .nothing),
        Row(event: .delete, inParent: .gone, ofItself: .nothing),
        Row(event: .moveSelf, inParent: .nothing, ofItself: .moved),
        Row(event: .deleteSelf, inParent: .nothing, ofItself: .gone),
        Row(event: .unmounted, inParent: .nothing, ofItself: .uncovered),
        Row(event: .ignored, inParent: .nothing, ofItself: .unwatched),
    ]

    /// The meaning of an event for a folder.
    /// - Parameter isOwn: whether it comes from the folder's own watch, without a name.
    init(_ mask: Inotify.EventMask, isOwn: Bool) {
        self =
            Self.table.filter { mask.contains($0.event) }.map { isOwn ? $0.ofItself : $0.inParent }.max()
            ?? .nothing
    }
}
