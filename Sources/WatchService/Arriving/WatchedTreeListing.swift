import LinuxSystem
import SystemPackage
import WatchCore

// Finds by a listing what no event reported.
extension WatchedTree {
    /// The number of entries read at once.
    private static let chunk = 512
    /// The number of entries listed in one step. All other work waits meanwhile.
    private static let entriesPerStep = 8 * chunk

    /// Watches and lists the next folder in the queue, one part at a time.
    /// - Parameters:
    ///   - room: how many files can be taken in hand now; the rest of the folder is recorded as backlog.
    ///   - now: the current time; a folder that was listed recently is listed later.
    ///   - isInHand: whether a file is already in hand, so that it needs no room.
    /// - Returns: the files found, without further information, and the entries that are not files.
    /// - Throws: errors that may pass (too many open files); the folder is retried.
    mutating func visitNext(
        room: Int, at now: ContinuousClock.Instant, isInHand: (RelativePath) -> Bool = { _ in false }
    ) throws(SystemCallError) -> [Arrival] {
        if let listing { return try listOn(listing, room: room, at: now, isInHand) }
        guard let folder = visits.next(at: now), tree.contains(folder) else { return [] }
        let path = tree.path(of: folder)
        do throws(SystemCallError) {
            let handle = try root.openFolder(path.bytes)
            let identity = FolderIdentity(try handle.status())
            if let use = useForbidding(identity, as: folder) {
                // The caller gives up the inbox's own folder as a whole.
                if !path.isRoot { remove(folder) }
                return [.folderGone(path), .folderUsed(path, use)]
            }
            try watch(handle, as: folder)
            noteFileSystem(of: handle, identity, as: folder)
            if let end = pace.pauseEnd(of: identity, at: now) {
                visits.add(folder, at: end)
                return []
            }
            let cursor = try handle.entries()
            var expected = backlog.remove(folder)
            if let scan, scan.folder == folder {
                expected += scan.expected
                self.scan = nil
            }
            let begun = Listing(
                folder: folder, path: path, entries: FolderPath(path), handle: handle, identity: identity,
                cursor: cursor, began: now,
                missing: Set(tree.children(of: folder).map(\.id)), expected: expected)
            return try [.listing(path)] + listOn(begun, room: room, at: now, isInHand)
        } catch {
            return try cannotVisit(folder, at: path, error)
        }
    }

    private mutating func cannotVisit(
        _ folder: FolderTree.ID, at path: RelativePath, _ error: SystemCallError
    ) throws(SystemCallError) -> [Arrival] {
        listing = nil
        if error.mayPass { visits.add(folder) }
        return try cannotRead(folder, at: path, error)
    }

    /// Records whether other machines may change a folder without this kernel's knowledge. Only for a folder
    /// on another file system than the inbox's, because an inbox on a network is polled as a whole.
    private mutating func noteFileSystem(
        of handle: DirectoryHandle, _ identity: FolderIdentity, as folder: FolderTree.ID
    ) {
        networkFolders.remove(folder)
        guard identity.device != device else { return }
        do throws(SystemCallError) {
            if try handle.fileSystem.isNetwork { networkFolders.insert(folder) }
        } catch {
            // If the file system cannot be determined, the folder is polled.
            networkFolders.insert(folder)
        }
    }

    /// The use that forbids a watch on a folder. If there is none, the folder counts as watched from now on.
    private mutating func useForbidding(
        _ identity: FolderIdentity, as folder: FolderTree.ID
    ) -> FolderUses.Use? {
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

    private mutating func listOn(
        _ begun: Listing, room: Int, at now: ContinuousClock.Instant, _ isInHand: (RelativePath) -> Bool
    ) throws(SystemCallError) -> [Arrival] {
        var begun = begun
        var arrivals: [Arrival] = []
        do throws(SystemCallError) {
            for _ in 0..<Self.entriesPerStep / Self.chunk {
                let entries = try begun.cursor.next(Self.chunk)
                if entries.isEmpty { return arrivals + endListing(begun, at: now) }
                for entry in entries {
                    arrivals += try listed(entry, in: &begun, room: room - arrivals.count, isInHand)
                }
            }
        } catch {
            return try arrivals + cannotVisit(begun.folder, at: begun.path, error)
        }
        listing = begun
        return arrivals
    }

    private mutating func listed(
        _ entry: DirectoryEntry, in listing: inout Listing, room: Int, _ isInHand: (RelativePath) -> Bool
    ) throws(SystemCallError) -> [Arrival] {
        let path = listing.entries.appending(entry.name)
        if path.isTooLong { return [.tooDeep(path)] }
        switch try listing.handle.kind(of: entry) {
        case .folder where isRecursive && ignored.ignores(folder: path) == nil:
            return found(entry, in: &listing)
        case .regular where ignored.ignores(file: path) == nil:
            if room > 0 { return [.file(path, .arrived(.found))] }
            if !isInHand(path) { listing.postponed += 1 }
            return []
        case .folder, .regular: return []
        case let kind where ignored.ignores(file: path) == nil:
            return [.special(path, kind)]
        default: return []
        }
    }

    /// A sub-folder: known, new, or a new one under a known name.
    private mutating func found(_ entry: DirectoryEntry, in listing: inout Listing) -> [Arrival] {
        var arrivals: [Arrival] = []
        if let known = tree.child(entry.name, of: listing.folder) {
            listing.missing.remove(known)
            guard let inode = tree.inode(of: known), inode != 0, inode != entry.inode else { return [] }
            remove(known)
            arrivals = [.folderGone(listing.entries.appending(entry.name))]
        }
        visits.add(tree.add(entry.name, to: listing.folder, inode: entry.inode))
        return arrivals
    }

    private mutating func endListing(_ listing: Listing, at now: ContinuousClock.Instant) -> [Arrival] {
        self.listing = nil
        pace.listed(listing.identity, from: listing.began, to: now)
        unlisted.remove(listing.folder)
        if listing.postponed > 0 { backlog.add(listing.folder, files: listing.postponed) }
        return listing.missing.filter(tree.contains).map { child in
            let path = tree.path(of: child)
            remove(child)
            return .folderGone(path)
        }
    }

    /// Continues to read a folder that had more files than there was room for.
    /// - Returns: at most `room` files, including files already in hand (the caller reports the number of the
    ///   others by `took(_:)`), or other findings about the folder. Nil if no folder has more files.
    /// - Throws: errors that may pass (too many open files); the folder is read next time.
    mutating func scanOn(room: Int) throws(SystemCallError) -> [Arrival]? {
        guard let folder = scan?.folder ?? backlog.first?.id else { return nil }
        let path = tree.path(of: folder)
        do throws(SystemCallError) {
            let isBegun = scan != nil
            if !isBegun { try beginScan(of: folder, at: path) }
            let entries = try scan?.cursor.next(min(Self.chunk, room)) ?? []
            if entries.isEmpty { scan = nil }
            let folder = FolderPath(path)
            return (isBegun ? [] : [.listing(path)])
                + entries.compactMap { file($0, in: folder) }
        } catch {
            return try cannotRead(folder, at: path, error)
        }
    }

    private mutating func beginScan(
        of folder: FolderTree.ID, at path: RelativePath
    ) throws(SystemCallError) {
        let cursor = try root.openFolder(path.bytes).entries()
        scan = Scan(folder: folder, cursor: cursor, expected: backlog.remove(folder))
    }

    /// A file to look at; nil if the entry is not a file, or is ignored.
    private func file(_ entry: DirectoryEntry, in folder: FolderPath) -> Arrival? {
        guard entry.kind == .regular || entry.kind == .unknown else { return nil }
        let path = folder.appending(entry.name)
        return ignored.ignores(file: path) == nil ? .file(path, .arrived(.found)) : nil
    }

    /// Records how many files of the folder being read were taken in hand.
    mutating func took(_ count: Int) {
        if let expected = scan?.expected { scan?.expected = max(0, expected - count) }
    }

    /// The meaning of a failure to open a folder, or to read it to its end.
    /// - Throws: errors that may pass.
    private mutating func cannotRead(
        _ folder: FolderTree.ID, at path: RelativePath, _ error: SystemCallError
    ) throws(SystemCallError) -> [Arrival] {
        if error.mayPass { throw error }
        switch error.errno {
        case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels:
            remove(folder)
            return [.folderGone(path)]
        default:
            // Its files are found when it is listed again. Other folders must not wait for that.
            if scan?.folder == folder { scan = nil }
            backlog.remove(folder)
            unlisted.insert(folder)
            return [.folderUnreadable(path, error.errno.description)]
        }
    }
}

extension SystemCallError {
    /// Whether the error does not concern the folder, and will pass.
    fileprivate var mayPass: Bool {
        [.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory].contains(errno)
    }
}
