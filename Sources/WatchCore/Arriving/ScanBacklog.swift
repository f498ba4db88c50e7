import OrderedCollections

/// The folders with more files than can be in hand, to be scanned further when there is room: in the order
/// added, each at most once.
package struct ScanBacklog: Sendable {
    private var order: OrderedDictionary<FolderTree.ID, Int> = [:]
    /// The estimated number of files that wait in these folders.
    package private(set) var files = 0

    package init() {}

    /// - Parameter files: the number of additional files that wait there.
    package mutating func add(_ folder: FolderTree.ID, files: Int) {
        order[folder, default: 0] += files
        self.files += files
    }

    /// The next folder to scan, and the estimated number of files that wait there.
    package var first: (id: FolderTree.ID, files: Int)? {
        order.elements.first.map { ($0.key, $0.value) }
    }

    /// - Returns: the estimated number of files that waited there.
    @discardableResult
    package mutating func remove(_ folder: FolderTree.ID) -> Int {
        guard let count = order.removeValue(forKey: folder) else { return 0 }
        files -= count
        return count
    }
}
