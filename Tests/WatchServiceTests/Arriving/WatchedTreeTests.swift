import Glibc
import LinuxSystem
import TestSupport
import Testing
import WatchCore

@testable import WatchService

@Suite("Watched folders")
struct WatchedTreeTests {
    /// More than the kernel gives at once, so that a folder is read in several calls.
    private static let many = 3000

    @Test func `a folder that could not be listed is listed again, however much else happens`() async throws {
        // Not so fast that a rescan comes while it is waited for.
        let bench = try InboxBench(time: ScaledTime(factor: 5))
        var backlog = try Backlog()
        try backlog.spoil()
        _ = try backlog.scanned()
        let scratch = backlog.scratch
        try await bench.serve {
            await bench.inbox.take(backlog.tree)
            try await wait(until: "it is listed") {
                bench.inbox.mailbox.wake()
                return await bench.inbox.hasListedAll
            }
        }
        withExtendedLifetime(scratch) {}
    }

    @Test func `while a folder is listed once more, as many files are thought to wait as before`() throws {
        let scratch = try DisasterScratch(in: "/dev/shm", named: "bitmind-tree")
        let root = try DirectoryHandle.open(path: scratch.path)
        // More than are listed in one go.
        let count = 9_000
        for number in 0..<count { _ = try root.createFile(Array("\(number)".utf8), mode: 0o644) }
        var tree = try WatchedTree(
            root: root, inotify: Inotify(), isRecursive: true, ignored: IgnoreRules(), inbox: InboxID(1),
            uses: FolderUses())
        while !tree.isVisited { _ = try tree.visitNext(room: 0, at: .now) }
        #expect(tree.backlogCount == count)
        let later = ContinuousClock.now + .seconds(60)
        tree.visitAll()
        var steps = 0
        while !tree.isVisited {
            _ = try tree.visitNext(room: 0, at: later)
            #expect(tree.backlogCount == count)
            steps += 1
        }
        #expect(steps > 1)
        // The same while a folder is read further.
        let found = try #require(try tree.scanOn(room: 100)?.compactMap(\.file).count)
        tree.took(found)
        tree.visitAll()
        _ = try tree.visitNext(room: 0, at: later + .seconds(60))
        #expect(tree.backlogCount == count - found)
    }

    /// Two folders with more files than there was room for, the first of which is being read.
    struct Backlog {
        let scratch: DisasterScratch
        var tree: WatchedTree
        /// The folder that is being read, and the other one.
        let current: RelativePath
        let other: RelativePath

        init() throws {
            scratch = try DisasterScratch(in: "/dev/shm", named: "bitmind-tree")
            for name in ["a", "b"] {
                let folder = try DirectoryHandle.open(path: scratch.folder(name))
                for number in 0..<many { _ = try folder.createFile(Array("\(number)".utf8), mode: 0o644) }
            }
            tree = try WatchedTree(
                root: DirectoryHandle.open(path: scratch.path), inotify: Inotify(), isRecursive: true,
                ignored: IgnoreRules(), inbox: InboxID(1), uses: FolderUses())
            while !tree.isVisited { _ = try tree.visitNext(room: 0, at: .now) }
            let first = try #require(try tree.scanOn(room: 1)?.compactMap(\.file).first)
            current = first.folder
            other = RelativePath(Array((current.bytes == Array("a".utf8) ? "b" : "a").utf8))
        }

        /// Makes this process's open descriptor of the current folder fail at the next call, with an errno
        /// that explains nothing.
        func spoil() throws {
            try WatchedTreeTests.spoil("\(scratch.path)/\(String(decoding: current.bytes, as: UTF8.self))")
        }

        /// All that the rest of the backlog brings.
        mutating func scanned() throws -> [Arrival] {
            var arrivals: [Arrival] = []
            while let found = try tree.scanOn(room: 100) { arrivals += found }
            return arrivals
        }
    }

    @Test func `a folder that cannot be read on is given up until it is listed again, and others are read`()
        throws
    {
        var backlog = try Backlog()
        try backlog.spoil()
        let arrivals = try backlog.scanned()
        #expect(arrivals.compactMap(\.unreadable) == [backlog.current])
        #expect(arrivals.compactMap(\.file).count { $0.folder == backlog.other } == Self.many)
        #expect(backlog.tree.backlogCount == 0)

        backlog.tree.visitUnwatched()
        let again = try backlog.tree.visitNext(room: .max, at: .now + .seconds(60)).compactMap(\.file)
        #expect(again.count { $0.folder == backlog.current } == Self.many)
        #expect(backlog.tree.unlisted == [])
    }

    @Test func `a folder that goes while it is read keeps no other from being read`() throws {
        var backlog = try Backlog()
        let gone = String(decoding: backlog.current.bytes, as: UTF8.self)
        try DirectoryHandle.open(path: "\(backlog.scratch.path)/\(gone)").empty()
        try DirectoryHandle.open(path: backlog.scratch.path).removeFolder(backlog.current.bytes)
        let arrivals = try backlog.scanned()
        #expect(arrivals.compactMap(\.unreadable) == [])
        #expect(arrivals.compactMap(\.file).count { $0.folder == backlog.other } == Self.many)
        #expect(backlog.tree.folderCount == 2)
    }

    private static func spoil(_ folder: String) throws {
        /// `O_PATH`, which Glibc's module hides: a descriptor that cannot be read.
        let pathOnly: Int32 = 0o10_000_000
        let unreadable = open(folder, pathOnly | O_CLOEXEC)
        defer { close(unreadable) }
        var count = 0
        for entry in try DirectoryHandle.open(path: "/proc/self/fd").allEntries() {
            guard let number = Int32(String(decoding: entry.name, as: UTF8.self)), number != unreadable else {
                continue
            }
            var target = [CChar](repeating: 0, count: 4096)
            let length = readlink("/proc/self/fd/\(number)", &target, target.count)
            guard length > 0, target[..<length].elementsEqual(folder.utf8.map(CChar.init)) else { continue }
            try #require(dup2(unreadable, number) == number)
            count += 1
        }
        #expect(count == 1)
    }
}

extension Arrival {
    fileprivate var file: RelativePath? {
        guard case .file(let path, _) = self else { return nil }
        return path
    }

    fileprivate var unreadable: RelativePath? {
        guard case .folderUnreadable(let path, _) = self else { return nil }
        return path
    }
}

extension Inbox {
    fileprivate func take(_ folders: WatchedTree) { attendance.attachment?.folders = folders }
    fileprivate var hasListedAll: Bool { attendance.attachment?.folders.unlisted.isEmpty == true }
}
