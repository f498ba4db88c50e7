import Glibc
import TestSupport
import Testing

@testable import LinuxSystem

@Suite struct `Events of a watched folder` {
    let scratch: ScratchFolder
    let folder: DirectoryHandle
    let inotify: Inotify
    let watch: Inotify.Watch

    init() throws {
        scratch = try ScratchFolder()
        folder = try scratch.handle.makeFolders([UInt8]("watched"), mode: 0o755)
        inotify = try Inotify()
        watch = try inotify.watch(folder)
    }

    /// The kernel's events so far: its queue is full before the call that fills it returns.
    private func events() throws -> [Inotify.Event] {
        inotify.wake()
        var events: [Inotify.Event] = []
        while let more = try inotify.read(), !more.isEmpty { events += more }
        return events
    }

    private func event(_ mask: Inotify.EventMask, _ name: String, cookie: UInt32 = 0) -> Inotify.Event {
        Inotify.Event(watch: watch, mask: mask, cookie: cookie, name: Array(name.utf8))
    }

    @Test func `making, writing and closing are reported in order`() throws {
        do {
            let file = try folder.createFile([UInt8]("a.jpg"), mode: 0o600)
            #expect(try events() == [event(.create, "a.jpg")])
            try file.write([1])
            try file.write([2])
            #expect(try events() == [event(.modify, "a.jpg")])
            try file.setMode(0o640)
            #expect(try events() == [event(.attrib, "a.jpg")])
        }
        #expect(try events() == [event(.closeWrite, "a.jpg")])
        try folder.remove([UInt8]("a.jpg"))
        #expect(try events() == [event(.delete, "a.jpg")])
    }

    @Test func `reading is not reported`() throws {
        try folder.write("x", to: [UInt8]("a"))
        _ = try events()
        #expect(try folder.content(of: [UInt8]("a")) == "x")
        #expect(try events() == [])
    }

    @Test func `a rename within has two halves with one cookie, others have one half`() throws {
        try folder.write("", to: [UInt8]("a"))
        _ = try events()
        try folder.move([UInt8]("a"), to: folder, as: [UInt8]("b"))
        let halves = try events()
        let cookie = try #require(halves.first?.cookie)
        #expect(cookie != 0)
        #expect(halves == [event(.movedFrom, "a", cookie: cookie), event(.movedTo, "b", cookie: cookie)])
        try folder.move([UInt8]("b"), to: scratch.handle, as: [UInt8]("b"))
        #expect(try events().map(\.mask) == [.movedFrom])
        try scratch.handle.move([UInt8]("b"), to: folder, as: [UInt8]("c"))
        #expect(try events().map(\.mask) == [.movedTo])
        try folder.link([UInt8]("c"), to: folder, as: [UInt8]("d"))
        // The file's other name may get an event for its link count too.
        #expect(try events().contains(event(.create, "d")))
    }

    @Test func `folders are reported as such, and what is in them is not reported`() throws {
        try folder.makeFolder([UInt8]("sub"), mode: 0o700)
        #expect(try events() == [event([.create, .isFolder], "sub")])
        try folder.openFolder([UInt8]("sub")).write("", to: [UInt8]("silent"))
        #expect(try events() == [])
        try folder.openFolder([UInt8]("sub")).remove([UInt8]("silent"))
        try folder.removeFolder([UInt8]("sub"))
        #expect(try events() == [event([.delete, .isFolder], "sub")])
    }

    @Test(arguments: [
        [UInt8]("line\nbreak"), [0xFF, 0x80, 0xFE], Array(repeating: 0xF0, count: 255),
        Array(repeating: 97, count: 15), Array(repeating: 97, count: 16),
    ])
    func `names come as their bytes`(name: [UInt8]) throws {
        try scratch.handle.write("", to: name)
        try scratch.handle.move(name, to: folder, as: name)
        #expect(try events().map(\.name) == [name])
    }

    @Test func `a folder that is renamed goes on being watched`() throws {
        try scratch.handle.move([UInt8]("watched"), to: scratch.handle, as: [UInt8]("renamed"))
        #expect(try events() == [event(.moveSelf, "")])
        try scratch.handle.openFolder([UInt8]("renamed")).makeFolder([UInt8]("new"), mode: 0o700)
        #expect(try events() == [event([.create, .isFolder], "new")])
    }

    @Test func `what is watched is the folder that was opened, not what its name leads to`() throws {
        let held = try scratch.handle.makeFolders([UInt8]("held"), mode: 0o700)
        try scratch.handle.move([UInt8]("held"), to: scratch.handle, as: [UInt8]("away"))
        let other = try scratch.handle.makeFolders([UInt8]("held"), mode: 0o700)
        let heldWatch = try inotify.watch(held)
        try other.write("", to: [UInt8]("silent"))
        #expect(try events() == [])
        try held.makeFolder([UInt8]("told"), mode: 0o700)
        #expect(try events().map(\.watch) == [heldWatch])
        #expect(try inotify.watch(held) == heldWatch, "the same again")
        #expect(heldWatch != watch)
    }

    @Test func `a folder that is removed says so once nobody holds it`() throws {
        let watch: Inotify.Watch
        do {
            let doomed = try scratch.handle.makeFolders([UInt8]("doomed"), mode: 0o700)
            watch = try inotify.watch(doomed)
            try scratch.handle.removeFolder([UInt8]("doomed"))
            #expect(try !events().contains { $0.mask.contains(.deleteSelf) })
            #expect(try doomed.status().linkCount == 0)
        }
        #expect(try events().map(\.mask) == [.deleteSelf, .ignored])
        inotify.unwatch(watch)
    }

    @Test func `a folder that is watched no more is silent`() throws {
        inotify.unwatch(watch)
        #expect(try events() == [event(.ignored, "")])
        inotify.unwatch(watch)
        try folder.write("", to: [UInt8]("a"))
        #expect(try events() == [])
    }

    @Test func `a queue that runs over says so`() throws {
        let setting = try DirectoryHandle.open(path: "/proc/sys/fs/inotify")
            .content(of: [UInt8]("max_queued_events"))
        let limit = try #require(Int(setting.prefix(while: \.isNumber)))
        try folder.write("", to: [UInt8]("a"))
        try folder.write("", to: [UInt8]("b"))
        _ = try events()
        // Two names in turn, for equal events in a row come as one.
        let files = [try folder.openFile([UInt8]("a")), try folder.openFile([UInt8]("b"))]
        for turn in 0..<(limit + 100) { try files[turn % 2].setMode(turn % 4 < 2 ? 0o600 : 0o640) }
        let events = try events()
        #expect(events.count == limit + 1)
        #expect(
            events.last
                == Inotify.Event(
                    watch: Inotify.Watch(rawValue: -1), mask: .queueOverflow, cookie: 0, name: []))
    }

    @Test(.timeLimit(.minutes(3)))
    func `a thread that waits is woken, and stopped for good`() async throws {
        let inotify = try Inotify()
        async let woken = onThreadOfItsOwn { try inotify.read() }
        inotify.wake()
        #expect(try await woken == [])
        async let stopped = onThreadOfItsOwn { try inotify.read() }
        inotify.stop()
        #expect(try await stopped == nil)
        #expect(try inotify.read() == nil)
    }

    @Test func `the limit is known`() throws {
        #expect(try InotifyLimits.maxUserWatches > 0)
    }

    @Test(.needsRoot("to act as another user"))
    func `a process that is protected against dumps can still watch, as any user`() async throws {
        let (getDumpable, setDumpable) = (3, 4)
        // A thread that becomes another user, in another test, takes this back at any time.
        #expect(rawCall("prctl", setDumpable, 1) == 0)
        try ProcessProtection.forbidCoreDumps()
        #expect(rawCall("prctl", getDumpable) == 0)
        let folder = folder
        let watch = try await asAnotherUser { try Inotify().watch(folder) }
        #expect(watch.rawValue > 0)
    }
}
