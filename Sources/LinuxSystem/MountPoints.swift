import Glibc

/// The mount points, from `/proc/self/mountinfo` (proc(5)).
package struct MountPoints: Sendable {
    private var text: [UInt8] = []
    /// Path and mount number of each mount point below the requested folder.
    private var known: Set<Mount> = []

    private struct Mount: Hashable {
        let path: [UInt8]
        let number: ArraySlice<UInt8>
    }

    package init() {}

    /// Where something was mounted or unmounted below a folder since the last call.
    /// - Returns: paths below the folder; none if the list of mounts cannot be read.
    package mutating func changes(below folder: DirectoryHandle) -> Set<[UInt8]> {
        guard let new = Self.read(), new != text, let path = folder.path else { return [] }
        text = new
        let mounts = Self.mounts(in: new, below: path)
        defer { known = mounts }
        return Set(mounts.symmetricDifference(known).map(\.path))
    }

    private static func read() -> [UInt8]? {
        do throws(SystemCallError) {
            let file = try DirectoryHandle.open(path: "/proc/self").openFile(Array("mountinfo".utf8))
            return try file.bytes(at: 0, count: 4 << 20)
        } catch {
            return nil
        }
    }

    /// Each line: number of the mount, number of its parent, device, root, mount point, options.
    private static func mounts(in text: [UInt8], below folder: [UInt8]) -> Set<Mount> {
        let prefix = folder == [UInt8(ascii: "/")] ? folder : folder + [UInt8(ascii: "/")]
        var mounts: Set<Mount> = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
            guard fields.count > 4 else { continue }
            let point = unescaped(fields[4])
            guard point.starts(with: prefix), point.count > prefix.count else { continue }
            mounts.insert(Mount(path: Array(point.dropFirst(prefix.count)), number: fields[0]))
        }
        return mounts
    }

    /// Blanks, tabs, line feeds and backslashes are written as three octal digits.
    private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}

extension DirectoryHandle {
    /// The folder's current absolute path; nil if the kernel does not report it.
    fileprivate var path: [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let link = "/proc/self/fd/\(descriptor.rawValue)"
        let count = buffer.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map {
                readlink(link, $0.assumingMemoryBound(to: CChar.self), buffer.count)
            } ?? 0
        }
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }
}
