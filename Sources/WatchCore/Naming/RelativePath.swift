import Glibc

/// A path below an inbox, as raw bytes: components separated by `/`, none of them empty, `.` or `..`.
///
/// Linux file names are bytes without NUL and `/` (path_resolution(7)), in no particular encoding. They stay
/// bytes until they are shown (`DisplayName`).
package struct RelativePath: Hashable, Sendable {
    /// The path of the folder that holds the last component. The files of one folder share it (`FolderPath`).
    package let folderBytes: [UInt8]
    /// The last component; empty for the inbox itself.
    package let name: [UInt8]

    /// - Parameter bytes: a relative path; empty for the inbox itself.
    package init(_ bytes: [UInt8]) {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
            self.init(folderBytes: [], name: bytes)
            return
        }
        self.init(folderBytes: Array(bytes[..<slash]), name: Array(bytes[(slash + 1)...]))
    }

    fileprivate init(folderBytes: [UInt8], name: [UInt8]) {
        self.folderBytes = folderBytes
        self.name = name
    }

    /// The longest path that the kernel accepts, in bytes (PATH_MAX, without the final NUL).
    package static let mostBytes = 4095

    /// Whether the path is too long for the kernel, as a path from the inbox.
    package var isTooLong: Bool { count > Self.mostBytes }

    /// The inbox itself.
    package static let root = RelativePath([])

    package var isRoot: Bool { name.isEmpty && folderBytes.isEmpty }

    /// The whole path.
    package var bytes: [UInt8] {
        folderBytes.isEmpty ? name : folderBytes + [UInt8(ascii: "/")] + name
    }

    /// The length of the path, in bytes.
    package var count: Int { folderBytes.isEmpty ? name.count : folderBytes.count + 1 + name.count }

    /// The folder that holds the last component.
    package var folder: RelativePath { RelativePath(folderBytes) }

    /// This path with one more component.
    package func appending(_ name: [UInt8]) -> RelativePath { FolderPath(self).appending(name) }

    /// Whether this path is `folder` or lies below it.
    package func isInside(_ folder: RelativePath) -> Bool {
        if folder.isRoot || self == folder { return true }
        guard folderBytes.count >= folder.count else { return false }
        let above = folder.bytes
        return folderBytes.starts(with: above)
            && (folderBytes.count == above.count || folderBytes[above.count] == UInt8(ascii: "/"))
    }
}

extension RelativePath {
    // Compared in one pass, because paths may be long and many.

    package func hash(into hasher: inout Hasher) {
        folderBytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        name.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    package static func == (one: RelativePath, other: RelativePath) -> Bool {
        areEqual(one.name, other.name) && areEqual(one.folderBytes, other.folderBytes)
    }

    private static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.withUnsafeBytes { one in
            other.withUnsafeBytes { other in
                guard one.count == other.count else { return false }
                guard let start = one.baseAddress, let otherStart = other.baseAddress else { return true }
                return start == otherStart || memcmp(start, otherStart, one.count) == 0
            }
        }
    }
}

/// The path of a folder below an inbox, for the paths of its entries. These share its bytes.
package struct FolderPath: Sendable {
    private let bytes: [UInt8]

    package init(_ path: RelativePath) { bytes = path.bytes }

    /// - Parameter name: one component.
    package func appending(_ name: [UInt8]) -> RelativePath {
        RelativePath(folderBytes: bytes, name: name)
    }
}

extension Set<RelativePath> {
    /// Whether `path` is this folder's path, or the path of a folder above it.
    package func contains(anyAbove path: RelativePath) -> Bool {
        var path = path
        while !contains(path) {
            if path.isRoot { return false }
            path = path.folder
        }
        return true
    }
}
