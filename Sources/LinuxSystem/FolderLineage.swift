import CLinux
import Glibc

extension DirectoryHandle {
    /// The status of a folder and of all its parents, from the innermost to the root. The parents are the
    /// real ones, which may differ from those the path names. Needs search permission only, not read
    /// permission.
    /// - Parameter path: absolute; it may lead through symbolic links.
    package static func lineage(path: [UInt8]) throws(SystemCallError) -> [FileStatus] {
        try climb(from: descriptor(at: path, from: AT_FDCWD), atMost: .max)
    }

    /// The status of this folder and of `count` parents, innermost first. Fewer are returned at the root of
    /// the file system.
    package func lineage(outwards count: Int) throws(SystemCallError) -> [FileStatus] {
        try Self.climb(from: Self.descriptor(at: Array(".".utf8), from: descriptor.rawValue), atMost: count)
    }

    private static func climb(
        from first: consuming OwnedDescriptor, atMost count: Int
    ) throws(SystemCallError) -> [FileStatus] {
        var folder = first
        var last = try FileStatus(of: folder)
        var found = [last]
        while found.count <= count {
            let number = folder.rawValue
            let parent = try descriptor(at: Array("..".utf8), from: number)
            let status = try FileStatus(of: parent)
            // The parent of the root is the root.
            if (status.device, status.inode) == (last.device, last.inode) { break }
            found.append(status)
            last = status
            folder = parent
        }
        return found
    }

    private static func descriptor(
        at path: [UInt8], from folder: CInt
    ) throws(SystemCallError) -> OwnedDescriptor {
        let path = try terminated(path, for: "openat")
        let flags = linux_path_only | O_DIRECTORY | O_CLOEXEC
        return OwnedDescriptor(owning: try system("openat") { openat(folder, path, flags) })
    }
}
