import CLinux
import Glibc
import SystemPackage

extension DirectoryHandle {
    /// Opens a folder below this one.
    ///
    /// The path is one of a writer's making, so it is never followed out of this folder: a symbolic link
    /// anywhere in it throws ELOOP, `..` and an absolute path throw EXDEV. A mount on the way is passed.
    /// - Parameter path: names with slashes between them, of any length; empty means this very handle.
    package func openFolder(_ path: [UInt8]) throws(SystemCallError) -> DirectoryHandle {
        if path.isEmpty { return self }
        let names = try Self.names(in: path, for: "openat2")
        // With capabilities in effect, each level's permissions count, or its override.
        if PermissionOverride.isPossible { return try openStepByStep(names) }
        do throws(SystemCallError) {
            return try openInPieces(names)
        } catch let error
            where [.noFunction, .notPermitted, .resourceTemporarilyUnavailable].contains(error.errno)
        {
            // Kernels before 5.6 lack openat2, older sandboxes forbid what they don't know, and a rename
            // elsewhere may have disturbed it. In the unit RestrictSUIDSGID= answers ENOSYS: it can't see the
            // mode that openat2 would make a file with.
            return try openStepByStep(names)
        }
    }

    /// Makes the folders of a path below this one that are missing, and opens the last.
    ///
    /// Each new folder's parent is flushed, so a file that is put into it can't lose its way in a power cut.
    /// Symbolic links and ways out are refused as by `openFolder(_:)`; where an entry that is no folder
    /// bars the way, ENOTDIR.
    /// - Parameters:
    ///   - path: names with slashes between them; empty means this folder itself.
    ///   - mode: permission bits of each folder that is made; the umask takes its own away.
    package func makeFolders(_ path: [UInt8], mode: UInt32) throws(SystemCallError) -> DirectoryHandle {
        do throws(SystemCallError) {
            return try openFolder(path)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            var folder = self
            for name in try Self.names(in: path, for: "mkdirat") {
                let name = Array(name)
                do throws(SystemCallError) {
                    folder = try folder.openFolder(name)
                } catch let error where error.errno == .noSuchFileOrDirectory {
                    folder = try folder.makeOrFind(name, mode: mode)
                }
            }
            return folder
        }
    }

    /// Makes a folder in this one, without flushing it. EEXIST where the name is taken.
    /// - Parameter mode: permission bits; the umask takes its own away.
    package func makeFolder(_ name: [UInt8], mode: UInt32) throws(SystemCallError) {
        let name = try entryName(name, for: "mkdirat")
        try expectPermission(for: .moving)
        try system("mkdirat") { mkdirat(descriptor.rawValue, name, mode) }
    }

    private func makeOrFind(_ name: [UInt8], mode: UInt32) throws(SystemCallError) -> DirectoryHandle {
        do throws(SystemCallError) {
            try makeFolder(name, mode: mode)
        } catch let error where error.errno == .fileExists {
            // Somebody else was quicker, and may not have flushed it yet.
        }
        try flush()
        return try openFolder(name)
    }

    /// The names that a path goes through.
    private static func names(
        in path: [UInt8], for call: String
    ) throws(SystemCallError) -> [ArraySlice<UInt8>] {
        if path.first == UInt8(ascii: "/") { throw SystemCallError(call: call, errno: .improperLink) }
        let names = path.split(separator: UInt8(ascii: "/"))
        if names.contains(where: { $0.elementsEqual("..".utf8) }) {
            throw SystemCallError(call: call, errno: .improperLink)
        }
        return names
    }

    /// By `openat2`, in as few calls as the kernel's limit on a path's length allows.
    private func openInPieces(_ names: [ArraySlice<UInt8>]) throws(SystemCallError) -> DirectoryHandle {
        var folder = self
        var rest = names[...]
        while !rest.isEmpty {
            var piece: [UInt8] = []
            while let name = rest.first, piece.isEmpty || piece.count + 1 + name.count < Int(PATH_MAX) {
                if !piece.isEmpty { piece.append(UInt8(ascii: "/")) }
                piece += name
                rest.removeFirst()
            }
            let path = try terminated(piece, for: "openat2")
            let parent = folder
            let number = try system("openat2") {
                linux_open_beneath(parent.descriptor.rawValue, path, Self.flags)
            }
            folder = DirectoryHandle(owning: OwnedDescriptor(owning: number))
        }
        return folder
    }

    /// By one `openat` for each name, none of which follows a symbolic link.
    func openStepByStep(_ names: [ArraySlice<UInt8>]) throws(SystemCallError) -> DirectoryHandle {
        var folder = self
        for name in names {
            let path = try terminated(name, for: "openat")
            // On the way a folder need not be readable, only passable, just as for openat2.
            let isPassed = name.endIndex != names.last?.endIndex
            let flags = Self.flags | O_NOFOLLOW | (isPassed ? linux_path_only : 0)
            let parent = folder
            try parent.expectPermission(for: .reading)
            do throws(SystemCallError) {
                let number = try system("openat") { openat(parent.descriptor.rawValue, path, flags) }
                folder = try parent.inner(owning: OwnedDescriptor(owning: number), isPassed: isPassed)
            } catch let error where error.errno == .notDirectory {
                // O_DIRECTORY hides that it is a symbolic link, which openat2 tells.
                let kind = try FileStatus(of: parent.descriptor, name: path).kind
                throw kind == .symbolicLink
                    ? SystemCallError(call: "openat", errno: .tooManySymbolicLinkLevels) : error
            }
        }
        return folder
    }
}
