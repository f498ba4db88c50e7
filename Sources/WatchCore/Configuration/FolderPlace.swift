/// Where a path leads: through existing folders to names that do not exist yet.
package struct FolderPlace: Sendable {
    /// From the outermost to the innermost; at least one.
    private let folders: [FolderIdentity]
    /// The names below the innermost folder, each preceded by a slash.
    private let names: [UInt8]

    /// - Parameters:
    ///   - folders: the existing folders, from the root of the file system to the innermost.
    ///   - names: the remaining names, from the outermost to the innermost.
    package init(folders: [FolderIdentity], names: [[UInt8]]) {
        self.folders = folders
        self.names = names.flatMap { [UInt8(ascii: "/")] + $0 }
    }

    /// The place by its text alone, as if no folder existed.
    init(named path: String) {
        folders = [FolderIdentity(device: 0, inode: 0)]
        names = Array(path.utf8)
    }

    /// A value that is equal for all paths that lead to the same place.
    struct Key: Hashable {
        let folder: FolderIdentity
        let names: ArraySlice<UInt8>
    }

    /// Its own key, then the keys of all places around it, innermost first.
    var keys: [Key] {
        let innermost = folders.last.map { folder in
            names.indices.reversed().filter { names[$0] == UInt8(ascii: "/") }
                .map { slash in
                    names[slash...].dropFirst().firstIndex(of: UInt8(ascii: "/")) ?? names.endIndex
                }
                .map { Key(folder: folder, names: names[..<$0]) }
        }
        return (innermost ?? []) + folders.reversed().map { Key(folder: $0, names: []) }
    }
}
