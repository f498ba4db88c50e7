import BitMindAPI
import Testing
import WatchCore

/// Which files are in hand, as a value.
@Suite struct InboxWindowTests {
    private static func window(_ stage: FileMachine.Stage, _ count: Int, blocked: Set<MediaKind>)
        -> InboxWindow
    {
        var window = InboxWindow()
        var kinds = BlockedKinds()
        _ = kinds.change(to: blocked)
        _ = window.block(kinds)
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
        for count in [1, InboxWindow.mostParked, InboxWindow.mostParked + 1, 90_000] {
            let window = Self.window(stage, count, blocked: blocked)
            #expect(window.isParked(stage) == isParked)
            #expect(window.active == (isParked ? 0 : count))
            #expect(window.deferral(of: stage) == (count > InboxWindow.mostParked ? reason : nil))
            #expect(window.mayTakeMore(beside: 10))
        }
    }

    @Test func `verdicts are kept, and no more are asked for than can be`() {
        #expect(!InboxWindow().mayTakeMore(beside: InboxWindow.mostDecided))
        let window = Self.window(.decided, InboxWindow.mostDecided, blocked: [])
        #expect(!window.mayTakeMore(beside: 0) && window.active == 0 && window.deferral(of: .decided) == nil)
    }

    /// An answer of the dispatcher may arrive after the report of a later change.
    @Test func `what is blocked is as the latest change says, in any order of arrival`() {
        var window = InboxWindow()
        var first = BlockedKinds()
        var isNews = first.change(to: [.video])
        #expect(isNews)
        var second = first
        isNews = second.change(to: [.video, .image])
        #expect(isNews)
        isNews = second.change(to: [.image, .video])
        #expect(!isNews)
        for change in [second, first, BlockedKinds()] { #expect(Self.block(&window, change) == []) }
        #expect(window.blocked.kinds == [.image, .video])
        isNews = second.change(to: [])
        #expect(isNews)
        #expect(Self.block(&window, second) == [.image, .video] && window.blocked.kinds == [])
    }

    private static func block(_ window: inout InboxWindow, _ change: BlockedKinds) -> Set<MediaKind> {
        window.block(change)
    }

    @Test func `files of a kind count again once it may go`() {
        var window = Self.window(.waiting(.video), 9_000, blocked: [.video])
        #expect(window.active == 0)
        var none = window.blocked
        _ = none.change(to: [])
        #expect(Self.block(&window, none) == [.video] && window.active == 9_000)
        for _ in 0..<9_000 { window.count(.waiting(.video), -1) }
        #expect(window.active == 0 && window.parked == 0)
    }
}
