/// Where a path leads: through folders that are there to names that are not there yet.
package struct FolderPlace: Sendable {
    /// From the outermost to the innermost, at least one.
    private let folders: [FolderIdentity]
    /// Below the innermost, with a slash before each.
    private let names: [UInt8]

    /// - Parameters:
    ///   - folders: those that are there, from the top of the file system to the innermost.
    ///   - names: the others, from the outermost to the innermost.
    package init(folders: [FolderIdentity], names: [[UInt8]]) {
        self.folders = folders
        self.names = names.flatMap { [UInt8(ascii: "/")] + $0 }
    }

    /// By its text alone, as if nothing were there.
    init(named path: String) {
        folders = [FolderIdentity(device: 0, inode: 0)]
        names = Array(path.utf8)
    }

    /// What is equal for all paths that lead to the same place.
    struct Key: Hashable {
        let folder: FolderIdentity
        let names: ArraySlice<UInt8>
    }

    /// Its own key, then those of all places around it, from the nearest to the outermost.
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
