import Glibc

/// A path below an inbox, as raw bytes: components separated by `/`, none of them empty, `.` or `..`.
///
/// Linux file names are bytes without NUL and `/` (path_resolution(7)), in no particular encoding; they
/// stay bytes until they are shown (`DisplayName`).
package struct RelativePath: Hashable, Sendable {
    package let bytes: [UInt8]

    /// - Parameter bytes: a relative path; empty for the inbox itself.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// How long a path can be for the kernel to take it (PATH_MAX, without the NUL at its end), in bytes.
    package static let mostBytes = 4095

    /// Whether the kernel takes it, as a path from the inbox.
    package var isTooLong: Bool { bytes.count > Self.mostBytes }

    /// The inbox itself.
    package static let root = RelativePath([])

    package var isRoot: Bool { bytes.isEmpty }

    /// The last component.
    package var name: [UInt8] {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes }
        return Array(bytes[(slash + 1)...])
    }

    /// The folder that holds the last component.
    package var folder: RelativePath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return .root }
        return RelativePath(Array(bytes[..<slash]))
    }

    /// This path with one more component.
    package func appending(_ name: [UInt8]) -> RelativePath {
        isRoot ? RelativePath(name) : RelativePath(bytes + [UInt8(ascii: "/")] + name)
    }

    /// Whether this path is `folder` or lies below it.
    package func isInside(_ folder: RelativePath) -> Bool {
        folder.isRoot || bytes == folder.bytes
            || (bytes.starts(with: folder.bytes) && bytes[folder.bytes.count] == UInt8(ascii: "/"))
    }
}

extension RelativePath {
    // All bytes at once: paths may be long, and many.

    package func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }

    package static func == (one: RelativePath, other: RelativePath) -> Bool {
        one.bytes.withUnsafeBytes { one in
            other.bytes.withUnsafeBytes { other in
                guard one.count == other.count else { return false }
                guard let start = one.baseAddress, let otherStart = other.baseAddress else { return true }
                return start == otherStart || memcmp(start, otherStart, one.count) == 0
            }
        }
    }
}

extension Set<RelativePath> {
    /// Whether it has this path, or a folder above it.
    package func contains(anyAbove path: RelativePath) -> Bool {
        var path = path
        while !contains(path) {
            if path.isRoot { return false }
            path = path.folder
        }
        return true
    }
}
