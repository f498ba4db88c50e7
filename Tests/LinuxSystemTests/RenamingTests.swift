import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import LinuxSystem

@Suite struct `Moving entries` {
    enum Way: CaseIterable {
        case renaming, linking, placeholder

        func move(_ name: [UInt8], from: DirectoryHandle, to: DirectoryHandle, as newName: [UInt8]) throws {
            switch self {
            case .renaming: try from.move(name, to: to, as: newName)
            case .linking: try from.moveByLinking(name, to: to, as: newName)
            case .placeholder: try from.moveOverPlaceholder(name, to: to, as: newName)
            }
        }
    }

    let scratch: ScratchFolder
    let from: DirectoryHandle
    let to: DirectoryHandle
    let one = [UInt8]("one")
    let other = [UInt8]("other")

    init() throws {
        scratch = try ScratchFolder()
        from = try scratch.handle.makeFolders([UInt8]("from"), mode: 0o755)
        to = try scratch.handle.makeFolders([UInt8]("to"), mode: 0o755)
        try from.write("content", to: one)
    }

    @Test(arguments: Way.allCases)
    func `a file moves to a free name`(way: Way) throws {
        let inode = try from.status(of: one).inode
        try way.move(one, from: from, to: to, as: other)
        #expect(try from.names() == [] && to.names() == ["other"])
        #expect(try to.status(of: other).inode == inode)
        #expect(try to.status(of: other).linkCount == 1)
    }

    @Test(arguments: Way.allCases)
    func `a taken name is never replaced, not even a dangling link's`(way: Way) throws {
        try to.write("precious", to: other)
        #expect(symlink("nowhere", "\(scratch.path)/to/dangling") == 0)
        for name in [other, [UInt8]("dangling")] {
            let error = #expect(throws: SystemCallError.self) {
                try way.move(one, from: from, to: to, as: name)
            }
            #expect(error?.errno == .fileExists)
        }
        #expect(try to.content(of: other) == "precious")
        #expect(try from.content(of: one) == "content")
    }

    @Test(arguments: Way.allCases)
    func `a symbolic link moves itself, not what it points to`(way: Way) throws {
        #expect(symlink("one", "\(scratch.path)/from/link") == 0)
        try way.move([UInt8]("link"), from: from, to: to, as: [UInt8]("link"))
        #expect(try to.status(of: [UInt8]("link")).kind == .symbolicLink)
        #expect(try from.names() == ["one"])
    }

    @Test(arguments: Way.allCases)
    func `a move to another file system is reported, and moves nothing`(way: Way) throws {
        let elsewhere = try ScratchFolder(in: "/dev/shm")
        let error = #expect(throws: SystemCallError.self) {
            try way.move(one, from: from, to: elsewhere.handle, as: other)
        }
        #expect(error?.errno == .improperLink)
        #expect(try from.names() == ["one"] && elsewhere.handle.names() == [])
    }

    @Test(arguments: Way.allCases)
    func `what is missing can't be moved`(way: Way) throws {
        let error = #expect(throws: SystemCallError.self) {
            try way.move(other, from: from, to: to, as: other)
        }
        #expect(error?.errno == .noSuchFileOrDirectory)
        #expect(try to.names() == [])
    }

    @Test(.needsRoot("to act as another user"), arguments: Way.allCases)
    func `somebody else's file moves where the folder allows it`(way: Way) async throws {
        let (from, to, one) = (from, to, one)
        #expect(chmod("\(scratch.path)/from", 0o777) == 0 && chmod("\(scratch.path)/to", 0o777) == 0)
        #expect(chmod("\(scratch.path)/from/one", 0o600) == 0)
        try await asAnotherUser { try way.move(one, from: from, to: to, as: one) }
        #expect(try from.names() == [] && to.names() == ["one"])
        #expect(try to.content(of: one) == "content")
    }

    @Test func `replacing replaces`() throws {
        try to.write("old", to: other)
        try from.replace(one, to: to, as: other)
        #expect(try to.content(of: other) == "content")
        #expect(try from.names() == [])
    }

    @Test func `removing distinguishes files from folders`() throws {
        try scratch.handle.makeFolder(one, mode: 0o700)
        #expect(
            #expect(throws: SystemCallError.self) { try scratch.handle.remove(one) }?.errno == .isDirectory)
        #expect(#expect(throws: SystemCallError.self) { try from.removeFolder(one) }?.errno == .notDirectory)
        let full = #expect(throws: SystemCallError.self) { try scratch.handle.removeFolder([UInt8]("from")) }
        #expect(full?.errno == .directoryNotEmpty)
        try from.remove(one)
        try scratch.handle.removeFolder([UInt8]("from"))
        #expect(try scratch.handle.names() == ["one", "to"])
    }

    /// What a folder, its owner and the file's owner allow to a user without capabilities.
    @Test(
        .needsRoot("to act as another user"),
        arguments: [
            (mode: 0o777, folderOwner: 0, fileOwner: 0, obstacle: nil),
            (mode: 0o755, folderOwner: 0, fileOwner: 65_534, obstacle: .permissions),
            (mode: 0o722, folderOwner: 0, fileOwner: 65_534, obstacle: .permissions),
            (mode: 0o1777, folderOwner: 0, fileOwner: 0, obstacle: .stickyBit),
            (mode: 0o1777, folderOwner: 0, fileOwner: 65_534, obstacle: nil),
            (mode: 0o1777, folderOwner: 65_534, fileOwner: 0, obstacle: nil),
            (mode: 0o500, folderOwner: 65_534, fileOwner: 65_534, obstacle: .permissions),
        ] as [(UInt16, UInt32, UInt32, MoveObstacle?)])
    func `whether an entry may be moved is known before, and is what the kernel does`(
        row: (mode: UInt16, folderOwner: UInt32, fileOwner: UInt32, obstacle: MoveObstacle?)
    ) async throws {
        let (from, to, one) = (from, to, one)
        let status = try from.status(of: one)
        #expect(chmod("\(scratch.path)/to", 0o777) == 0)
        #expect(chown("\(scratch.path)/from/one", row.fileOwner, 0) == 0)
        #expect(chown("\(scratch.path)/from", row.folderOwner, 65_534) == 0)
        #expect(chmod("\(scratch.path)/from", mode_t(row.mode)) == 0)
        var entry = status
        entry.owner = row.fileOwner
        #expect(try from.obstacle(toMoving: entry) == nil, "root may always")
        let (looked, moved) = try await asAnotherUser { [entry] in
            let obstacle = try from.obstacle(toMoving: entry)
            do {
                try from.move(one, to: to, as: one)
                return (obstacle, true)
            } catch {
                return (obstacle, false)
            }
        }
        #expect(looked == row.obstacle)
        #expect(moved == (row.obstacle == nil))
    }

    @Test(.needsRoot("to act as another user"))
    func `protected files and folders may not be moved, and a move by linking is undone`() throws {
        let file = try from.openFile(one)
        guard setAttribute(of: file.descriptor.rawValue, to: .immutable) else { return }
        #expect(try from.obstacle(toMoving: from.status(of: one)) == .protectedEntry)
        #expect(setAttribute(of: file.descriptor.rawValue, to: .none))
        #expect(try from.obstacle(toMoving: from.status(of: one)) == nil)

        #expect(setAttribute(of: from.descriptor.rawValue, to: .appendOnly))
        #expect(try from.obstacle(toMoving: from.status(of: one)) == .protectedFolder)
        let error = #expect(throws: SystemCallError.self) { try from.moveByLinking(one, to: to, as: other) }
        #expect(error == SystemCallError(call: "unlinkat", errno: .notPermitted))
        #expect(try from.names() == ["one"] && to.names() == [])
        #expect(setAttribute(of: from.descriptor.rawValue, to: .none))
    }

    @Test(.needsRoot("to act as another user"))
    func `whether entries can be made in a folder is known without making one`() async throws {
        let (from, to) = (from, to)
        try from.expectWritable()
        #expect(chmod("\(scratch.path)/from", 0o755) == 0 && chmod("\(scratch.path)/to", 0o777) == 0)
        let refused = try await asAnotherUser { () -> Errno? in
            try to.expectWritable()
            do throws(SystemCallError) {
                try from.expectWritable()
                return nil
            } catch {
                return error.errno
            }
        }
        #expect(refused == .permissionDenied)

        guard setAttribute(of: from.descriptor.rawValue, to: .appendOnly) else { return }
        try from.expectWritable()
        #expect(setAttribute(of: from.descriptor.rawValue, to: .immutable))
        let error = #expect(throws: SystemCallError.self) { try from.expectWritable() }
        #expect(error?.errno == .notPermitted)
        #expect(setAttribute(of: from.descriptor.rawValue, to: .none))
        #expect(try from.names() == ["one"] && to.names() == [])
    }
}
