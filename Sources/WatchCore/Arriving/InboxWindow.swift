package import BitMindAPI

/// Limits the files of an inbox that are in hand, by what they wait for.
///
/// A backlog of a million files stays in its folders; only some thousands have machines. Files that cannot
/// proceed for now have a limit of their own, so that they never take the place of files that can. Beyond
/// that limit they are put off.
package struct InboxWindow: Sendable {
    private var counts: [FileMachine.Stage: Int] = [:]
    /// The kinds that cannot be sent for now, apart from their turn.
    package private(set) var blocked = BlockedKinds()

    /// The largest number of machines that proceed. The rest of a backlog waits in its folders.
    package static let mostActive = 8192
    /// The backlog is scanned further when fewer machines than this proceed.
    package static let fewActive = 4096
    /// The largest number of machines that cannot proceed, of undecided files.
    package static let mostParked = 8192
    /// The largest number of decided files that cannot be filed. Beyond it, no more files are taken in hand:
    /// a decision is paid for, and therefore kept.
    package static let mostDecided = 100_000

    package init() {}

    /// Counts one file more, or one fewer, in a stage.
    /// - Parameter change: 1 or -1.
    package mutating func count(_ stage: FileMachine.Stage, _ change: Int) {
        counts[stage, default: 0] += change
    }

    /// The kinds that cannot be sent may have changed. A change older than the one known is ignored.
    /// - Returns: the kinds that can be sent again.
    package mutating func block(_ new: BlockedKinds) -> Set<MediaKind> {
        guard new.version > blocked.version else { return [] }
        let freed = blocked.kinds.subtracting(new.kinds)
        blocked = new
        return freed
    }

    /// Whether a file in that stage cannot proceed for now.
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

    /// The number of undecided files that cannot proceed for now.
    package var parked: Int { undecided.reduce(0) { $0 + counts[$1, default: 0] } }
    package var decided: Int { counts[.decided, default: 0] }
    package var active: Int { counts.values.reduce(0, +) - parked - decided }

    /// Whether more files may be taken in hand. A decision is paid for and kept, so there is a limit of
    /// decided files.
    /// - Parameter filings: the number of decided files that are being filed, or wait to be filed.
    package func mayTakeMore(beside filings: Int) -> Bool { decided + filings < Self.mostDecided }

    /// Why a file in that stage is put off; nil if it stays in hand.
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

/// The kinds of files that cannot be sent for now, apart from their turn.
package struct BlockedKinds: Sendable, Equatable {
    package private(set) var kinds: Set<MediaKind> = []
    /// The number of changes. Reports of changes may arrive out of order.
    package private(set) var version = 0

    package init() {}

    /// - Returns: whether the kinds have changed.
    package mutating func change(to kinds: Set<MediaKind>) -> Bool {
        if kinds == self.kinds { return false }
        self.kinds = kinds
        version += 1
        return true
    }
}
