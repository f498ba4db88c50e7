import LinuxSystem
import WatchCore

/// A finding about files and folders of an inbox.
enum Arrival: Sendable {
    case file(RelativePath, FileEvent)
    /// An entry that is not a regular file.
    case special(RelativePath, FileKind)
    /// A folder that is read from its beginning. Each file in it follows, or is counted.
    case listing(RelativePath)
    /// A folder, with everything below it, is no longer at its path.
    case folderGone(RelativePath)
    /// A folder that cannot be listed, and the cause.
    case folderUnreadable(RelativePath, String)
    /// A folder that is ignored, because it has another use.
    case folderUsed(RelativePath, FolderUses.Use)
    /// An entry whose path is too long for the kernel. It is ignored, with everything in it.
    case tooDeep(RelativePath)
    /// A folder's permissions may have changed.
    case folderChanged(RelativePath)
    /// The inbox itself was moved, removed or unmounted.
    case inboxChanged
    /// The kernel's queue was full, so any event may be lost.
    case overflow
}

/// The watched folders of one inbox. Turns inotify events into their meaning for files, and scans for what
/// inotify does not report.
///
/// A new folder is first watched, then scanned. What arrives in between is found twice, and dropped once.
struct WatchedTree {
    let root: DirectoryHandle
    let inotify: Inotify
    let isRecursive: Bool
    let ignored: IgnoreRules
    let inbox: InboxID
    /// The inbox's own file system.
    let device: UInt64
    let uses: FolderUses
    /// The identities of the watched folders on the file system.
    var identities: [FolderTree.ID: FolderIdentity] = [:]

    var tree = FolderTree()
    /// Folders to watch and list.
    var visits = VisitQueue()
    var pace = ListingPace()
    var listing: Listing?
    var backlog = ScanBacklog()
    var scan: Scan?
    /// Folders for which the kernel had no watch.
    var unwatched: Set<FolderTree.ID> = []
    /// Folders on network file systems, below an inbox that is on a local one.
    var networkFolders: Set<FolderTree.ID> = []
    /// Folders that could not be listed, for a cause that may end without an event.
    var unlisted: Set<FolderTree.ID> = []

    /// The paths of those folders; only some of them, if there are many.
    var unlistedPaths: [RelativePath] { unlisted.prefix(1_000).map { tree.path(of: $0) } }

    /// A folder whose entries are being read.
    struct Listing {
        let folder: FolderTree.ID
        let path: RelativePath
        let entries: FolderPath
        let handle: DirectoryHandle
        let identity: FolderIdentity
        let cursor: DirectoryCursor
        let began: ContinuousClock.Instant
        /// The sub-folders known at the beginning that were not yet among the entries.
        var missing: Set<FolderTree.ID>
        /// The estimated number of files: as many as before, until more are found.
        var expected: Int
        /// The number of files for which there was no room.
        var postponed = 0

        var waiting: Int { max(expected, postponed) }
    }

    /// A folder whose scan continues.
    struct Scan {
        let folder: FolderTree.ID
        let cursor: DirectoryCursor
        var expected: Int
    }

    init(
        root: DirectoryHandle, inotify: Inotify, isRecursive: Bool, ignored: IgnoreRules, inbox: InboxID,
        uses: FolderUses
    ) throws(SystemCallError) {
        self.inbox = inbox
        self.uses = uses
        self.root = root
        self.inotify = inotify
        self.isRecursive = isRecursive
        self.ignored = ignored
        let status = try root.status()
        device = status.device
        visits.add(tree.addRoot(inode: status.inode))
    }

    /// Whether all folders are watched, as far as the kernel allows, and were listed. Folders that are listed
    /// again after a pause do not count.
    var isVisited: Bool { visits.isEmpty && listing == nil }
    /// Whether a folder may be listed now.
    mutating func mayVisit(at now: ContinuousClock.Instant) -> Bool {
        !isVisited || visits.nextPauseEnd.map { $0 <= now } == true
    }
    /// The estimated number of files in folders whose scan is unfinished.
    var backlogCount: Int {
        backlog.files + (scan?.expected ?? 0) + (listing?.waiting ?? 0)
    }
    var folderCount: Int { tree.count }

    /// Records that no folder is watched any more.
    func letGo() {
        uses.unwatch(identities.values)
    }

    /// Makes all folders be watched and listed again.
    mutating func visitAll() {
        visits.removeAll()
        for folder in tree.all { visits.add(folder) }
        // The estimated number of files counts until the next listing of the folder begins.
        if let listing { backlog.add(listing.folder, files: listing.waiting) }
        if let scan { backlog.add(scan.folder, files: scan.expected) }
        listing = nil
        scan = nil
    }

    /// Makes the folders be watched and listed again for which the kernel had no watch, or which could not be
    /// listed.
    mutating func visitUnwatched() {
        for folder in unwatched.union(unlisted) { visits.add(folder) }
    }

    /// Makes the folders on network file systems be listed again.
    mutating func visitNetworkFolders() {
        for folder in networkFolders { visits.add(folder) }
    }

    /// Makes the folders be watched and listed again at which something was mounted or unmounted.
    /// - Parameter points: below the inbox.
    mutating func visit(mountPoints points: Set<RelativePath>) {
        for point in points {
            if let folder = tree.folder(at: point) ?? tree.folder(at: point.folder) { visits.add(folder) }
        }
    }

    /// Makes the folders be listed again that could not be listed, and may be readable now that the
    /// permissions of these folders have changed.
    mutating func visitUnlisted(inside changed: Set<RelativePath>) {
        for folder in unlisted where changed.contains(anyAbove: tree.path(of: folder)) { visits.add(folder) }
    }

    /// Adds to the estimated number of files in a folder that is being read.
    mutating func expect(_ files: Int, in folder: RelativePath) {
        if listing?.path == folder { listing?.expected += files }
        if let scan, tree.folder(at: folder) == scan.folder { self.scan?.expected += files }
    }

    /// Records that there was no room for a file of this folder.
    /// - Parameter files: 1, or 0 if the file is already counted.
    mutating func postpone(_ folder: RelativePath, files: Int) {
        if let id = tree.folder(at: folder) { backlog.add(id, files: files) }
    }
}

// MARK: - Events

extension WatchedTree {
    /// The meaning of an event. Folders that appear or disappear are added to the tree, or removed from it.
    mutating func interpret(_ event: Inotify.Event) -> [Arrival] {
        let mask = event.mask
        if mask.contains(.queueOverflow) { return [.overflow] }
        guard let folder = tree.folder(watchedBy: event.watch.rawValue) else { return [] }
        if event.name.isEmpty {
            return interpretOwn(FolderNews(mask, isOwn: true), of: folder, event.watch)
        }
        if mask.contains(.isFolder) {
            return interpretFolder(event.name, FolderNews(mask, isOwn: false), in: folder)
        }
        let path = tree.path(of: event.name, in: folder)
        guard ignored.ignores(file: path) == nil else { return [] }
        if path.isTooLong { return [.tooDeep(path)] }
        return Self.fileEvent(mask).map { [.file(path, $0)] } ?? []
    }

    private static func fileEvent(_ mask: Inotify.EventMask) -> FileEvent? {
        if mask.contains(.movedTo) { return .arrived(.movedIn) }
        if mask.contains(.create) { return .arrived(.created) }
        if mask.contains(.closeWrite) { return .closed }
        if mask.contains(.modify) { return .touched }
        if mask.contains(.movedFrom) { return .movedAway }
        if mask.contains(.delete) { return .vanished }
        if mask.contains(.attrib) { return .attributesChanged }
        return nil
    }

    private mutating func interpretOwn(
        _ news: FolderNews, of folder: FolderTree.ID, _ watch: Inotify.Watch
    ) -> [Arrival] {
        let path = tree.path(of: folder)
        switch news {
        case .nothing, .made, .renamedHere: return []
        case .attributes: return [.folderChanged(path)]
        case .moved: return path.isRoot ? [.inboxChanged] : []
        case .gone, .uncovered:
            guard !path.isRoot, let parent = tree.parent(of: folder) else { return [.inboxChanged] }
            remove(folder)
            if news == .uncovered { visits.add(tree.add(path.name, to: parent, inode: 0)) }
            return [.folderGone(path)]
        case .unwatched:
            tree.forgetWatch(watch.rawValue)
            return []
        }
    }

    private mutating func interpretFolder(
        _ name: [UInt8], _ news: FolderNews, in parent: FolderTree.ID
    ) -> [Arrival] {
        let path = tree.path(of: name, in: parent)
        guard isRecursive, ignored.ignores(folder: path) == nil else { return [] }
        if news == .made || news == .renamedHere, path.isTooLong { return [.tooDeep(path)] }
        switch news {
        case .nothing, .moved, .uncovered, .unwatched: return []
        case .attributes: return [.folderChanged(path)]
        case .made:
            visits.add(tree.add(name, to: parent, inode: 0))
            return []
        case .renamedHere:
            let folder = tree.add(name, to: parent, inode: 0)
            // The watch may belong to an empty folder that this one has replaced.
            if let watch = tree.takeWatch(of: folder) { inotify.unwatch(Inotify.Watch(rawValue: watch)) }
            visits.add(folder)
            return []
        case .gone:
            guard let folder = tree.child(name, of: parent) else { return [] }
            remove(folder)
            return [.folderGone(path)]
        }
    }

    mutating func remove(_ folder: FolderTree.ID) {
        let (folders, watches) = tree.remove(folder)
        for watch in watches { inotify.unwatch(Inotify.Watch(rawValue: watch)) }
        let gone = Set(folders)
        uses.unwatch(folders.compactMap { identities.removeValue(forKey: $0) })
        for folder in folders {
            backlog.remove(folder)
            visits.remove(folder)
        }
        unwatched.subtract(gone)
        networkFolders.subtract(gone)
        unlisted.subtract(gone)
        if let scan, gone.contains(scan.folder) { self.scan = nil }
        if let listing, gone.contains(listing.folder) { self.listing = nil }
    }
}
