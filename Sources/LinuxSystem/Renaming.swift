import CLinux
import Glibc
import SystemPackage

extension DirectoryHandle {
    /// Moves an entry, never over another: EEXIST where the new name is taken, EXDEV where the folders lie on
    /// different file systems or mounts.
    ///
    /// Where the file system can't rename without replacing (NFS, some of FUSE), the file is linked to its
    /// new name, then unlinked from the old: a crash in between leaves both names, of one file. Where it
    /// can't be linked either, an empty file takes the name, and is replaced: a crash in between leaves
    /// that one. Folders can't be moved there.
    /// - Parameters:
    ///   - name: of the entry in this folder.
    ///   - folder: where to.
    ///   - newName: its name there.
    package func move(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8]
    ) throws(SystemCallError) {
        let (from, to) = try movableNames(name, to: folder, as: newName, for: "renameat2")
        do throws(SystemCallError) {
            try system("renameat2") {
                linux_rename_without_replacing(
                    descriptor.rawValue, from, folder.descriptor.rawValue, to)
            }
        } catch let error where [.invalidArgument, .noFunction, .notSupported].contains(error.errno) {
            try moveByLinking(name, to: folder, as: newName)
        }
    }

    /// The way for file systems that can't rename without replacing.
    func moveByLinking(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8]
    ) throws(SystemCallError) {
        do throws(SystemCallError) {
            try link(name, to: folder, as: newName)
        } catch let error
            where [.notPermitted, .noFunction, .notSupported, .tooManyLinks, .ioError].contains(error.errno)
        {
            // A file system without links (rclone's answers EIO); or the kernel's `protected_hardlinks`, which forbid a link to
            // somebody else's file that this process may move all the same.
            return try moveOverPlaceholder(name, to: folder, as: newName)
        }
        do throws(SystemCallError) {
            try remove(name)
        } catch {
            try undoMove(of: name, to: folder, as: newName, refusedFor: error)
        }
    }

    /// Gives up the new name of a file whose move could not be completed: one place for one file.
    ///
    /// A call may have been made though it answers an error: a server that is asked again, for its first answer
    /// was lost, finds nothing left to do. So the new name goes only while the old one is to be seen; where that
    /// has gone, the move is complete.
    private func undoMove(
        of name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8], refusedFor error: SystemCallError
    ) throws(SystemCallError) {
        do throws(SystemCallError) {
            _ = try status(of: name)
        } catch let look where look.errno == .noSuchFileOrDirectory {
            return
        } catch _ {
            throw error
        }
        // What it was refused for is what counts. The error of a removal that fails too would hide it.
        do throws(SystemCallError) { try folder.remove(newName) } catch _ {}
        throw error
    }

    /// The way for file systems that can't link either.
    func moveOverPlaceholder(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8]
    ) throws(SystemCallError) {
        // Looked at first, so that a move of nothing makes nothing.
        _ = try status(of: name)
        _ = try folder.createFile(newName, mode: 0o600)
        do throws(SystemCallError) {
            try replace(name, to: folder, as: newName)
        } catch {
            try undoMove(of: name, to: folder, as: newName, refusedFor: error)
        }
    }

    /// The two names of a move as the kernel takes them.
    /// - Throws: also where the permissions of either folder refuse a move that the capabilities would allow.
    private func movableNames(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8], for call: String
    ) throws(SystemCallError) -> (from: [CChar], to: [CChar]) {
        let names = (try entryName(name, for: call), try entryName(newName, for: call))
        try expectPermission(for: .moving)
        try expectNoStickyBit(for: names.0)
        try folder.expectPermission(for: .moving)
        return names
    }

    /// Moves an entry over another, if there is one, in a single step: whoever reads sees the old or the new.
    package func replace(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8]
    ) throws(SystemCallError) {
        let (from, to) = try movableNames(name, to: folder, as: newName, for: "renameat")
        try system("renameat") { renameat(descriptor.rawValue, from, folder.descriptor.rawValue, to) }
    }

    /// Gives a file one more name, never replacing: EEXIST where it is taken.
    package func link(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8]
    ) throws(SystemCallError) {
        let from = try entryName(name, for: "linkat")
        let to = try entryName(newName, for: "linkat")
        try expectPermission(for: .reading)
        try folder.expectPermission(for: .moving)
        try system("linkat") { linkat(descriptor.rawValue, from, folder.descriptor.rawValue, to, 0) }
    }

    /// Removes a name that isn't a folder's; EISDIR where it is.
    package func remove(_ name: [UInt8]) throws(SystemCallError) {
        let name = try entryName(name, for: "unlinkat")
        try expectPermission(for: .moving)
        try expectNoStickyBit(for: name)
        try system("unlinkat") { unlinkat(descriptor.rawValue, name, 0) }
    }

    /// Removes an empty folder; ENOTEMPTY where something is in it, ENOTDIR where it is none.
    package func removeFolder(_ name: [UInt8]) throws(SystemCallError) {
        let name = try entryName(name, for: "unlinkat")
        try expectPermission(for: .moving)
        try expectNoStickyBit(for: name)
        try system("unlinkat") { unlinkat(descriptor.rawValue, name, AT_REMOVEDIR) }
    }

    /// Throws where this process may make no entry in this folder: by its permissions (EACCES), for it is
    /// immutable (EPERM), or its file system read-only (EROFS). Nothing is made.
    package func expectWritable() throws(SystemCallError) {
        try expectPermission(for: .moving)
        try system("faccessat") { linux_may_change_folder(descriptor.rawValue) }
    }

    /// What keeps this process from taking an entry out of this folder; nil where nothing does.
    ///
    /// It is an answer for now, by the same rules as the kernel's; the move itself may still be refused.
    /// - Parameter entry: the status of the entry in question.
    package func obstacle(toMoving entry: FileStatus) throws(SystemCallError) -> MoveObstacle? {
        let folder = try status()
        if entry.isProtected { return .protectedEntry }
        if folder.isProtected { return .protectedFolder }
        do throws(SystemCallError) {
            try expectWritable()
        } catch let error where [.permissionDenied, .notPermitted].contains(error.errno) {
            return .permissions
        } catch let error where error.errno == .readOnlyFileSystem {
            return .readOnly
        }
        let user = geteuid()
        if folder.mode & UInt32(S_ISVTX) == 0 || entry.owner == user || folder.owner == user || isOverridden {
            return nil
        }
        if PermissionOverride.isPossible { return .stickyBit }
        return try system("capget") { linux_has_file_owner_capability() } == 1 ? nil : .stickyBit
    }
}

/// What keeps an entry in its folder.
package enum MoveObstacle: Sendable, Hashable {
    /// The entry itself is immutable or append-only (`chattr +i`, `+a`).
    case protectedEntry
    /// The folder is.
    case protectedFolder
    case permissions
    /// Of the folder, where neither it nor the entry is this user's.
    case stickyBit
    case readOnly
}
