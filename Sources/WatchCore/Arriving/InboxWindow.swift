package import BitMindAPI

/// Which files of an inbox are in hand, by what they wait for.
///
/// A backlog of a million files lies in its folders; some thousands have machines. What can't go for now has a
/// window of its own, so that it never takes the place of what can: beyond it, such files are remembered by their
/// folders alone.
package struct InboxWindow: Sendable {
    private var counts: [FileMachine.Stage: Int] = [:]
    /// The kinds that can't be sent for now, whatever their turn.
    package private(set) var blocked = BlockedKinds()

    /// How many files have machines that go on; the rest of a backlog waits in its folders.
    package static let mostActive = 8192
    /// The backlog is scanned on when there are fewer.
    package static let fewActive = 4096
    /// How many files have machines that can't go on, for nothing is decided of them.
    package static let mostParked = 8192
    /// How many can't be filed. Beyond, no more files are taken: what is decided is paid for, and kept.
    package static let mostDecided = 100_000

    package init() {}

    /// One file more waits so, or one fewer.
    /// - Parameter change: 1 or -1.
    package mutating func count(_ stage: FileMachine.Stage, _ change: Int) {
        counts[stage, default: 0] += change
    }

    /// Which kinds can't be sent has changed, or may have: word of an earlier change says nothing.
    /// - Returns: the kinds that can be sent again.
    package mutating func block(_ new: BlockedKinds) -> Set<MediaKind> {
        guard new.version > blocked.version else { return [] }
        let freed = blocked.kinds.subtracting(new.kinds)
        blocked = new
        return freed
    }

    /// Whether a file that waits so can't go for now.
    package func isParked(_ stage: FileMachine.Stage) -> Bool {
        switch stage {
        case .moving: false
        case .waiting(let kind): blocked.kinds.contains(kind)
        case .unfinished, .held, .decided: true
        }
    }

    private var undecided: [FileMachine.Stage] {
        [.unfinished, .held] + blocked.kinds.map { .waiting($0) }
    }

    /// How many can't go for now, and nothing is decided of them.
    package var parked: Int { undecided.reduce(0) { $0 + counts[$1, default: 0] } }
    package var decided: Int { counts[.decided, default: 0] }
    package var active: Int { counts.values.reduce(0, +) - parked - decided }

    /// Whether more files may be taken: what is decided is paid for, and kept.
    /// - Parameter filings: how many decided files are being filed, or wait for that.
    package func mayTakeMore(beside filings: Int) -> Bool { decided + filings < Self.mostDecided }

    /// Whether a file that waits so is to be remembered by its folder alone; nil where it is to be kept.
    package func deferral(of stage: FileMachine.Stage) -> DeferredFiles.Reason? {
        guard isParked(stage), parked > Self.mostParked else { return nil }
        return switch stage {
        case .waiting(let kind): DeferredFiles.Reason(kind)
        case .held: .held
        case .unfinished: .unfinished
        case .moving, .decided: nil
        }
    }
}

/// The kinds of files that can't be sent for now, whatever their turn.
package struct BlockedKinds: Sendable, Equatable {
    package private(set) var kinds: Set<MediaKind> = []
    /// Counts the changes: word of a change may arrive after that of a later one.
    package private(set) var version = 0

    package init() {}

    /// - Returns: whether something has changed.
    package mutating func change(to kinds: Set<MediaKind>) -> Bool {
        if kinds == self.kinds { return false }
        self.kinds = kinds
        version += 1
        return true
    }
}
