import LinuxSystem
import SystemPackage
import WatchCore

/// By which an inbox has one service (decision 0003). The kernel gives it back when the process ends.
struct InboxLock: Sendable {
    /// In the folder, so that nobody who removes empty folders removes it.
    private static let fileName = Array("lock".utf8)
    /// Locked, or of no use where the file system knows no locks: held open all the same.
    private let folders: [DirectoryHandle]
    private let file: FileHandle?
    /// The service's own folder; nil where there is none.
    private let own: FolderIdentity?

    /// Locks an inbox against other services, for as long as it is served.
    /// - Returns: nil if another has it.
    static func take(in inbox: DirectoryHandle) -> InboxLock? {
        do throws(SystemCallError) {
            let own = try ownFolder(in: inbox)
            guard let locked = try lock(own) else { return nil }
            // A version that locks the inbox itself finds it locked. Who else has locked it counts for nothing.
            do throws(SystemCallError) { _ = try inbox.lock(shared: true) } catch _ {}
            return InboxLock(
                folders: [own, inbox], file: locked.handle, own: FolderIdentity(try own.status()))
        } catch _ {
            // No place for a folder of the service's own, or no locks.
            do throws(SystemCallError) {
                return try inbox.lock() ? InboxLock(folders: [inbox], file: nil, own: nil) : nil
            } catch _ {
                return InboxLock(folders: [], file: nil, own: nil)
            }
        }
    }

    /// Whether the service's own folder still has its name in the inbox. Where not, another service would make
    /// a folder of its own, and lock that.
    func isCurrent(in inbox: DirectoryHandle) -> Bool {
        guard let own else { return true }
        do throws(SystemCallError) {
            return try inbox.statusIfThere(Destination.workFolder).map(FolderIdentity.init) == own
        } catch {
            // Whether it is there is not known.
            return true
        }
    }

    private struct Locked { let handle: FileHandle? }

    /// Locks the folder. Network file systems lock what is open for writing, which no folder is: there a file in it
    /// is locked.
    /// - Returns: nil if another has it.
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

    /// How often what somebody else puts in the place of the folder is moved away.
    private static let mostRounds = 20

    /// The folder of the service's own in the inbox. What has its name and is not its own is renamed out of the way.
    private static func ownFolder(in inbox: DirectoryHandle) throws(SystemCallError) -> DirectoryHandle {
        let name = Destination.workFolder
        let owner = try inbox.status().owner
        for _ in 0..<mostRounds {
            if let folder = try found(name, in: inbox, owner) { return folder }
            // Under a name that nobody knows, so that nobody can have made it.
            let new = name + Self.ending()
            let folder = try make(new, in: inbox, owner)
            do throws(SystemCallError) {
                try inbox.move(new, to: inbox, as: name)
                return folder
            } catch {
                try inbox.removeFolder(new)
                // A file system that renames no folder without replacing: it is looked at once more.
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

    /// The folder by that name, where it is the service's own; what else has the name is moved away.
    private static func found(
        _ name: [UInt8], in inbox: DirectoryHandle, _ owner: UInt32
    ) throws(SystemCallError) -> DirectoryHandle? {
        guard let there = try inbox.statusIfThere(name) else { return nil }
        if there.kind == .folder {
            let folder = try inbox.openFolder(name)
            // What was opened counts: another may have got the name meanwhile.
            let status = try folder.status()
            if [Host.userID, owner].contains(status.owner), status.mode & 0o077 == 0 { return folder }
        }
        try inbox.move(name, to: inbox, as: name + Self.ending())
        return nil
    }

    private static func ending() -> [UInt8] { Array(".\(UInt32.random(in: .min ... .max))".utf8) }
}
