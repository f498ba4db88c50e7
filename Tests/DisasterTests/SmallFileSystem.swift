import Glibc
import LinuxSystem
import Testing

/// A tmpfs of that many megabytes, unmounted with this object.
final class SmallFileSystem: Sendable {
    let path: String

    /// - Parameter path: the folder that it is mounted over.
    init(megabytes: Int, at path: String) throws {
        self.path = path
        try #require(mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0, "no mount: errno \(errno)")
    }

    deinit { unmount() }

    func unmount() { umount2(path, Int32(MNT_DETACH)) }

    /// Takes all room there is.
    func fill() throws {
        let folder = try DirectoryHandle.open(path: path)
        let file = try folder.createFile(Array("ballast".utf8), mode: 0o600)
        let block = [UInt8](repeating: 0, count: 4096)
        do throws(SystemCallError) {
            while true { try file.write(block) }
        } catch {
            // It is full.
        }
    }

    func empty() { unlink(path + "/ballast") }

    func setReadOnly(_ isReadOnly: Bool) throws {
        let flags = UInt(MS_REMOUNT) | (isReadOnly ? UInt(MS_RDONLY) : 0)
        try #require(mount("tmpfs", path, "tmpfs", flags, nil) == 0, "no remount: errno \(errno)")
    }
}
