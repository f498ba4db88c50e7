import Foundation
import Glibc
import LinuxSystem
import SystemPackage
import TestSupport
import Testing
import WatchCore

@testable import WatchService

@Suite("Events of folders")
struct FolderNewsTests {
    typealias Mask = Inotify.EventMask

    /// Each event of inotify(7), alone and with others that can be in the same event: its meaning for a
    /// folder in its parent's watch, and in its own.
    static let events: [(Mask, inParent: FolderNews, ofItself: FolderNews)] = [
        (.access, .nothing, .nothing), (.open, .nothing, .nothing), (.closeNoWrite, .nothing, .nothing),
        (.closeWrite, .nothing, .nothing), (.modify, .nothing, .nothing),
        (.attrib, .attributes, .attributes), ([.attrib, .modify], .attributes, .attributes),
        ([.attrib, .access], .attributes, .attributes),
        (.create, .made, .nothing), (.movedTo, .renamedHere, .nothing),
        (.movedFrom, .gone, .nothing), (.delete, .gone, .nothing), ([.delete, .attrib], .gone, .attributes),
        (.moveSelf, .nothing, .moved), (.deleteSelf, .nothing, .gone),
        ([.deleteSelf, .attrib], .attributes, .gone),
        (.unmounted, .nothing, .uncovered), (.ignored, .nothing, .unwatched), ([], .nothing, .nothing),
    ]

    @Test(arguments: events)
    func `each event of the kernel has a meaning for a folder`(
        mask: Mask, inParent: FolderNews, ofItself: FolderNews
    ) {
        for mask in [mask, mask.union(.isFolder)] {
            #expect(FolderNews(mask, isOwn: false) == inParent)
            #expect(FolderNews(mask, isOwn: true) == ofItself)
        }
    }

    @Test func `no event that is asked for is missing in the table`() {
        let known = FolderNews.table.reduce(into: Mask()) { $0.formUnion($1.event) }
        let unmeant: Mask = [.isFolder, .queueOverflow]
        #expect(known.isDisjoint(with: unmeant))
        for bit in 0..<32 where known.union(unmeant).rawValue & 1 << UInt32(bit) == 0 {
            // What inotify(7) names besides are flags of a request, never of an event.
            #expect(![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 30].contains(bit), "bit \(bit)")
        }
    }

    /// Actions of people and programs on a folder `sub` that stays in place.
    static let harmless: [(String, @Sendable (String) -> Int32)] = [
        ("its modification time is set", { path in setTimes(path, access: omitted, modified: 7) }),
        ("its access time is set", { path in setTimes(path, access: 7, modified: omitted) }),
        ("both times are set", { path in setTimes(path, access: 7, modified: 7) }),
        ("its mode is set", { path in chmod(path, 0o700) }),
        ("its owner is set", { path in chown(path, getuid(), getgid()) }),
        ("a folder is made in it", { path in mkdir("\(path)/below", 0o755) }),
        ("a file in it goes", { path in unlink("\(path)/file") }),
        (
            "it is listed",
            { path in (try? FileManager.default.contentsOfDirectory(atPath: path)) == nil ? 1 : 0 }
        ),
    ]

    /// `UTIME_OMIT`, which Glibc's module hides.
    private static let omitted = (1 << 30) - 2

    private static func setTimes(_ path: String, access: Int, modified: Int) -> Int32 {
        utimensat(
            AT_FDCWD, path,
            [timespec(tv_sec: 1, tv_nsec: access), timespec(tv_sec: 1, tv_nsec: modified)], 0)
    }

    @Test(arguments: harmless.indices)
    func `a folder to which something is done, but that stays, stays watched`(index: Int) throws {
        let scratch = try DisasterScratch(in: "/tmp", named: "bitmind-news")
        let path = try scratch.folder("inbox/sub")
        _ = try DirectoryHandle.open(path: path).createFile(Array("file".utf8), mode: 0o644)
        let inotify = try Inotify()
        var tree = try WatchedTree(
            root: DirectoryHandle.open(path: "\(scratch.path)/inbox"), inotify: inotify, isRecursive: true,
            ignored: IgnoreRules(), inbox: InboxID(1), uses: FolderUses())
        while !tree.isVisited { _ = try tree.visitNext(room: 10, at: .now) }
        let sub = try #require(tree.tree.folder(at: RelativePath(Array("sub".utf8))))

        let (what, act) = Self.harmless[index]
        try #require(act(path) == 0, "\(what): \(Errno(rawValue: errno))")
        // The file that is made now shows that the watch still stands for the folder.
        _ = try DirectoryHandle.open(path: path).createFile(Array("later".utf8), mode: 0o644)
        var files: [RelativePath] = []
        while !files.contains(RelativePath(Array("sub/later".utf8))) {
            for event in try inotify.read() ?? [] {
                for arrival in tree.interpret(event) {
                    switch arrival {
                    case .file(let path, _): files.append(path)
                    case .folderGone(let path): Issue.record("\(what): \(path) is taken for gone")
                    default: break
                    }
                }
            }
        }
        #expect(tree.tree.contains(sub), "\(what)")
    }
}
