import LinuxSystem
import WatchCore

/// What arriving says of files and folders.
enum Arrival: Sendable {
    case file(RelativePath, FileEvent)
    /// An entry that is no regular file.
    case special(RelativePath, FileKind)
    /// A folder that is read from its beginning: each file in it comes, or is counted.
    case listing(RelativePath)
    /// A folder, with all below it, is not where it was.
    case folderGone(RelativePath)
    /// A folder that cannot be listed, and why.
    case folderUnreadable(RelativePath, String)
    /// A folder that is left alone, for it has another use.
    case folderUsed(RelativePath, FolderUses.Use)
    /// An entry beyond the longest path that the kernel takes: it is left alone, with all in it.
    case tooDeep(RelativePath)
    /// A folder's permissions may have changed.
    case folderChanged(RelativePath)
    /// The inbox itself was moved, removed or unmounted.
    case inboxChanged
    /// The kernel's queue was full: anything may have happened.
    case overflow
}

/// The folders of one inbox, watched: turns what inotify says into what it means for files, and finds by
/// scanning what inotify cannot say.
///
/// For every new folder: watch first, then scan; what arrived in between is seen twice and dropped once.
struct WatchedTree {
    let root: DirectoryHandle
    let inotify: Inotify
    let isRecursive: Bool
    let ignored: IgnoreRules
    let inbox: InboxID
    /// The inbox's own file system.
    let device: UInt64
    let uses: FolderUses
    /// The folders that are being watched, as the file system knows them.
    var identities: [FolderTree.ID: FolderIdentity] = [:]

    var tree = FolderTree()
    /// Folders that are to be watched and listed.
    var visits = VisitQueue()
    var pace = ListingPace()
    var listing: Listing?
    var backlog = ScanBacklog()
    var scan: Scan?
    /// Folders that the kernel had no watch for.
    var unwatched: Set<FolderTree.ID> = []
    /// Folders on network file systems, below an inbox that is not on one.
    var networkFolders: Set<FolderTree.ID> = []
    /// Folders that could not be listed, for a reason that may pass without an event.
    var unlisted: Set<FolderTree.ID> = []

    /// Where those folders are; some of them, where they are many.
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
        /// The sub-folders that were known at the beginning, and were not among the entries so far.
        var missing: Set<FolderTree.ID>
        /// How many files are thought to wait there: as many as before, until more are seen.
        var expected: Int
        /// How many files there was no room for.
        var postponed = 0

        var waiting: Int { max(expected, postponed) }
    }

    /// A folder that is read on.
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

    /// Whether all folders are watched, as far as the kernel lets us, and were listed. Those that are to be listed
    /// once more after a pause do not count.
    var isVisited: Bool { visits.isEmpty && listing == nil }
    /// Whether a folder may be listed now.
    mutating func mayVisit(at now: ContinuousClock.Instant) -> Bool {
        !isVisited || visits.nextPauseEnd.map { $0 <= now } == true
    }
    /// How many files are thought to wait in folders that were not scanned to their end.
    var backlogCount: Int {
        backlog.files + (scan?.expected ?? 0) + (listing?.waiting ?? 0)
    }
    var folderCount: Int { tree.count }

    /// Says that none of the folders is watched any more.
    func letGo() {
        uses.unwatch(identities.values)
    }

    /// Has all folders watched and listed once more.
    mutating func visitAll() {
        visits.removeAll()
        for folder in tree.all { visits.add(folder) }
        // What is thought to wait in a folder counts until its next listing begins.
        if let listing { backlog.add(listing.folder, files: listing.waiting) }
        if let scan { backlog.add(scan.folder, files: scan.expected) }
        listing = nil
        scan = nil
    }

    /// Has the folders watched and listed once more that the kernel had no watch for, or that could not be
    /// listed.
    mutating func visitUnwatched() {
        for folder in unwatched.union(unlisted) { visits.add(folder) }
    }

    /// Has the folders on network file systems listed once more.
    mutating func visitNetworkFolders() {
        for folder in networkFolders { visits.add(folder) }
    }

    /// Has the folders watched and listed once more at which something was mounted or unmounted.
    /// - Parameter points: below the inbox.
    mutating func visit(mountPoints points: Set<RelativePath>) {
        for point in points {
            if let folder = tree.folder(at: point) ?? tree.folder(at: point.folder) { visits.add(folder) }
        }
    }

    /// Has the folders listed once more that could not be listed, and may be listed now that the permissions of
    /// these folders have changed.
    mutating func visitUnlisted(inside changed: Set<RelativePath>) {
        for folder in unlisted where changed.contains(anyAbove: tree.path(of: folder)) { visits.add(folder) }
    }

    /// Says that so many files more are thought to wait in a folder that is being read.
    mutating func expect(_ files: Int, in folder: RelativePath) {
        if listing?.path == folder { listing?.expected += files }
        if let scan, tree.folder(at: folder) == scan.folder { self.scan?.expected += files }
    }

    /// Says that there was no room for a file of this folder.
    /// - Parameter files: 1; 0 where it is counted already.
    mutating func postpone(_ folder: RelativePath, files: Int) {
        if let id = tree.folder(at: folder) { backlog.add(id, files: files) }
    }
}

// MARK: - Events

extension WatchedTree {
    /// What an event means. Folders that come or go are taken into the tree, or out of it.
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
            // The watch may be that of an empty folder which this one has replaced.
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
