import BitMindAPI
import LinuxSystem
import WatchCore

/// Which files of an inbox are in hand, by what they wait for.
///
/// A backlog of a million files lies in its folders; some thousands have machines. What can't go for now has a
/// window of its own, so that it never takes the place of what can: beyond it, such files are remembered by their
/// folders alone.
struct FileWindow: Sendable {
    private var counts: [FileMachine.Stage: Int] = [:]
    /// The kinds that can't be sent for now, whatever their turn.
    var blocked: Set<MediaKind> = []
    /// Of the change by which these are blocked.
    var blockedVersion = 0

    /// How many files have machines that go on; the rest of a backlog waits in its folders.
    static let mostActive = 8192
    /// The backlog is scanned on when there are fewer.
    static let fewActive = 4096
    /// How many files have machines that can't go on, for nothing is decided of them.
    static let mostParked = 8192
    /// How many can't be filed. Beyond, no more files are taken: what is decided is paid for, and kept.
    static let mostDecided = 100_000

    /// One file more waits so, or one fewer.
    /// - Parameter change: 1 or -1.
    mutating func count(_ stage: FileMachine.Stage, _ change: Int) { counts[stage, default: 0] += change }

    /// Whether a file that waits so can't go for now.
    func isParked(_ stage: FileMachine.Stage) -> Bool {
        switch stage {
        case .moving: false
        case .waiting(let kind): blocked.contains(kind)
        case .unfinished, .held, .decided: true
        }
    }

    private var undecided: [FileMachine.Stage] {
        [.unfinished, .held] + blocked.map { .waiting($0) }
    }

    /// How many can't go for now, and nothing is decided of them.
    var parked: Int { undecided.reduce(0) { $0 + counts[$1, default: 0] } }
    var decided: Int { counts[.decided, default: 0] }
    var active: Int { counts.values.reduce(0, +) - parked - decided }

    /// Whether more files may be taken: what is decided is paid for, and kept.
    /// - Parameter filings: how many decided files are being filed, or wait for that.
    func mayTakeMore(beside filings: Int) -> Bool { decided + filings < Self.mostDecided }

    /// Whether a file that waits so is to be remembered by its folder alone; nil where it is to be kept.
    func deferral(of stage: FileMachine.Stage) -> DeferredFiles.Reason? {
        guard isParked(stage), parked > Self.mostParked else { return nil }
        return switch stage {
        case .waiting(let kind): DeferredFiles.Reason(kind)
        case .held: .held
        case .unfinished: .unfinished
        case .moving, .decided: nil
        }
    }
}

extension Inbox {
    /// Which kinds can't be sent for now has changed, or may have.
    func block(_ new: BlockedKinds) {
        guard new.version > window.blockedVersion else { return }
        let freed = window.blocked.subtracting(new.kinds)
        window.blocked = new.kinds
        window.blockedVersion = new.version
        for kind in freed { readOn(deferred.take(DeferredFiles.Reason(kind))) }
    }

    /// Looks at files again that were not kept in hand.
    func readOn(_ folders: [RelativePath: Int]) {
        for (folder, files) in folders { attachment?.folders.postpone(folder, files: files) }
        if !folders.isEmpty { mailbox.wake() }
        if let next = deferred.next { deadlines.set(.deferred, at: next) }
    }

    /// A folder is read from its beginning: of its files, those that were put off are found again.
    func expectDeferred(in folder: RelativePath) {
        let files = deferred.take(in: folder)
        if files > 0 { attachment?.folders.expect(files, in: folder) }
    }

    /// A file can't go for now, and too many others can't: its folder alone is remembered.
    func putOff(_ path: RelativePath, because reason: DeferredFiles.Reason) {
        deferred.add(reason, in: path.folder, at: now)
        if let next = deferred.next { deadlines.set(.deferred, at: next) }
    }
}
