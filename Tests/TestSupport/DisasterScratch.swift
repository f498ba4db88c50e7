internal import Glibc
package import LinuxSystem
internal import SystemPackage

/// A folder for one test, removed with it, with any depth and any bytes in the names in it.
package final class DisasterScratch: Sendable {
    package let path: String

    /// - Parameters:
    ///   - parent: `/tmp`, or `/dev/shm` for another file system.
    ///   - name: what its name begins with.
    package init(
        in parent: String = "/tmp", named name: String = "bitmind-disaster"
    ) throws(SystemCallError) {
        var template = Array("\(parent)/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemCallError(call: "mkdtemp", errno: .init(rawValue: errno))
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        do throws(SystemCallError) {
            try DirectoryHandle.open(path: path).empty()
        } catch {
            print("\(path) stays: \(error)")
        }
        rmdir(path)
    }

    /// Makes a folder in it, with those above.
    /// - Returns: its absolute path.
    @discardableResult
    package func folder(_ name: String) throws(SystemCallError) -> String {
        _ = try DirectoryHandle.open(path: path).makeFolders(Array(name.utf8), mode: 0o755)
        return "\(path)/\(name)"
    }
}

extension DirectoryHandle {
    /// Removes all that is in it.
    package func empty() throws(SystemCallError) {
        for entry in try allEntries() {
            if entry.kind == .folder {
                try openFolder(entry.name).empty()
                try removeFolder(entry.name)
            } else {
                try remove(entry.name)
            }
        }
    }
}

/// Writes a file in place: the same inode, other bytes.
/// - Parameter truncating: whether the file is truncated first; otherwise the bytes replace its beginning.
package func overwrite(
    _ path: String, with bytes: [UInt8], truncating: Bool = true
) throws(SystemCallError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | (truncating ? O_TRUNC : 0))
    guard descriptor >= 0 else { throw SystemCallError(call: "open", errno: .init(rawValue: errno)) }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
        throw SystemCallError(call: "write", errno: .init(rawValue: errno))
    }
}
