import LinuxSystem
import SystemPackage
import WatchCore

/// What arriving says of files and folders.
enum Arrival: Sendable {
    case file(RelativePath, FileEvent)
    /// An entry that is no regular file.
    case special(RelativePath, FileKind)
    /// A folder, with all below it, is not where it was.
    case folderGone(RelativePath)
    /// A folder that cannot be listed, and why.
    case folderUnreadable(RelativePath, String)
    /// A folder that is left alone, for it has another use.
    case folderUsed(RelativePath, FolderUses.Use)
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
    private let inbox: InboxID
    private let uses: FolderUses
    /// The folders that are being watched, as the file system knows them.
    private var identities: [FolderTree.ID: FolderIdentity] = [:]

    private(set) var tree = FolderTree()
    /// Folders that are to be watched and listed.
    private var unvisited: [FolderTree.ID] = []
    private var backlog = ScanBacklog()
    private var scan: Scan?
    /// Folders that the kernel had no watch for.
    private(set) var unwatched: Set<FolderTree.ID> = []
    /// Folders that could not be listed, for a reason that may pass without an event.
    private(set) var unlisted: Set<FolderTree.ID> = []

    private struct Scan {
        let folder: FolderTree.ID
        let cursor: DirectoryCursor
        var expected: Int
    }

    /// How many entries are read at once.
    private static let chunk = 512

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
        unvisited = [tree.addRoot(inode: try root.status().inode)]
    }

    /// Whether all folders are watched, as far as the kernel lets us, and listed.
    var isVisited: Bool { unvisited.isEmpty }
    /// How many files are thought to wait in folders that were not scanned to their end.
    var backlogCount: Int { backlog.files + (scan?.expected ?? 0) }
    var folderCount: Int { tree.count }

    /// Says that none of the folders is watched any more.
    func letGo() {
        uses.unwatch(identities.values)
    }

    /// Has all folders watched and listed once more.
    mutating func visitAll() {
        unvisited = tree.all
        scan = nil
        backlog = ScanBacklog()
    }

    /// Has the folders watched and listed once more that the kernel had no watch for, or that could not be
    /// listed.
    mutating func visitUnwatched() {
        unvisited += unwatched.union(unlisted)
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
        if mask.contains(.ignored) {
            tree.forgetWatch(event.watch.rawValue)
            return []
        }
        if event.name.isEmpty { return interpretOwn(mask, of: folder) }
        if mask.contains(.isFolder) { return interpretFolder(event.name, mask, in: folder) }
        guard ignored.ignores(fileName: event.name) == nil else { return [] }
        let path = tree.path(of: folder).appending(event.name)
        return Self.fileEvent(mask).map { [.file(path, $0)] } ?? []
    }

    private static func fileEvent(_ mask: Inotify.EventMask) -> FileEvent? {
        if mask.contains(.movedTo) { return .arrived(.movedIn) }
        if mask.contains(.create) { return .arrived(.created) }
        if mask.contains(.closeWrite) { return .closed }
        if mask.contains(.modify) { return .touched }
        if !mask.isDisjoint(with: [.movedFrom, .delete]) { return .vanished }
        if mask.contains(.attrib) { return .attributesChanged }
        return nil
    }

    private mutating func interpretOwn(_ mask: Inotify.EventMask, of folder: FolderTree.ID) -> [Arrival] {
        let path = tree.path(of: folder)
        if !mask.isDisjoint(with: [.deleteSelf, .moveSelf, .unmounted]) {
            if path.isRoot { return [.inboxChanged] }
            // A folder's own move is told by the folders that it left and came to.
            if mask.contains(.moveSelf) { return [] }
            remove(folder)
            return [.folderGone(path)]
        }
        return mask.contains(.attrib) ? [.folderChanged(path)] : []
    }

    private mutating func interpretFolder(
        _ name: [UInt8], _ mask: Inotify.EventMask, in parent: FolderTree.ID
    ) -> [Arrival] {
        guard isRecursive, ignored.ignores(folderName: name) == nil else { return [] }
        let path = tree.path(of: parent).appending(name)
        if mask.contains(.attrib) {
            // It may be readable only now.
            if let folder = tree.child(name, of: parent) { unvisited.append(folder) }
            return [.folderChanged(path)]
        }
        var arrivals: [Arrival] = []
        if let old = tree.child(name, of: parent) {
            remove(old)
            arrivals.append(.folderGone(path))
        }
        if !mask.isDisjoint(with: [.create, .movedTo]) {
            unvisited.append(tree.add(name, to: parent, inode: 0))
        }
        return arrivals
    }

    private mutating func remove(_ folder: FolderTree.ID) {
        let (folders, watches) = tree.remove(folder)
        for watch in watches { inotify.unwatch(Inotify.Watch(rawValue: watch)) }
        let gone = Set(folders)
        uses.unwatch(folders.compactMap { identities.removeValue(forKey: $0) })
        for folder in folders { backlog.remove(folder) }
        if unvisited.contains(where: gone.contains) { unvisited.removeAll(where: gone.contains) }
        unwatched.subtract(gone)
        unlisted.subtract(gone)
        if let scan, gone.contains(scan.folder) { self.scan = nil }
    }
}

// MARK: - Scanning

extension WatchedTree {
    /// Watches and lists the next folder that is new or to be looked at once more.
    /// - Parameters:
    ///   - room: how many files can be taken now; the rest of the folder is remembered as backlog.
    /// - Returns: the files found, nothing else of which is known; and what is no file.
    /// - Throws: what may pass (too many open files); the folder is tried again.
    mutating func visitNext(room: Int) throws(SystemCallError) -> [Arrival] {
        guard let folder = unvisited.popLast() else { return [] }
        guard tree.contains(folder) else { return [] }
        let path = tree.path(of: folder)
        do throws(SystemCallError) {
            let handle = try root.openFolder(path.bytes)
            if let use = try useForbidding(handle, as: folder) {
                // The inbox's own folder is given up whole by whoever hears of it.
                if !path.isRoot { remove(folder) }
                return [.folderGone(path), .folderUsed(path, use)]
            }
            try watch(handle, as: folder)
            let arrivals = try list(handle, of: folder, at: path, room: room)
            unlisted.remove(folder)
            return arrivals
        } catch {
            if error.mayPass { unvisited.append(folder) }
            return try cannotRead(folder, at: path, error)
        }
    }

    /// What forbids to watch a folder; where nothing does, it counts as watched from now on.
    private mutating func useForbidding(
        _ handle: DirectoryHandle, as folder: FolderTree.ID
    ) throws(SystemCallError) -> FolderUses.Use? {
        let identity = FolderIdentity(try handle.status())
        let use = uses.watch(
            identity, insteadOf: identities[folder], asRootOf: folder == tree.root ? inbox : nil)
        if use == nil { identities[folder] = identity }
        return use
    }

    private mutating func watch(_ handle: DirectoryHandle, as folder: FolderTree.ID) throws(SystemCallError) {
        do throws(SystemCallError) {
            let watch = try inotify.watch(handle)
            if let old = tree.setWatch(watch.rawValue, for: folder) {
                inotify.unwatch(Inotify.Watch(rawValue: old))
            }
            unwatched.remove(folder)
        } catch let error where error.errno == .noSpace || error.errno == .noMemory {
            unwatched.insert(folder)
        }
    }

    private mutating func list(
        _ handle: DirectoryHandle, of folder: FolderTree.ID, at path: RelativePath, room: Int
    ) throws(SystemCallError) -> [Arrival] {
        var arrivals: [Arrival] = []
        var postponed = 0
        var seen: Set<[UInt8]> = []
        let cursor = try handle.entries()
        while true {
            let entries = try cursor.next(Self.chunk)
            if entries.isEmpty { break }
            for entry in entries {
                switch try handle.kind(of: entry) {
                case .folder where isRecursive && ignored.ignores(folderName: entry.name) == nil:
                    seen.insert(entry.name)
                    arrivals += found(entry, in: folder, at: path)
                case .regular where ignored.ignores(fileName: entry.name) == nil:
                    if arrivals.count < room {
                        arrivals.append(.file(path.appending(entry.name), .arrived(.found)))
                    } else {
                        postponed += 1
                    }
                case .folder, .regular: break
                case let kind where ignored.ignores(fileName: entry.name) == nil:
                    arrivals.append(.special(path.appending(entry.name), kind))
                default: break
                }
            }
        }
        for child in tree.children(of: folder) where !seen.contains(child.name) {
            remove(child.id)
            arrivals.append(.folderGone(path.appending(child.name)))
        }
        if postponed > 0 { backlog.add(folder, files: postponed) }
        return arrivals
    }

    /// A sub-folder: known, new, or another one under a known name.
    private mutating func found(
        _ entry: DirectoryEntry, in parent: FolderTree.ID, at path: RelativePath
    ) -> [Arrival] {
        guard let known = tree.child(entry.name, of: parent) else {
            unvisited.append(tree.add(entry.name, to: parent, inode: entry.inode))
            return []
        }
        guard let inode = tree.inode(of: known), inode != 0, inode != entry.inode else { return [] }
        remove(known)
        unvisited.append(tree.add(entry.name, to: parent, inode: entry.inode))
        return [.folderGone(path.appending(entry.name))]
    }

    /// Reads on in a folder that had more files than there was room for.
    /// - Returns: at most `room` files, those among them that are in hand already; `took(_:)` is to tell how many
    ///   are not. Or what else is learnt of the folder. Nil where no folder has more.
    /// - Throws: what may pass (too many open files); the folder is read on the next time.
    mutating func scanOn(room: Int) throws(SystemCallError) -> [Arrival]? {
        guard let folder = scan?.folder ?? backlog.first?.id else { return nil }
        let path = tree.path(of: folder)
        do throws(SystemCallError) {
            if scan == nil { try beginScan(of: folder, at: path) }
            let entries = try scan?.cursor.next(min(Self.chunk, room)) ?? []
            if entries.isEmpty { scan = nil }
            return entries.filter(isFile).map { .file(path.appending($0.name), .arrived(.found)) }
        } catch {
            return try cannotRead(folder, at: path, error)
        }
    }

    private mutating func beginScan(
        of folder: FolderTree.ID, at path: RelativePath
    ) throws(SystemCallError) {
        let cursor = try root.openFolder(path.bytes).entries()
        scan = Scan(folder: folder, cursor: cursor, expected: backlog.first?.files ?? 0)
        backlog.remove(folder)
    }

    private func isFile(_ entry: DirectoryEntry) -> Bool {
        (entry.kind == .regular || entry.kind == .unknown) && ignored.ignores(fileName: entry.name) == nil
    }

    /// So many files of the folder that is read are in hand now.
    mutating func took(_ count: Int) {
        if let expected = scan?.expected { scan?.expected = max(0, expected - count) }
    }

    /// What it means that a folder cannot be opened, or not be read to its end.
    /// - Throws: what may pass.
    private mutating func cannotRead(
        _ folder: FolderTree.ID, at path: RelativePath, _ error: SystemCallError
    ) throws(SystemCallError) -> [Arrival] {
        if error.mayPass { throw error }
        switch error.errno {
        case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels:
            remove(folder)
            return [.folderGone(path)]
        default:
            // Its files are found when it is listed again; other folders are not to wait for that.
            if scan?.folder == folder { scan = nil }
            backlog.remove(folder)
            unlisted.insert(folder)
            return [.folderUnreadable(path, error.errno.description)]
        }
    }
}

extension SystemCallError {
    /// Whether it says nothing of the folder, and is over in a while.
    fileprivate var mayPass: Bool {
        [.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory].contains(errno)
    }
}
