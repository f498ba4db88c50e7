import LinuxSystem
import SystemPackage
import WatchCore

/// By which an inbox has one service (decision 0003). The kernel gives it back when the process ends.
struct InboxLock: Sendable {
    private static let fileName = Array("lock".utf8)
    /// Locked, or of no use where the file system knows no locks: held open all the same.
    private let folders: [DirectoryHandle]
    private let file: FileHandle?

    /// Locks an inbox against other services, for as long as it is served.
    /// - Returns: nil if another has it.
    static func take(in inbox: DirectoryHandle) -> InboxLock? {
        do throws(SystemCallError) {
            let own = try ownFolder(in: inbox)
            guard let locked = try lock(own) else { return nil }
            // A version that locks the inbox itself finds it locked. Who else has locked it counts for nothing.
            do throws(SystemCallError) { _ = try inbox.lock(shared: true) } catch _ {}
            return InboxLock(folders: [own, inbox], file: locked.handle)
        } catch _ {
            // No place for a folder of the service's own, or no locks.
            do throws(SystemCallError) {
                return try inbox.lock() ? InboxLock(folders: [inbox], file: nil) : nil
            } catch _ {
                return InboxLock(folders: [], file: nil)
            }
        }
    }

    private struct Locked { let handle: FileHandle? }

    /// Locks the folder. Network file systems lock what is open for writing, which no folder is: there a file in it
    /// is locked.
    /// - Returns: nil if another has it.
    private static func lock(_ folder: DirectoryHandle) throws(SystemCallError) -> Locked? {
        do throws(SystemCallError) {
            return try folder.lock() ? Locked(handle: nil) : nil
        } catch _ {
            let file: FileHandle
            do throws(SystemCallError) {
                file = try folder.createFile(fileName, mode: 0o600)
            } catch let error where error.errno == .fileExists {
                file = try folder.openFileForWriting(fileName)
            }
            return try file.lock() ? Locked(handle: file) : nil
        }
    }

    /// The folder of the service's own in the inbox. What has its name and is not its own is renamed out of the way.
    private static func ownFolder(in inbox: DirectoryHandle) throws(SystemCallError) -> DirectoryHandle {
        let name = Destination.workFolder
        let owner = try inbox.status().owner
        if let found = try inbox.statusIfThere(name) {
            let isOwn = [Host.userID, owner].contains(found.owner) && found.mode & 0o077 == 0
            if found.kind == .folder, isOwn { return try inbox.openFolder(name) }
            let ending = Array(".\(UInt32.random(in: .min ... .max))".utf8)
            try inbox.move(name, to: inbox, as: name + ending)
        }
        let folder = try inbox.makeFolders(name, mode: 0o700)
        if Host.userID == 0, owner != 0 { try folder.setOwner(owner) }
        return folder
    }
}
