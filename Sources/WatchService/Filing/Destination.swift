import Glibc
package import LinuxSystem
import Synchronization
import SystemPackage
package import WatchCore

/// A folder that files go to, with the hidden folder in it where filings are prepared.
package final class Destination: Sendable {
    package let role: DestinationRole
    /// Absolute.
    package let path: String
    /// Which folder it was when the service first used it; nil before.
    private let origin = Mutex<FolderIdentity?>(nil)
    /// Which working folder was used last, and in which folder; nil before.
    private let workOrigin = Mutex<(root: FolderIdentity, work: FolderIdentity)?>(nil)
    private let wasAcrossMounts = Atomic(false)
    private let inbox: InboxID
    private let uses: FolderUses

    /// The folder of the service's own working files, in each destination.
    package static let workFolder = Array(".bitmind-watch".utf8)

    /// - Parameters:
    ///   - inbox: whose files go there.
    ///   - uses: is told which folder it is.
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

    /// The folder below it for the files of a folder of the inbox, made where it is missing.
    func folder(_ path: RelativePath, below root: DirectoryHandle) throws(SystemCallError) -> DirectoryHandle
    {
        let folder = try root.makeFolders(path.bytes, mode: 0o777)
        if !path.isRoot { try tell(of: folder, at: path, below: root) }
        return folder
    }

    /// Tells of a folder and of those between it and the destination: one that is mounted there, or from there, may
    /// be a part of an inbox.
    private func tell(
        of folder: DirectoryHandle, at path: RelativePath, below root: DirectoryHandle
    ) throws(SystemCallError) {
        let depth = path.bytes.split(separator: UInt8(ascii: "/")).count
        let folders = try folder.lineage(outwards: depth).map { FolderIdentity($0) }
        // Else it was moved elsewhere meanwhile.
        guard folders.count == depth + 1, folders.last == FolderIdentity(try root.status()) else { return }
        var path = path
        var way: [(use: FolderUses.Use, folder: FolderIdentity)] = []
        for folder in folders.dropLast() {
            way.append((use(Array(self.path.utf8) + [UInt8(ascii: "/")] + path.bytes), folder))
            path = path.folder
        }
        uses.add(ifWatched: way)
    }

    /// Whether the last file had to be copied to it, from another file system or past another mount.
    var isAcrossMounts: Bool {
        get { wasAcrossMounts.load(ordering: .relaxed) }
        set { wasAcrossMounts.store(newValue, ordering: .relaxed) }
    }

    /// Opens the destination as its path leads to it now.
    ///
    /// The first time it is made where its parent exists, and with it the working folder. Where that is missing
    /// later, the disk that held it may be unmounted, and what is filed now would vanish below its mount point:
    /// it is made again only in the very folder that was used before.
    package func open() throws(SystemCallError) -> OpenDestination {
        let known = origin.withLock { $0 }
        // A file keeps its permissions where it is filed, and an interrupted filing is gone on with by its bytes.
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

    /// Expects the working folder to be the service's own: decisions of another user's making would be filed as
    /// genuine.
    ///
    /// It has to belong to this user and be closed to all others, and it stays the same folder for as long as the
    /// destination is the same. Where a file system gives all folders one owner and one mode, these are expected; where
    /// it is a network's, folders may get other inode numbers by themselves.
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

    /// Whether files can be made in it, by making one: in the working folder, where nobody else sees it. Of the
    /// destination's own folder the kernel is asked.
    package func probe() throws(SystemCallError) {
        let opened = try open()
        try opened.root.expectWritable()
        let work = opened.work
        // Several inboxes may try the same destination at the same time.
        let name = Self.probeMark + Array(String(UInt64.random(in: .min ... .max), radix: 16).utf8)
        do throws(SystemCallError) {
            // Closed before it is removed: on some file systems a file that is open appears again when it is closed.
            let file = try work.createFile(name, mode: 0o600)
            // About as much as a sidecar and its names take.
            try file.write([UInt8](repeating: 0, count: 8192))
            try file.flushData()
        } catch {
            // What is wrong is told by the write.
            do throws(SystemCallError) { try work.removeIfThere(name) } catch _ {}
            throw error
        }
        try work.removeIfThere(name)
    }

    /// How the names of files begin that are only made to see whether they can be.
    static let probeMark = Array("probe-".utf8)
}

package struct OpenDestination: Sendable {
    package let destination: Destination
    package let root: DirectoryHandle
    package let work: DirectoryHandle
}

extension FileStatus {
    /// Whether it belongs to this user, and nobody else may enter it.
    fileprivate var isOwnFolder: Bool { owner == geteuid() && mode & 0o077 == 0 }
}

extension DirectoryHandle {
    /// The status that a folder gets here which this process makes for itself alone.
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
    /// Opens a folder, and makes it before where its parent exists, which is flushed then.
    /// - Parameters:
    ///   - path: absolute.
    ///   - mode: permission bits of the folder where it is made; the umask takes its own away.
    ///   - override: what may be done in spite of permissions below it.
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
