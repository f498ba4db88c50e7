import Testing
import WatchCore

@Suite("FolderTree and ScanBacklog")
struct FolderTreeTests {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// A tree with the folders at these paths, parents first, each watched by its number from 1.
    static func tree(_ paths: String...) -> FolderTree {
        var tree = FolderTree()
        tree.setWatch(1, for: tree.addRoot(inode: 1))
        for (index, path) in paths.enumerated() {
            let relative = RelativePath(bytes(path))
            guard let parent = tree.folder(at: relative.folder) else { continue }
            tree.setWatch(
                Int32(index + 2), for: tree.add(relative.name, to: parent, inode: UInt64(index + 2)))
        }
        return tree
    }

    static func folder(_ path: String, of tree: FolderTree) throws -> FolderTree.ID {
        try #require(tree.folder(at: RelativePath(bytes(path))))
    }

    @Test func `folders are found by their path, and know it`() throws {
        let tree = Self.tree("a", "a/b", "a/b/c", "d")
        for path in ["", "a", "a/b", "a/b/c", "d"] {
            #expect(tree.path(of: try Self.folder(path, of: tree)) == RelativePath(Self.bytes(path)))
        }
        for path in ["b", "a/c", "a/b/c/d", "aa"] {
            #expect(tree.folder(at: RelativePath(Self.bytes(path))) == nil)
        }
        #expect(tree.count == 5 && tree.all.count == 5)
        #expect(tree.root == tree.folder(at: .root))
    }

    @Test func `names are bytes`() throws {
        var tree = Self.tree()
        let root = try #require(tree.root)
        let odd = tree.add([0xFF, 0x0A], to: root, inode: 5)
        #expect(tree.path(of: odd).bytes == [0xFF, 0x0A])
        #expect(tree.child([0xFF], of: root) == nil && tree.child([0xFF, 0x0A], of: root) == odd)
    }

    @Test func `a folder is in the tree once`() throws {
        var tree = Self.tree("a")
        let root = try #require(tree.root)
        let known = try Self.folder("a", of: tree)
        #expect(tree.add(Self.bytes("a"), to: root, inode: 99) == known)
        #expect(tree.inode(of: known) == 2 && tree.count == 2)
    }

    @Test func `a watch found at a second place belongs there from then on`() throws {
        var tree = Self.tree("a", "b")
        let a = try Self.folder("a", of: tree)
        let b = try Self.folder("b", of: tree)
        tree.setWatch(2, for: b)
        #expect(tree.folder(watchedBy: 2) == b)
        #expect(tree.folder(watchedBy: 3) == nil, "what watched it before watches another folder")
        #expect(tree.remove(a).watches == [], "the watch is not taken from its new place")
        #expect(tree.folder(watchedBy: 2) == b && tree.remove(b).watches == [2])
    }

    @Test func `a watch that the kernel dropped stands for nothing`() throws {
        var tree = Self.tree("a")
        tree.forgetWatch(2)
        tree.forgetWatch(77)
        #expect(tree.folder(watchedBy: 2) == nil)
        let root = try #require(tree.root)
        #expect(tree.folder(watchedBy: 1) == root && tree.remove(root).watches == [1])
    }

    @Test func `a folder goes with all below it, and gives its watches back`() throws {
        var tree = Self.tree("a", "a/b", "a/b/c", "d")
        let inside = try ["a", "a/b", "a/b/c"].map { try Self.folder($0, of: tree) }
        let (folders, watches) = tree.remove(inside[0])
        #expect(Set(folders) == Set(inside) && Set(watches) == [2, 3, 4])
        #expect(tree.count == 2 && watches.allSatisfy { tree.folder(watchedBy: $0) == nil })
        #expect(tree.folder(at: RelativePath(Self.bytes("a/b"))) == nil)
        #expect(tree.remove(inside[0]).folders == [], "twice is once")
    }

    @Test func `a folder that is gone is never taken for a later one in its place`() throws {
        var tree = Self.tree("a", "a/b")
        let old = try Self.folder("a", of: tree)
        tree.setWatch(9, for: old)
        _ = tree.remove(old)
        let new = tree.add(Self.bytes("new"), to: try #require(tree.root), inode: 50)
        #expect(new != old && tree.contains(new) && !tree.contains(old))
        tree.setWatch(10, for: old)
        #expect(tree.folder(watchedBy: 10) == nil)
        #expect(tree.inode(of: old) == nil && tree.children(of: old).isEmpty && tree.path(of: old).isRoot)
        #expect(tree.remove(old).folders == [] && tree.contains(new))
        #expect(tree.remove(new).watches == [])
    }

    @Test func `a tree whose inbox is gone is empty, asks for nothing and can begin again`() throws {
        var tree = Self.tree("a", "a/b")
        let root = try #require(tree.root)
        let child = try Self.folder("a/b", of: tree)
        let watches = tree.remove(root).watches
        #expect(watches.count == 3 && watches.allSatisfy { tree.folder(watchedBy: $0) == nil })
        #expect(tree.root == nil && tree.count == 0 && tree.all.isEmpty)
        #expect(!tree.contains(root) && !tree.contains(child))
        #expect(tree.folder(at: .root) == nil)
        tree.setWatch(4, for: child)
        #expect(tree.remove(child).folders == [] && tree.folder(watchedBy: 4) == nil)
        let again = tree.addRoot(inode: 8)
        #expect(again != root && tree.root == again && tree.count == 1)
    }

    @Test func `thousands of folders come and go, and the tree holds what is there`() throws {
        var tree = FolderTree()
        let root = tree.addRoot(inode: 1)
        for round in 0..<5 {
            let ids = (0..<2000).map { tree.add(Self.bytes("\(round)-\($0)"), to: root, inode: 7) }
            #expect(Set(ids).count == 2000 && tree.count == 2001)
            for id in ids { _ = tree.remove(id) }
            #expect(tree.count == 1 && tree.children(of: root).isEmpty)
        }
    }

    @Test func `a backlog gives its folders in the order in which they came, each once`() throws {
        let tree = Self.tree("a", "b", "c")
        let ids = try ["a", "b", "c"].map { try Self.folder($0, of: tree) }
        var backlog = ScanBacklog()
        #expect(backlog.first == nil)
        for (id, files) in [(ids[0], 5), (ids[1], 7), (ids[0], 1), (ids[2], 0)] {
            backlog.add(id, files: files)
        }
        #expect(backlog.files == 13)
        #expect(backlog.first?.id == ids[0] && backlog.first?.files == 6)
        backlog.remove(ids[0])
        backlog.remove(ids[0])
        #expect(backlog.files == 7 && backlog.first?.id == ids[1])
        backlog.add(ids[0], files: 1)
        backlog.remove(ids[1])
        backlog.remove(ids[2])
        #expect(backlog.first?.id == ids[0] && backlog.files == 1)
        backlog.remove(ids[0])
        #expect(backlog.first == nil && backlog.files == 0)
    }

    static let paths: [(String, folder: String, name: String)] = [
        ("a.jpg", "", "a.jpg"), ("a/b.jpg", "a", "b.jpg"), ("a/b/c", "a/b", "c"), ("", "", ""),
    ]

    @Test(arguments: paths)
    func `a path has a folder and a name, and is put together from them`(
        path: String, folder: String, name: String
    ) {
        let path = RelativePath(Self.bytes(path))
        #expect(path.folder == RelativePath(Self.bytes(folder)) && path.name == Self.bytes(name))
        if !path.isRoot { #expect(path.folder.appending(path.name) == path) }
    }

    @Test func `a path is inside a folder by whole names`() {
        let inside = [("a/b", "a"), ("a", "a"), ("a/b/c", "a/b"), ("x", ""), ("", "")]
        let outside = [("ab", "a"), ("a", "a/b"), ("b/a", "a"), ("", "a")]
        for (path, folder) in inside {
            #expect(RelativePath(Self.bytes(path)).isInside(RelativePath(Self.bytes(folder))))
        }
        for (path, folder) in outside {
            #expect(!RelativePath(Self.bytes(path)).isInside(RelativePath(Self.bytes(folder))))
        }
    }
}
