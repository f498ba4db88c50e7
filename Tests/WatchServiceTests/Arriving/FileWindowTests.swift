import BitMindAPI
import Testing
import WatchCore

@testable import WatchService

/// Which files are in hand, as a value.
@Suite struct FileWindowTests {
    private static func window(_ stage: FileMachine.Stage, _ count: Int, blocked: Set<MediaKind>)
        -> FileWindow
    {
        var window = FileWindow()
        window.blocked = blocked
        for _ in 0..<count { window.count(stage, 1) }
        return window
    }

    /// What waits, whether its kind can't go, whether it can't, and why it is put off beyond the window.
    static let stages: [(FileMachine.Stage, Set<MediaKind>, Bool, DeferredFiles.Reason?)] = [
        (.moving, [], false, nil), (.moving, [.image, .video], false, nil),
        (.waiting(.video), [], false, nil), (.waiting(.video), [.image], false, nil),
        (.waiting(.video), [.video], true, .video), (.waiting(.image), [.image], true, .image),
        (.unfinished, [], true, .unfinished), (.held, [], true, .held), (.decided, [], true, nil),
    ]

    @Test(arguments: stages)
    func `what can't go for now takes no place of what can, and is put off where there is much of it`(
        stage: FileMachine.Stage, blocked: Set<MediaKind>, isParked: Bool, reason: DeferredFiles.Reason?
    ) {
        for count in [1, FileWindow.mostParked, FileWindow.mostParked + 1, 90_000] {
            let window = Self.window(stage, count, blocked: blocked)
            #expect(window.isParked(stage) == isParked)
            #expect(window.active == (isParked ? 0 : count))
            #expect(window.deferral(of: stage) == (count > FileWindow.mostParked ? reason : nil))
            #expect(window.mayTakeMore(beside: 10))
        }
    }

    @Test func `verdicts are kept, and no more are asked for than can be`() {
        #expect(!FileWindow().mayTakeMore(beside: FileWindow.mostDecided))
        let window = Self.window(.decided, FileWindow.mostDecided, blocked: [])
        #expect(!window.mayTakeMore(beside: 0) && window.active == 0 && window.deferral(of: .decided) == nil)
    }

    /// An answer of the dispatcher's may arrive after word of a later change.
    @Test func `what is blocked is as the latest change says, in whatever order changes arrive`() async throws
    {
        let bench = try InboxBench()
        var first = BlockedKinds()
        var isNews = first.change(to: [.video])
        #expect(isNews)
        var second = first
        isNews = second.change(to: [.video, .image])
        #expect(isNews)
        isNews = second.change(to: [.image, .video])
        #expect(!isNews)
        await bench.inbox.block(second)
        await bench.inbox.block(first)
        await bench.inbox.block(BlockedKinds())
        #expect(await bench.inbox.window.blocked == [.image, .video])
        isNews = second.change(to: [])
        #expect(isNews)
        await bench.inbox.block(second)
        #expect(await bench.inbox.window.blocked == [])
    }

    @Test func `files of a kind count again once it may go`() {
        var window = Self.window(.waiting(.video), 9_000, blocked: [.video])
        #expect(window.active == 0)
        window.blocked = []
        #expect(window.active == 9_000)
        for _ in 0..<9_000 { window.count(.waiting(.video), -1) }
        #expect(window.active == 0 && window.parked == 0)
    }
}
