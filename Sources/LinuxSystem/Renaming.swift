import CLinux
import Glibc
import SystemPackage

extension DirectoryHandle {
    /// Moves an entry, and never replaces one. Throws EEXIST if the new name is taken, EXDEV if the folders
    /// are on different file systems or mounts.
    ///
    /// If the file system cannot rename without replacing (NFS, some FUSE file systems), the file is linked
    /// to its new name, then unlinked from the old. A crash in between leaves both names of one file. If the
    /// file cannot be linked either, an empty file is made with the new name, and the rename replaces it. A
    /// crash in between leaves the empty file. Folders cannot be moved on such file systems.
    /// - Parameters:
    ///   - name: of the entry in this folder.
    ///   - folder: the target folder.
    ///   - newName: the entry's name in the target folder.
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

    /// Moves a file on a file system that cannot rename without replacing.
    func moveByLinking(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8]
    ) throws(SystemCallError) {
        do throws(SystemCallError) {
            try link(name, to: folder, as: newName)
        } catch let error
            where [.notPermitted, .noFunction, .notSupported, .tooManyLinks, .ioError].contains(error.errno)
        {
            // Either the file system has no links (rclone fails with EIO), or the kernel's
            // `protected_hardlinks` forbids a link to another user's file that this process may still move.
            return try moveOverPlaceholder(name, to: folder, as: newName)
        }
        do throws(SystemCallError) {
            try remove(name)
        } catch {
            try undoMove(of: name, to: folder, as: newName, refusedFor: error)
        }
    }

    /// Removes the new name of a file whose move failed, so that the file has one name.
    ///
    /// A call may have succeeded although it returned an error: if a server's first answer was lost, the
    /// repeated request finds nothing left to do. So the new name is removed only while the old one exists.
    /// If the old name is gone, the move is complete.
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
        // The caller throws the error of the move. An error of this removal would hide it.
        do throws(SystemCallError) { try folder.remove(newName) } catch _ {}
        throw error
    }

    /// Moves a file on a file system that has no links.
    func moveOverPlaceholder(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8]
    ) throws(SystemCallError) {
        // Checked first, so that the move of a missing file makes nothing.
        _ = try status(of: name)
        _ = try folder.createFile(newName, mode: 0o600)
        do throws(SystemCallError) {
            try replace(name, to: folder, as: newName)
        } catch {
            try undoMove(of: name, to: folder, as: newName, refusedFor: error)
        }
    }

    /// The two names of a move, terminated for the kernel.
    /// - Throws: also if the permissions of either folder refuse a move that the capabilities would allow.
    private func movableNames(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8], for call: String
    ) throws(SystemCallError) -> (from: [CChar], to: [CChar]) {
        let names = (try entryName(name, for: call), try entryName(newName, for: call))
        try expectPermission(for: .moving)
        try expectNoStickyBit(for: names.0)
        try folder.expectPermission(for: .moving)
        return names
    }

    /// Moves an entry and replaces the entry of that name, if there is one, in a single step: a reader sees
    /// the old or the new one.
    package func replace(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8]
    ) throws(SystemCallError) {
        let (from, to) = try movableNames(name, to: folder, as: newName, for: "renameat")
        try system("renameat") { renameat(descriptor.rawValue, from, folder.descriptor.rawValue, to) }
    }

    /// Gives a file one more name, and never replaces one. Throws EEXIST if the name is taken.
    package func link(
        _ name: [UInt8], to folder: DirectoryHandle, as newName: [UInt8]
    ) throws(SystemCallError) {
        let from = try entryName(name, for: "linkat")
        let to = try entryName(newName, for: "linkat")
        try expectPermission(for: .reading)
        try folder.expectPermission(for: .moving)
        try system("linkat") { linkat(descriptor.rawValue, from, folder.descriptor.rawValue, to, 0) }
    }

    /// Removes the name of an entry that is not a folder. Throws EISDIR for a folder.
    package func remove(_ name: [UInt8]) throws(SystemCallError) {
        let name = try entryName(name, for: "unlinkat")
        try expectPermission(for: .moving)
        try expectNoStickyBit(for: name)
        try system("unlinkat") { unlinkat(descriptor.rawValue, name, 0) }
    }

    /// Removes an empty folder. Throws ENOTEMPTY if it has entries, ENOTDIR if it is not a folder.
    package func removeFolder(_ name: [UInt8]) throws(SystemCallError) {
        let name = try entryName(name, for: "unlinkat")
        try expectPermission(for: .moving)
        try expectNoStickyBit(for: name)
        try system("unlinkat") { unlinkat(descriptor.rawValue, name, AT_REMOVEDIR) }
    }

    /// Throws if this process cannot make an entry in this folder: by its permissions (EACCES), because the
    /// folder is immutable (EPERM), or because its file system is read-only (EROFS). Makes nothing.
    package func expectWritable() throws(SystemCallError) {
        try expectPermission(for: .moving)
        try system("faccessat") { linux_may_change_folder(descriptor.rawValue) }
    }

    /// What prevents this process from moving an entry out of this folder; nil if nothing does.
    ///
    /// The result follows the kernel's own rules and holds for now only. The move itself may still be
    /// refused.
    /// - Parameter entry: the status of the entry.
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

/// What prevents an entry from leaving its folder.
package enum MoveObstacle: Sendable, Hashable {
    /// The entry itself is immutable or append-only (`chattr +i`, `+a`).
    case protectedEntry
    /// The folder is immutable or append-only.
    case protectedFolder
    case permissions
    /// The folder has the sticky bit, and neither the folder nor the entry belongs to this user.
    case stickyBit
    case readOnly
}
