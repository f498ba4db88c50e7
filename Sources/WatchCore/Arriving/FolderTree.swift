/// The folders of one inbox, and which inotify watch stands for which.
///
/// Watches follow inodes, the tree follows names: a folder that moves keeps its watch in the kernel while its
/// place in the tree changes. Whoever finds a watch at a second place thus owns it from then on.
package struct FolderTree: Sendable {
    package struct ID: Hashable, Sendable {
        fileprivate let index: Int
    }

    private struct Node: Sendable {
        var parent: ID?
        var name: [UInt8]
        var children: [[UInt8]: ID] = [:]
        var watch: Int32?
        var inode: UInt64
    }

    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var byWatch: [Int32: ID] = [:]

    package init() {}

    /// How many folders there are, the inbox itself included.
    package var count: Int { nodes.count - free.count }
    /// How many of them inotify watches.
    package var watchedCount: Int { byWatch.count }

    package var root: ID? { nodes.isEmpty || nodes[0] == nil ? nil : ID(index: 0) }

    /// Every folder, in no particular order.
    package var all: [ID] { nodes.indices.filter { nodes[$0] != nil }.map(ID.init) }

    /// Adds the inbox itself; only to an empty tree.
    package mutating func addRoot(inode: UInt64) -> ID {
        self = FolderTree()
        nodes.append(Node(parent: nil, name: [], inode: inode))
        return ID(index: 0)
    }

    /// Adds a folder, or gives the one of that name.
    package mutating func add(_ name: [UInt8], to parent: ID, inode: UInt64) -> ID {
        if let known = child(name, of: parent) { return known }
        let node = Node(parent: parent, name: name, inode: inode)
        let id: ID
        if let index = free.popLast() {
            nodes[index] = node
            id = ID(index: index)
        } else {
            nodes.append(node)
            id = ID(index: nodes.count - 1)
        }
        nodes[parent.index]?.children[name] = id
        return id
    }

    package func child(_ name: [UInt8], of parent: ID) -> ID? { nodes[parent.index]?.children[name] }
    package func contains(_ id: ID) -> Bool { nodes.indices.contains(id.index) && nodes[id.index] != nil }
    package func inode(of id: ID) -> UInt64? { nodes[id.index]?.inode }
    package func watch(of id: ID) -> Int32? { nodes[id.index]?.watch }
    package func folder(watchedBy watch: Int32) -> ID? { byWatch[watch] }
    package func children(of id: ID) -> [(name: [UInt8], id: ID)] {
        nodes[id.index]?.children.map { ($0.key, $0.value) } ?? []
    }

    /// Says that `watch` stands for `id`, and for no other folder any more.
    package mutating func setWatch(_ watch: Int32, for id: ID) {
        if let previous = byWatch[watch], previous != id { nodes[previous.index]?.watch = nil }
        if let old = nodes[id.index]?.watch, old != watch { byWatch[old] = nil }
        nodes[id.index]?.watch = watch
        byWatch[watch] = id
    }

    /// Says that the kernel has dropped `watch` (`IN_IGNORED`).
    package mutating func forgetWatch(_ watch: Int32) {
        if let id = byWatch.removeValue(forKey: watch) { nodes[id.index]?.watch = nil }
    }

    /// The folder's path below the inbox.
    package func path(of id: ID) -> RelativePath {
        var names: [[UInt8]] = []
        var next: ID? = id
        while let current = next, let node = nodes[current.index] {
            if node.parent != nil { names.append(node.name) }
            next = node.parent
        }
        return RelativePath(Array(names.reversed().joined(separator: [UInt8(ascii: "/")])))
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

    /// Removes a folder with all below it.
    /// - Returns: the removed folders, and the watches that stood for them, to be given back to the kernel.
    package mutating func remove(_ id: ID) -> (folders: [ID], watches: [Int32]) {
        var removed: [ID] = []
        var watches: [Int32] = []
        if let node = nodes[id.index], let parent = node.parent { nodes[parent.index]?.children[node.name] = nil }
        var pending = [id]
        while let next = pending.popLast() {
            guard let node = nodes[next.index] else { continue }
            pending.append(contentsOf: node.children.values)
            if let watch = node.watch {
                watches.append(watch)
                byWatch[watch] = nil
            }
            nodes[next.index] = nil
            free.append(next.index)
            removed.append(next)
        }
        if count == 0 { self = FolderTree() }
        return (removed, watches)
    }
}
