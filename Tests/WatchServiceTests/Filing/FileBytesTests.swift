import Glibc
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@testable import WatchService

/// Every read of a file ends.
@Suite(.holds(descriptors: 12)) struct FileBytesTests {
    private let scratch: DisasterScratch
    private let folder: DirectoryHandle
    private let file: FileHandle
    private let content = Array(repeating: UInt8(7), count: 3_000_000)

    init() throws {
        scratch = try DisasterScratch(in: "/dev/shm", named: "bitmind-bytes")
        folder = try DirectoryHandle.open(path: scratch.path)
        try folder.createFile(Array("file".utf8), mode: 0o644).write(content)
        file = try folder.openFile(Array("file".utf8))
    }

    @Test func `a file of the size that is expected has its digest`() throws {
        #expect(try file.sha256(size: 3_000_000) == sha256(content))
    }

    /// Of a file that has grown to 4 TiB, one byte more than expected is read.
    @Test(arguments: [Int64(3_000_001), 4 << 40])
    func `a file that grows while it is read has no digest, and is not read to its end`(size: Int64) throws {
        var asked = 0
        let digest = try file.sha256(size: 3_000_000) {
            asked += 1
            // After the first piece was read.
            if asked == 2 { truncate("\(scratch.path)/file", off_t(size)) }
            return true
        }
        #expect(digest == nil && asked <= 4)
    }

    @Test func `a file that shrinks while it is read has no digest`() throws {
        var asked = 0
        let digest = try file.sha256(size: 3_000_000) {
            asked += 1
            if asked == 2 { truncate("\(scratch.path)/file", 1_500_000) }
            return true
        }
        #expect(digest == nil)
    }

    @Test func `a copy of a file that has grown ends as soon as that is seen`() throws {
        #expect(truncate("\(scratch.path)/file", 4 << 40) == 0)
        let copy = try folder.createFile(Array("copy".utf8), mode: 0o644)
        #expect(try copy.takeContent(of: file, size: 3_000_000) == nil)
        #expect(try copy.status().size <= 3_000_000)
    }

    private static let program = "/usr/bin/passwd"
    private static var isOfRoot: Bool {
        var status = stat()
        return geteuid() != 0 && stat(program, &status) == 0 && status.st_mode & S_ISUID != 0
    }

    @Test(.enabled(if: isOfRoot, "a user without root, and a program that runs as root, show it"))
    func `a copy that could not keep its owner runs as nobody else`() throws {
        let original = try DirectoryHandle.open(path: "/usr/bin").openFile(Array("passwd".utf8))
        let copy = try folder.createFile(Array("copy".utf8), mode: 0o600)
        try copy.takeAttributes(of: original)
        let mode = try copy.status().mode
        #expect(mode & 0o7000 == 0 && mode & 0o700 == 0o700, "\(String(mode, radix: 8))")
    }

    @Test func `readings end once the service stops`() throws {
        #expect(truncate("\(scratch.path)/file", 4 << 40) == 0)
        let stop = StopFlag(patience: .zero)
        stop.raise()
        #expect(throws: SystemCallError.self) { try file.sha256(size: 4 << 40, stop) }
        let copy = try folder.createFile(Array("copy".utf8), mode: 0o644)
        #expect(throws: SystemCallError.self) { try copy.takeContent(of: file, size: 4 << 40, stop) }
    }
}
