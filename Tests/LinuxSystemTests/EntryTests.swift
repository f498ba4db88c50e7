import Glibc
import SystemPackage
import Testing

@testable import LinuxSystem

@Suite struct `Entries of a folder` {
    let scratch: ScratchFolder
    var folder: DirectoryHandle { scratch.handle }

    init() throws { scratch = try ScratchFolder() }

    @Test(arguments: [
        [UInt8]("plain.jpg"), [UInt8]("line\nbreak"), [UInt8]("-rf"), [0x1B, 0x5B, 0x32, 0x4A],
        [0xFF, 0xFE, 0x80], [UInt8]("\u{202E}gpj.exe"), [UInt8]("%s%n"), Array(repeating: 0xC3, count: 255),
        [UInt8]("..."), [UInt8](" "),
    ])
    func `a name may be any bytes`(name: [UInt8]) throws {
        try folder.write("content", to: name)
        #expect(try folder.entries().next(9).map(\.name) == [name])
        #expect(try folder.status(of: name).size == 7)
        #expect(try folder.content(of: name) == "content")
        try folder.move(name, to: folder, as: [UInt8]("moved"))
        #expect(try folder.names() == ["moved"])
    }

    @Test(arguments: [[UInt8](""), [UInt8]("."), [UInt8](".."), [UInt8]("a/b"), [UInt8]("/"), [97, 0, 98]])
    func `a name that leads elsewhere is refused by every call`(name: [UInt8]) throws {
        try folder.write("", to: [UInt8]("a"))
        let calls: [() throws -> Void] = [
            { _ = try folder.status(of: name) }, { _ = try folder.openFile(name) },
            { _ = try folder.createFile(name, mode: 0o600) }, { try folder.makeFolder(name, mode: 0o700) },
            { try folder.move(name, to: folder, as: [UInt8]("b")) },
            { try folder.move([UInt8]("a"), to: folder, as: name) },
            { try folder.replace(name, to: folder, as: [UInt8]("b")) },
            { try folder.replace([UInt8]("a"), to: folder, as: name) },
            { try folder.link(name, to: folder, as: [UInt8]("b")) },
            { try folder.link([UInt8]("a"), to: folder, as: name) },
            { try folder.remove(name) }, { try folder.removeFolder(name) },
        ]
        for call in calls {
            let error = #expect(throws: SystemCallError.self) { try call() }
            #expect(error?.errno == .invalidArgument)
        }
        #expect(try folder.names() == ["a"])
    }

    @Test func `a name of 256 bytes is too long`() throws {
        let error = #expect(throws: SystemCallError.self) {
            _ = try folder.createFile(Array(repeating: 97, count: 256), mode: 0o600)
        }
        #expect(error?.errno == .fileNameTooLong)
        #expect(error?.description == "openat: File name too long (ENAMETOOLONG)")
    }

    @Test func `status and cursor report every kind, and follow no link`() throws {
        try folder.write("12345", to: [UInt8]("regular"))
        try folder.makeFolder([UInt8]("folder"), mode: 0o700)
        #expect(symlink("regular", "\(scratch.path)/link") == 0)
        #expect(symlink("nowhere", "\(scratch.path)/dangling") == 0)
        #expect(mkfifo("\(scratch.path)/fifo", 0o600) == 0)
        let kinds: [String: FileKind] = [
            "regular": .regular, "folder": .folder, "link": .symbolicLink, "dangling": .symbolicLink,
            "fifo": .fifo,
        ]
        for (name, kind) in kinds {
            #expect(try folder.status(of: Array(name.utf8)).kind == kind)
        }
        let listed = try folder.entries().next(9).map { (String(decoding: $0.name, as: UTF8.self), $0) }
        #expect(Dictionary(uniqueKeysWithValues: listed).mapValues(\.kind) == kinds)
        for (name, entry) in listed {
            #expect(try folder.status(of: Array(name.utf8)).inode == entry.inode)
        }
        #expect(try DirectoryHandle.open(path: "/dev").status(of: [UInt8]("null")).kind == .characterDevice)
    }

    @Test func `a status holds what the kernel knows`() throws {
        let file = try folder.createFile([UInt8]("file"), mode: 0o600)
        try file.write([1, 2, 3])
        try file.setMode(0o4711)
        let moment = SystemTime(seconds: 1_234_567_890, nanoseconds: 123_456_789)
        try file.setTimes(accessed: nil, modified: moment)
        try folder.link([UInt8]("file"), to: folder, as: [UInt8]("second"))
        let status = try folder.status(of: [UInt8]("second"))
        #expect(status == (try file.status()))
        #expect(status.kind == .regular && status.size == 3 && status.mode == 0o4711 && status.linkCount == 2)
        #expect(status.modified == moment && status.changed > moment && status.changed <= .now)
        #expect(status.owner == geteuid() && status.group == getegid() && !status.isProtected)
        #expect(status.device == (try folder.status().device))
    }

    @Test func `10,000 entries come once each, with two cursors at different places`() throws {
        let expected = Set((0..<10_000).map { "file \($0)" })
        for name in expected { _ = try folder.createFile(Array(name.utf8), mode: 0o600) }
        let (one, other) = (try folder.entries(), try folder.entries())
        var seen: [String] = []
        while case let entries = try one.next(777), !entries.isEmpty {
            #expect(entries.count <= 777)
            seen += entries.map { String(decoding: $0.name, as: UTF8.self) }
            #expect(try other.next(1).count == 1)
        }
        #expect(seen.count == 10_000)
        #expect(Set(seen) == expected)
        #expect(try one.next(1).isEmpty)
        #expect(try other.next(10_000).count == 10_000 - 13)
    }

    @Test func `a cursor over a folder that was removed says so`() throws {
        try folder.makeFolder([UInt8]("gone"), mode: 0o700)
        let gone = try folder.openFolder([UInt8]("gone"))
        let cursor = try gone.entries()
        try folder.removeFolder([UInt8]("gone"))
        let error = #expect(throws: SystemCallError.self) { try cursor.next(1) }
        #expect(error?.errno == .noSuchFileOrDirectory)
        #expect(try gone.status().linkCount == 0)
    }

    @Test func `the file system is named and measured`() throws {
        let memory = try DirectoryHandle.open(path: "/dev/shm").fileSystem
        #expect(memory.name == "tmpfs" && !memory.isNetwork && !memory.isReadOnly && memory.freeBytes > 0)
        let processes = try DirectoryHandle.open(path: "/proc").fileSystem
        #expect(processes.name == "0x9fa0" && processes.freeInodes == nil)
    }

    @Test func `a folder is locked for one handle at a time`() throws {
        let (one, other) = (
            try DirectoryHandle.open(path: scratch.path), try DirectoryHandle.open(path: scratch.path)
        )
        #expect(try one.lock())
        #expect(try one.lock())
        #expect(try !other.lock())
        withExtendedLifetime(one) {}
    }
}
