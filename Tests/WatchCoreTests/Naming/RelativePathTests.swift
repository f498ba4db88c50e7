import Testing
import WatchCore

@Suite("Paths below an inbox")
struct RelativePathTests {
    /// A path, its folder, its name.
    static let paths: [(path: String, folder: String, name: String)] = [
        ("", "", ""), ("a", "", "a"), ("a/b", "a", "b"), ("a/b/c", "a/b", "c"), ("aa/b", "aa", "b"),
        ("a/bb/c.jpg", "a/bb", "c.jpg"),
    ]

    @Test(arguments: paths.indices)
    func `a path is its folder's with one more component`(index: Int) {
        let (path, folder, name) = Self.paths[index]
        let whole = RelativePath(Array(path.utf8))
        #expect(whole.bytes == Array(path.utf8) && whole.count == path.utf8.count)
        #expect(whole.folder.bytes == Array(folder.utf8) && whole.name == Array(name.utf8))
        #expect(whole.isRoot == path.isEmpty)
        if !whole.isRoot {
            let made = RelativePath(Array(folder.utf8)).appending(Array(name.utf8))
            #expect(made == whole && made.hashValue == whole.hashValue)
        }
        for other in Self.paths where other.path != path {
            #expect(RelativePath(Array(other.path.utf8)) != whole)
        }
    }

    @Test func `a path is inside a folder by whole components`() {
        func isInside(_ path: String, _ folder: String) -> Bool {
            RelativePath(Array(path.utf8)).isInside(RelativePath(Array(folder.utf8)))
        }
        for (path, folder) in [
            ("a", ""), ("", ""), ("a", "a"), ("a/b", "a"), ("a/b/c", "a"), ("a/b/c", "a/b"),
        ] {
            #expect(isInside(path, folder), "\(path) in \(folder)")
        }
        for (path, folder) in [
            ("", "a"), ("ab", "a"), ("ab/c", "a"), ("a", "a/b"), ("a/bc/d", "a/b"), ("b/a", "a"),
        ] {
            #expect(!isInside(path, folder), "\(path) in \(folder)")
        }
    }

    @Test func `the entries of a folder share its path`() {
        let listed = FolderPath(RelativePath(Array("a/b".utf8)))
        var tree = FolderTree()
        let folder = tree.add(
            Array("b".utf8), to: tree.add(Array("a".utf8), to: tree.addRoot(inode: 1), inode: 2), inode: 3)
        for path in [{ listed.appending($0) }, { tree.path(of: $0, in: folder) }]
            as [([UInt8]) -> RelativePath]
        {
            let (one, other) = (path(Array("1.jpg".utf8)), path(Array("2.jpg".utf8)))
            #expect(one.bytes == Array("a/b/1.jpg".utf8) && other.bytes == Array("a/b/2.jpg".utf8))
            one.folderBytes.withUnsafeBufferPointer { one in
                other.folderBytes.withUnsafeBufferPointer { other in
                    #expect(one.baseAddress == other.baseAddress)
                }
            }
        }
    }

    @Test func `another folder in a folder's place has its own entries`() {
        var tree = FolderTree()
        let root = tree.addRoot(inode: 1)
        let first = tree.add(Array("a".utf8), to: root, inode: 2)
        #expect(tree.path(of: Array("x".utf8), in: first).bytes == Array("a/x".utf8))
        _ = tree.remove(first)
        let second = tree.add(Array("b".utf8), to: root, inode: 2)
        #expect(tree.path(of: Array("x".utf8), in: second).bytes == Array("b/x".utf8))
        #expect(tree.path(of: Array("x".utf8), in: root).bytes == Array("x".utf8))
    }
}
