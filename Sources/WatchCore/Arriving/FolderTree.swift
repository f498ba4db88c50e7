/// The folders of one inbox, and the inotify watch of each.
///
/// A watch follows an inode, the tree follows names: a folder that moves keeps its watch in the kernel while
/// its place in the tree changes. Therefore the place where a watch was last found owns it.
package struct FolderTree: Sendable {
    /// Identifies a folder while it is in the tree. A later folder in the same place gets another ID.
    package struct ID: Hashable, Sendable {
        fileprivate let index: Int
        fileprivate let serial: UInt64
    }

    private struct Node: Sendable {
        let serial: UInt64
        // A folder that moves gets a new ID.
        let parent: ID?
        let name: [UInt8]
        var children: [[UInt8]: ID] = [:]
        var watch: Int32?
        var inode: UInt64
    }

    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var byWatch: [Int32: ID] = [:]
    private var rootID: ID?
    private var serials: UInt64 = 0
    /// The folder of the latest events. Most consecutive events are of one folder.
    private var latest: (folder: ID, path: FolderPath)?

    package init() {}

    /// The number of folders, including the inbox itself.
    package var count: Int { nodes.count - free.count }

    package var root: ID? { rootID }

    /// Every folder, in no particular order.
    package var all: [ID] {
        nodes.indices.compactMap { index in nodes[index].map { ID(index: index, serial: $0.serial) } }
    }

    /// Adds the inbox itself, and removes the earlier content of the tree.
    package mutating func addRoot(inode: UInt64) -> ID {
        clear()
        let id = insert(parent: nil, name: [], inode: inode)
        rootID = id
        return id
    }

    /// Adds a folder, or returns the existing one of that name.
    /// - Parameter parent: a folder of the tree.
    package mutating func add(_ name: [UInt8], to parent: ID, inode: UInt64) -> ID {
        if let known = child(name, of: parent) { return known }
        let id = insert(parent: parent, name: name, inode: inode)
        if contains(parent) { nodes[parent.index]?.children[name] = id }
        return id
    }

    private mutating func insert(parent: ID?, name: [UInt8], inode: UInt64) -> ID {
        serials += 1
        let node = Node(serial: serials, parent: parent, name: name, inode: inode)
        if let index = free.popLast() {
            nodes[index] = node
            return ID(index: index, serial: serials)
        }
        nodes.append(node)
        return ID(index: nodes.count - 1, serial: serials)
    }

    private mutating func clear() {
        nodes = []
        free = []
        byWatch = [:]
        rootID = nil
    }

    private func node(_ id: ID) -> Node? {
        guard nodes.indices.contains(id.index), let node = nodes[id.index], node.serial == id.serial else {
            return nil
        }
        return node
    }

    package func child(_ name: [UInt8], of parent: ID) -> ID? { node(parent)?.children[name] }
    /// The parent of this folder; nil for the inbox itself.
    package func parent(of id: ID) -> ID? { node(id)?.parent }
    /// The folder's name in its parent.
    package func name(of id: ID) -> [UInt8]? { node(id)?.name }
    package func contains(_ id: ID) -> Bool { node(id) != nil }
    package func inode(of id: ID) -> UInt64? { node(id)?.inode }
    package func folder(watchedBy watch: Int32) -> ID? { byWatch[watch] }
    package func children(of id: ID) -> [(name: [UInt8], id: ID)] {
        node(id)?.children.map { ($0.key, $0.value) } ?? []
    }

    /// Assigns `watch` to `id`, and to no other folder.
    /// - Returns: the earlier watch of `id`, which the caller removes from the kernel.
    @discardableResult
    package mutating func setWatch(_ watch: Int32, for id: ID) -> Int32? {
        guard let node = node(id) else { return nil }
        if let previous = byWatch[watch], previous != id { nodes[previous.index]?.watch = nil }
        let old = node.watch == watch ? nil : node.watch
        if let old { byWatch[old] = nil }
        nodes[id.index]?.watch = watch
        byWatch[watch] = id
        return old
    }

    /// Removes the watch of a folder.
    /// - Returns: the removed watch, which the caller removes from the kernel.
    package mutating func takeWatch(of id: ID) -> Int32? {
        guard let watch = node(id)?.watch else { return nil }
        forgetWatch(watch)
        return watch
    }

    /// Records that the kernel has removed `watch` (`IN_IGNORED`).
    package mutating func forgetWatch(_ watch: Int32) {
        if let id = byWatch.removeValue(forKey: watch) { nodes[id.index]?.watch = nil }
    }

    /// The folder's path below the inbox.
    package func path(of id: ID) -> RelativePath {
        var names: [[UInt8]] = []
        var next: ID? = id
        while let current = next, let node = node(current) {
            if node.parent != nil { names.append(node.name) }
            next = node.parent
        }
        return RelativePath(Array(names.reversed().joined(separator: [UInt8(ascii: "/")])))
    }

    /// The path of an entry of a folder, below the inbox.
    package mutating func path(of name: [UInt8], in folder: ID) -> RelativePath {
        if let latest, latest.folder == folder { return latest.path.appending(name) }
        let path = FolderPath(path(of: folder))
        latest = (folder, path)
        return path.appending(name)
    }

    /// The folder at a path below the inbox.
    package func folder(at path: RelativePath) -> ID? {
        guard var id = root else { return nil }
        for name in path.bytes.split(separator: UInt8(ascii: "/")) {
            guard let child = child(Array(name), of: id) else { return nil }
            id = child
        }
        return id
    }

    /// Removes a folder and all folders below it.
    /// - Returns: the removed folders, and their watches, which the caller removes from the kernel.
    package mutating func remove(_ id: ID) -> (folders: [ID], watches: [Int32]) {
        var removed: [ID] = []
        var watches: [Int32] = []
        if let node = node(id), let parent = node.parent, contains(parent) {
            nodes[parent.index]?.children[node.name] = nil
        }
        var pending = [id]
        while let next = pending.popLast() {
            guard let node = node(next) else { continue }
            pending.append(contentsOf: node.children.values)
            if let watch = node.watch {
                watches.append(watch)
                byWatch[watch] = nil
            }
            nodes[next.index] = nil
            free.append(next.index)
            removed.append(next)
        }
        if count == 0 { clear() }
        return (removed, watches)
    }
}
