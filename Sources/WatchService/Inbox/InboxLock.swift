import LinuxSystem
import SystemPackage
import WatchCore

/// The lock by which an inbox has one service (decision 0003). The kernel releases it when the process ends.
struct InboxLock: Sendable {
    /// A file in the folder, so that programs that remove empty folders do not remove the folder.
    private static let fileName = Array("lock".utf8)
    /// Locked. If the file system has no locks, only held open.
    private let folders: [DirectoryHandle]
    private let file: FileHandle?
    /// The service's own folder; nil if there is none.
    private let own: FolderIdentity?

    /// Locks an inbox against other services, as long as it is served.
    /// - Returns: nil if another service has the lock.
    static func take(in inbox: DirectoryHandle) -> InboxLock? {
        do throws(SystemCallError) {
            let own = try ownFolder(in: inbox)
            guard let locked = try lock(own) else { return nil }
            // An earlier version, which locks the inbox itself, then finds it locked. A lock of any other
            // program is ignored.
            do throws(SystemCallError) { _ = try inbox.lock(shared: true) } catch _ {}
            return InboxLock(
                folders: [own, inbox], file: locked.handle, own: FolderIdentity(try own.status()))
        } catch _ {
            // The inbox cannot hold a folder of the service's own, or has no locks.
            do throws(SystemCallError) {
                return try inbox.lock() ? InboxLock(folders: [inbox], file: nil, own: nil) : nil
            } catch _ {
                return InboxLock(folders: [], file: nil, own: nil)
            }
        }
    }

    /// Whether the service's own folder still has its name in the inbox. If not, another service would make a
    /// new folder, and lock that.
    func isCurrent(in inbox: DirectoryHandle) -> Bool {
        guard let own else { return true }
        do throws(SystemCallError) {
            return try inbox.statusIfThere(Destination.workFolder).map(FolderIdentity.init) == own
        } catch {
            // Unknown whether it exists.
            return true
        }
    }

    private struct Locked { let handle: FileHandle? }

    /// Locks the folder. Network file systems lock only what is open for writing, which a folder never is.
    /// There a file in the folder is locked.
    /// - Returns: nil if another service has the lock.
    private static func lock(_ folder: DirectoryHandle) throws(SystemCallError) -> Locked? {
        let file = Result { () throws(SystemCallError) in try self.file(in: folder) }
        do throws(SystemCallError) {
            guard try folder.lock() else { return nil }
            return switch file {
            case .success(let file): Locked(handle: file)
            case .failure: Locked(handle: nil)
            }
        } catch _ {
            let file = try file.get()
            return try file.lock() ? Locked(handle: file) : nil
        }
    }

    private static func file(in folder: DirectoryHandle) throws(SystemCallError) -> FileHandle {
        do throws(SystemCallError) {
            return try folder.createFile(fileName, mode: 0o600)
        } catch let error where error.errno == .fileExists {
            return try folder.openFileForWriting(fileName)
        }
    }

    /// How often to move away an entry that another user puts in the place of the folder.
    private static let mostRounds = 20

    /// The service's own folder in the inbox. An entry with its name that is not the service's is renamed.
    private static func ownFolder(in inbox: DirectoryHandle) throws(SystemCallError) -> DirectoryHandle {
        let name = Destination.workFolder
        let owner = try inbox.status().owner
        for _ in 0..<mostRounds {
            if let folder = try found(name, in: inbox, owner) { return folder }
            // Made under a secret name, so that no other user can have made it.
            let new = name + Self.ending()
            let folder = try make(new, in: inbox, owner)
            do throws(SystemCallError) {
                try inbox.move(new, to: inbox, as: name)
                return folder
            } catch {
                try inbox.removeFolder(new)
                // The file system cannot rename folders without replacing: the name is checked again.
                if error.errno != .fileExists { _ = try make(name, in: inbox, owner) }
            }
        }
        throw SystemCallError(call: "renameat2", errno: .fileExists)
    }

    private static func make(
        _ name: [UInt8], in inbox: DirectoryHandle, _ owner: UInt32
    ) throws(SystemCallError) -> DirectoryHandle {
        let folder = try inbox.makeFolders(name, mode: 0o700)
        if Host.userID == 0, owner != 0 { try folder.setOwner(owner) }
        return folder
    }

    /// The folder of that name, if it is the service's own. Any other entry with the name is moved away.
    private static func found(
        _ name: [UInt8], in inbox: DirectoryHandle, _ owner: UInt32
    ) throws(SystemCallError) -> DirectoryHandle? {
        guard let there = try inbox.statusIfThere(name) else { return nil }
        if there.kind == .folder {
            let folder = try inbox.openFolder(name)
            // Only the opened folder counts, because the name may have passed to another one.
            let status = try folder.status()
            if [Host.userID, owner].contains(status.owner), status.mode & 0o077 == 0 { return folder }
        }
        try inbox.move(name, to: inbox, as: name + Self.ending())
        return nil
    }

    private static func ending() -> [UInt8] { Array(".\(UInt32.random(in: .min ... .max))".utf8) }
}
