import CLinux
import Glibc
import SystemPackage

extension DirectoryHandle {
    /// Opens a folder below this one.
    ///
    /// A writer chooses the path, so the call never leaves this folder: a symbolic link anywhere in the path
    /// throws ELOOP; `..` and an absolute path throw EXDEV. The path may cross a mount.
    /// - Parameter path: names separated by slashes, of any length; empty for another handle of this folder.
    package func openFolder(_ path: [UInt8]) throws(SystemCallError) -> DirectoryHandle {
        if path.isEmpty { return self }
        let names = try Self.names(in: path, for: "openat2")
        // If capabilities are in effect, the permissions of each level are checked, or its override applies.
        if PermissionOverride.isPossible { return try openStepByStep(names) }
        do throws(SystemCallError) {
            return try openInPieces(names)
        } catch let error
            where [.noFunction, .notPermitted, .resourceTemporarilyUnavailable].contains(error.errno)
        {
            // openat2 fails on kernels before 5.6, in older sandboxes that forbid unknown calls, and if a
            // rename elsewhere disturbs it. In the unit, RestrictSUIDSGID= makes it fail with ENOSYS, because
            // the filter cannot see the mode that openat2 would use for a new file.
            return try openStepByStep(names)
        }
    }

    /// Makes the missing folders of a path below this one, and opens the last.
    ///
    /// The parent of each new folder is flushed, so a power cut cannot lose the path to a file in it.
    /// Symbolic links and paths that leave this folder are refused as by `openFolder(_:)`. If an entry on the
    /// path is not a folder, throws ENOTDIR.
    /// - Parameters:
    ///   - path: names separated by slashes; empty means this folder itself.
    ///   - mode: permission bits of each new folder, from which the umask is removed.
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

    /// Makes a folder in this one, without a flush. Throws EEXIST if the name is taken.
    /// - Parameter mode: permission bits, from which the umask is removed.
    package func makeFolder(_ name: [UInt8], mode: UInt32) throws(SystemCallError) {
        let name = try entryName(name, for: "mkdirat")
        try expectPermission(for: .moving)
        try system("mkdirat") { mkdirat(descriptor.rawValue, name, mode) }
    }

    private func makeOrFind(_ name: [UInt8], mode: UInt32) throws(SystemCallError) -> DirectoryHandle {
        do throws(SystemCallError) {
            try makeFolder(name, mode: mode)
        } catch let error where error.errno == .fileExists {
            // Another process made it first, and may not have flushed it yet.
        }
        try flush()
        return try openFolder(name)
    }

    /// The names of a path.
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

    /// Opens with `openat2`, in as few calls as the kernel's limit on the length of a path allows.
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

    /// Opens with one `openat` for each name. None follows a symbolic link.
    func openStepByStep(_ names: [ArraySlice<UInt8>]) throws(SystemCallError) -> DirectoryHandle {
        var folder = self
        for name in names {
            let path = try terminated(name, for: "openat")
            // A folder on the way needs search permission only, as with openat2.
            let isPassed = name.endIndex != names.last?.endIndex
            let flags = Self.flags | O_NOFOLLOW | (isPassed ? linux_path_only : 0)
            let parent = folder
            try parent.expectPermission(for: .reading)
            do throws(SystemCallError) {
                let number = try system("openat") { openat(parent.descriptor.rawValue, path, flags) }
                folder = try parent.inner(owning: OwnedDescriptor(owning: number), isPassed: isPassed)
            } catch let error where error.errno == .notDirectory {
                // O_DIRECTORY fails with ENOTDIR for a symbolic link, where openat2 fails with ELOOP.
                let kind = try FileStatus(of: parent.descriptor, name: path).kind
                throw kind == .symbolicLink
                    ? SystemCallError(call: "openat", errno: .tooManySymbolicLinkLevels) : error
            }
        }
        return folder
    }
}
