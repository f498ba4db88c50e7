import Glibc
import SystemPackage
import Testing

@testable import LinuxSystem

@Suite struct FolderLineageTests {
    @Test func `the folders around one are those that it lies in, and not those of the path to it`() throws {
        let scratch = try ScratchFolder()
        let inner = try scratch.handle.makeFolders([UInt8]("a/b"), mode: 0o755)
        try #require(symlink("a/b", "\(scratch.path)/link") == 0)
        let lineage = try DirectoryHandle.lineage(path: [UInt8]("\(scratch.path)/link".utf8))
        let expected = [inner, try scratch.handle.openFolder([UInt8]("a")), scratch.handle]
        #expect(try lineage.prefix(3).map(\.inode) == expected.map { try $0.status().inode })
        #expect(try lineage.last?.inode == DirectoryHandle.open(path: "/").status().inode)
        #expect(try inner.lineage(outwards: 1).map(\.inode) == lineage.prefix(2).map(\.inode))
        #expect(try DirectoryHandle.open(path: "/").lineage(outwards: 3).count == 1)
    }

    @Test func `a folder that is missing is reported as that`() throws {
        let scratch = try ScratchFolder()
        #expect(throws: SystemCallError(call: "openat", errno: .noSuchFileOrDirectory)) {
            try DirectoryHandle.lineage(path: [UInt8]("\(scratch.path)/none/deeper".utf8))
        }
    }
}
