import OrderedCollections

/// The folders that hold more files than fit the active set, to be scanned on when there is room: the first one
/// first, each at most once.
package struct ScanBacklog: Sendable {
    private var order: OrderedDictionary<FolderTree.ID, Int> = [:]
    /// How many files are thought to wait in these folders.
    package private(set) var files = 0

    package init() {}

    /// - Parameter files: how many more files wait there.
    package mutating func add(_ folder: FolderTree.ID, files: Int) {
        order[folder, default: 0] += files
        self.files += files
    }

    /// The folder to be scanned next, and how many files are thought to wait there.
    package var first: (id: FolderTree.ID, files: Int)? {
        order.elements.first.map { ($0.key, $0.value) }
    }

    /// - Returns: how many files were thought to wait there.
    @discardableResult
    package mutating func remove(_ folder: FolderTree.ID) -> Int {
        guard let count = order.removeValue(forKey: folder) else { return 0 }
        files -= count
        return count
    }
}
