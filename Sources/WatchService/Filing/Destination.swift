import Glibc
package import LinuxSystem
import Synchronization
import SystemPackage
package import WatchCore

/// A destination folder, with the hidden working folder in it where filings are prepared.
package final class Destination: Sendable {
    package let role: DestinationRole
    /// An absolute path.
    package let path: String
    /// The folder's identity when the service first used it; nil before.
    private let origin = Mutex<FolderIdentity?>(nil)
    /// The working folder last used, and its parent; nil before the first use.
    private let workOrigin = Mutex<(root: FolderIdentity, work: FolderIdentity)?>(nil)
    private let wasAcrossMounts = Atomic(false)
    private let inbox: InboxID
    private let uses: FolderUses

    /// The name of the service's working folder in each destination.
    package static let workFolder = Array(".bitmind-watch".utf8)

    /// - Parameters:
    ///   - inbox: the inbox whose files go there.
    ///   - uses: records the folder's use.
    package init(
        _ role: DestinationRole, path: String, inbox: InboxID = InboxID(0), uses: FolderUses = FolderUses()
    ) {
        self.role = role
        self.path = path
        self.inbox = inbox
        self.uses = uses
    }

    private func use(_ path: [UInt8]) -> FolderUses.Use {
        FolderUses.Use(inbox: inbox, path: path, role: role)
    }

    /// The folder below the destination for the files of a folder of the inbox. It is made if it is missing.
    func folder(_ path: RelativePath, below root: DirectoryHandle) throws(SystemCallError) -> DirectoryHandle
    {
        let folder = try root.makeFolders(path.bytes, mode: 0o777)
        if !path.isRoot { try recordUse(of: folder, at: path, below: root) }
        return folder
    }

    /// Records the use of a folder and of the folders between it and the destination. With a mount, one of
    /// them may be a part of an inbox.
    private func recordUse(
        of folder: DirectoryHandle, at path: RelativePath, below root: DirectoryHandle
    ) throws(SystemCallError) {
        let depth = path.bytes.split(separator: UInt8(ascii: "/")).count
        let folders = try folder.lineage(outwards: depth).map { FolderIdentity($0) }
        // Otherwise it was moved in the meantime.
        guard folders.count == depth + 1, folders.last == FolderIdentity(try root.status()) else { return }
        var path = path
        var way: [(use: FolderUses.Use, folder: FolderIdentity)] = []
        for folder in folders.dropLast() {
            way.append((use(Array(self.path.utf8) + [UInt8(ascii: "/")] + path.bytes), folder))
            path = path.folder
        }
        uses.add(ifWatched: way)
    }

    /// Whether the last file had to be copied to it, from another file system or across a mount.
    var isAcrossMounts: Bool {
        get { wasAcrossMounts.load(ordering: .relaxed) }
        set { wasAcrossMounts.store(newValue, ordering: .relaxed) }
    }

    /// Opens the destination at its path.
    ///
    /// The first time, it is made if its parent exists, and so is the working folder. If the working folder
    /// is missing later, the disk may have been unmounted, and a filed file would disappear below the mount
    /// point. Therefore the working folder is made again only in the same folder as before.
    package func open() throws(SystemCallError) -> OpenDestination {
        let known = origin.withLock { $0 }
        // A file keeps its permissions when it is filed, and an interrupted filing continues by its bytes.
        let root =
            try known == nil
            ? DirectoryHandle.openOrMake(path, overriding: .reading)
            : DirectoryHandle.open(path: path, overriding: .reading)
        let identity = FolderIdentity(try root.status())
        uses.add(use(Array(path.utf8)), of: identity)
        let work: DirectoryHandle
        var isNew = false
        do throws(SystemCallError) {
            work = try root.openFolder(Self.workFolder)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            guard known == nil || known == identity else { throw error }
            work = try root.makeFolders(Self.workFolder, mode: 0o700)
            isNew = true
        }
        try expectOwn(work, below: root, identity, isNew: isNew)
        if known == nil { origin.withLock { $0 = identity } }
        return OpenDestination(destination: self, root: root, work: work)
    }

    /// Checks that the working folder is the service's own. Otherwise the decisions of another user would be
    /// filed as genuine.
    ///
    /// The folder must belong to this user and be closed to all others, and stay the same while the
    /// destination is the same. If a file system gives all folders one owner and one mode, these are
    /// expected. On a network file system the inode number of a folder may change.
    private func expectOwn(
        _ work: DirectoryHandle, below root: DirectoryHandle, _ identity: FolderIdentity, isNew: Bool
    ) throws(SystemCallError) {
        let status = try work.status()
        if !(status.isOwnFolder) {
            let usual = try root.statusOfNewFolder()
            guard !usual.isOwnFolder, usual.owner == status.owner, usual.mode == status.mode else {
                throw SystemCallError(
                    call: "open", errno: .permissionDenied,
                    detail:
                        "its folder .bitmind-watch is not the service's own: it belongs to user \(status.owner) "
                        + "with mode 0\(String(status.mode, radix: 8)), and not to user \(geteuid()) with mode 0700. "
                        + "Check its contents, then remove it")
            }
        }
        let found = FolderIdentity(status)
        let isSwapped = workOrigin.withLock { known in
            if !isNew, let known, known.root == identity, known.work != found { return true }
            known = (identity, found)
            return false
        }
        guard isSwapped, try !root.fileSystem.isNetwork else { return }
        throw SystemCallError(
            call: "open", errno: .permissionDenied,
            detail:
                "its folder .bitmind-watch was replaced while the service ran. Check its contents, then remove it, "
                + "or restart the service to use it")
    }

    /// Tests whether files can be made in it. A file is made in the working folder, which no other process
    /// watches. For the destination's own folder, only the permissions are checked.
    package func probe() throws(SystemCallError) {
        let opened = try open()
        try opened.root.expectWritable()
        let work = opened.work
        // Several inboxes may test the same destination at the same time.
        let name = Self.probeMark + Array(String(UInt64.random(in: .min ... .max), radix: 16).utf8)
        do throws(SystemCallError) {
            // Closed before it is removed: on some file systems, an open file reappears when it is closed.
            let file = try work.createFile(name, mode: 0o600)
            // About the size of a sidecar and its names.
            try file.write([UInt8](repeating: 0, count: 8192))
            try file.flushData()
        } catch {
            // The error of the write is thrown.
            do throws(SystemCallError) { try work.removeIfThere(name) } catch _ {}
            throw error
        }
        try work.removeIfThere(name)
    }

    /// The prefix of files that are made only for a test.
    static let probeMark = Array("probe-".utf8)
}

package struct OpenDestination: Sendable {
    package let destination: Destination
    package let root: DirectoryHandle
    package let work: DirectoryHandle
}

extension FileStatus {
    /// Whether it belongs to this user, and no other user may enter it.
    fileprivate var isOwnFolder: Bool { owner == geteuid() && mode & 0o077 == 0 }
}

extension DirectoryHandle {
    /// The status of a folder that this process makes here for itself alone.
    fileprivate func statusOfNewFolder() throws(SystemCallError) -> FileStatus {
        let name = Array(".bitmind-watch-mode-\(String(UInt64.random(in: .min ... .max), radix: 16))".utf8)
        try makeFolder(name, mode: 0o700)
        let status: FileStatus
        do throws(SystemCallError) {
            status = try self.status(of: name)
        } catch {
            do throws(SystemCallError) { try removeFolder(name) } catch _ {}
            throw error
        }
        try removeFolder(name)
        return status
    }
}

extension FolderIdentity {
    package init(_ status: FileStatus) {
        self.init(device: status.device, inode: status.inode)
    }
}

extension DirectoryHandle {
    /// Opens a folder. If it is missing and its parent exists, makes it and flushes the parent.
    /// - Parameters:
    ///   - path: absolute.
    ///   - mode: permission bits of a new folder, from which the umask is removed.
    ///   - override: what the process may do in spite of permissions below it.
    package static func openOrMake(
        _ path: String, mode: UInt32 = 0o777, overriding override: PermissionOverride? = nil
    ) throws(SystemCallError) -> DirectoryHandle {
        do throws(SystemCallError) {
            return try open(path: path, overriding: override)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            let (parent, name) = path.splitLastComponent
            _ = try open(path: parent).makeFolders(name, mode: mode)
            return try open(path: path, overriding: override)
        }
    }
}

extension String {
    /// A path's parent, and its last component's bytes.
    var splitLastComponent: (parent: String, name: [UInt8]) {
        guard let slash = lastIndex(of: "/") else { return (".", Array(utf8)) }
        let parent = slash == startIndex ? "/" : String(self[..<slash])
        return (parent, Array(self[slash...].utf8.drop { $0 == UInt8(ascii: "/") }))
    }
}
