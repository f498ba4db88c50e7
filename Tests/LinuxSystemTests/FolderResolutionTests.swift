import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import LinuxSystem

@Suite struct `Folders below a folder` {
    /// The two ways to open a folder: in one call of the kernel, and name by name if that call is missing.
    enum Way: CaseIterable {
        case kernel, stepByStep

        func open(_ path: String, below folder: DirectoryHandle) throws(SystemCallError) -> DirectoryHandle {
            switch self {
            case .kernel: try folder.openFolder(Array(path.utf8))
            case .stepByStep:
                try folder.openStepByStep(path.utf8.map { $0 }.split(separator: UInt8(ascii: "/")))
            }
        }
    }

    let scratch: ScratchFolder
    var folder: DirectoryHandle { scratch.handle }

    init() throws {
        scratch = try ScratchFolder()
        _ = try folder.makeFolders([UInt8]("a/b/c"), mode: 0o755)
        try folder.openFolder([UInt8]("a/b/c")).write("found", to: [UInt8]("file"))
        try folder.write("", to: [UInt8]("file"))
        for (name, target) in [
            ("out", "/etc"), ("up", ".."), ("inside", "a/b"), ("a/trap", "b"), ("dangling", "nowhere"),
        ] {
            #expect(symlink(target, "\(scratch.path)/\(name)") == 0)
        }
    }

    @Test(arguments: Way.allCases)
    func `a path of several names opens`(way: Way) throws {
        #expect(try way.open("a/b/c", below: folder).content(of: [UInt8]("file")) == "found")
    }

    @Test(
        arguments: [
            ("out", Errno.tooManySymbolicLinkLevels), ("up", .tooManySymbolicLinkLevels),
            ("inside", .tooManySymbolicLinkLevels), ("a/trap", .tooManySymbolicLinkLevels),
            ("inside/c", .tooManySymbolicLinkLevels), ("a/trap/c", .tooManySymbolicLinkLevels),
            ("dangling", .tooManySymbolicLinkLevels), ("file", .notDirectory), ("file/x", .notDirectory),
            ("missing", .noSuchFileOrDirectory), ("a/missing/c", .noSuchFileOrDirectory),
        ], Way.allCases)
    func `what is no folder, or a link to one, is refused`(trap: (path: String, errno: Errno), way: Way)
        throws
    {
        let error = #expect(throws: SystemCallError.self) { _ = try way.open(trap.path, below: folder) }
        #expect(error?.errno == trap.errno)
    }

    @Test(arguments: ["..", "a/..", "../etc", "a/../../etc", "/etc", "/"])
    func `a path out of the folder is refused`(path: String) throws {
        for call in [
            { _ = try folder.openFolder(Array(path.utf8)) },
            { _ = try folder.makeFolders(Array(path.utf8), mode: 0o700) },
        ] as [() throws -> Void] {
            #expect(#expect(throws: SystemCallError.self) { try call() }?.errno == .improperLink)
        }
    }

    @Test(arguments: Way.allCases)
    func `an empty path is the folder itself`(way: Way) throws {
        #expect(try way.open("", below: folder).status() == folder.status())
    }

    @Test(arguments: ["", ".", "./", "a/..."])
    func `dots and double slashes lead where they are`(path: String) throws {
        if path == "a/..." { try folder.openFolder([UInt8]("a")).makeFolder([UInt8]("..."), mode: 0o700) }
        let opened = try folder.openFolder(Array(path.utf8))
        let expected =
            path == "a/..."
            ? try folder.openFolder([UInt8]("a")).status(of: [UInt8]("...")) : try folder.status()
        #expect(try opened.status().inode == expected.inode)
        #expect(try folder.openFolder([UInt8]("a//b/./c")).content(of: [UInt8]("file")) == "found")
    }

    @Test func `a path far longer than the kernel takes at once is made, opened and listed`() throws {
        let path = (0..<50).map { "\($0)" + String(repeating: "x", count: 200) }.joined(separator: "/")
        try folder.makeFolders(Array(path.utf8), mode: 0o700).write("deep", to: [UInt8]("file"))
        for way in Way.allCases {
            #expect(try way.open(path, below: folder).content(of: [UInt8]("file")) == "deep")
        }
        // 4,095 bytes are the most that the kernel takes at once, 4,096 the least that it doesn't.
        for last in [154, 155] {
            let names = Array(repeating: 255, count: 15) + [100, last]
            let path = names.map { String(repeating: "y", count: $0) }.joined(separator: "/")
            #expect(path.utf8.count == 3_941 + last)
            #expect(try folder.makeFolders(Array(path.utf8), mode: 0o700).names() == [])
        }
    }

    @Test func `making folders keeps those that are there, and goes through no link`() throws {
        let made = try folder.makeFolders([UInt8]("a/b/new/newer"), mode: 0o750)
        #expect(try made.status().mode == 0o750)
        #expect(try folder.openFolder([UInt8]("a/b")).names() == ["c", "new"])
        for (path, errno) in [("inside/x", Errno.tooManySymbolicLinkLevels), ("file/x", .notDirectory)] {
            let error = #expect(throws: SystemCallError.self) {
                _ = try folder.makeFolders(Array(path.utf8), mode: 0o700)
            }
            #expect(error?.errno == errno)
        }
        #expect(try folder.openFolder([UInt8]("a/b")).names() == ["c", "new"])
    }

    @Test(.needsRoot("to act as another user"), arguments: Way.allCases)
    func `a folder on the way need only be passable`(way: Way) async throws {
        let folder = folder
        #expect(chmod("\(scratch.path)/a/b", 0o711) == 0 && chmod(scratch.path, 0o711) == 0)
        let content = try await asAnotherUser {
            try way.open("a/b/c", below: folder).content(of: [UInt8]("file"))
        }
        #expect(content == "found")
        let error = await #expect(throws: SystemCallError.self) {
            try await asAnotherUser { _ = try way.open("a/b", below: folder) }
        }
        #expect(error?.errno == .permissionDenied)
    }

    @Test func `a folder held open stays the same when its name becomes a trap`() throws {
        let held = try folder.openFolder([UInt8]("a/b"))
        try folder.openFolder([UInt8]("a")).move([UInt8]("b"), to: folder, as: [UInt8]("away"))
        #expect(symlink("/etc", "\(scratch.path)/a/b") == 0)
        #expect(try held.openFolder([UInt8]("c")).content(of: [UInt8]("file")) == "found")
    }
}
