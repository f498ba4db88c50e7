/// What filings wait for, and when to try again: the one place that answers why a decided file still lies there.
///
/// A blocker is reported when it begins, and when it ends. A destination ends when a file was filed there after a trial
/// that succeeded: a fault that no trial finds so neither ends nor begins with each trial. A folder ends when its last
/// filing is filed or gone: a file whose name is impossible there does not end the state with each neighbour that is
/// filed. Both are tried at doubled intervals. A file is tried every half minute.
package struct Blockers: Sendable {
    private struct Block: Sendable {
        var cause: String
        var delay = RetryDelay()
        /// When its filings are tried next; nil while a trial is under way whose end is certain to come.
        var due: ContinuousClock.Instant?
        /// Whether a trial was begun, and nothing of it has failed yet.
        var isOnTrial = false
        /// Whether a trial has succeeded and no file was filed yet. Only of destinations.
        var isOnProbation = false
        var filings: Set<FilingID> = []
        /// Those that have not been tried since the last trial of the folder began, the next one last.
        var untried: [FilingID] = []
    }

    private var blocks: [Blocker: Block] = [:]
    private var blockers: [FilingID: Blocker] = [:]

    /// A file that can't be read or moved is tried so often: the permissions of a folder above raise no event.
    package static let fileInterval = Duration.seconds(30)
    /// How many filings of a folder are tried at once. Each that is filed lets two more go.
    private static let folderTrials = 8

    package init() {}

    /// What a filing waits for; nil where it waits for nothing.
    package subscript(id: FilingID) -> Blocker? { blockers[id] }
    /// Why, when it was last tried.
    package func cause(of blocker: Blocker) -> String? { blocks[blocker]?.cause }
    /// When it is tried next.
    package func nextTry(of blocker: Blocker) -> ContinuousClock.Instant? { blocks[blocker]?.due }
    /// When something is to be tried next; nil where nothing is.
    package var nextDue: ContinuousClock.Instant? { blocks.values.compactMap(\.due).min() }

    /// What is to be tried now.
    package func due(at now: ContinuousClock.Instant) -> [Blocker] {
        blocks.filter { $0.value.due.map { $0 <= now } ?? false }.map(\.key)
    }

    package func filings(of blocker: Blocker) -> Set<FilingID> { blocks[blocker]?.filings ?? [] }

    /// The destinations and folders that files can't be put into, by name.
    package var places: [DestinationPlace] {
        blocks.keys.compactMap(\.place).sorted { "\($0)" < "\($1)" }
    }

    /// How many filings wait for their own file.
    package var fileCount: Int { blockers.values.count { if case .file = $0 { true } else { false } } }

    /// Whether files may go to a destination now.
    package func isOpen(_ role: DestinationRole) -> Bool {
        blocks[.destination(role)]?.isOnProbation ?? true
    }

    /// A try of one filing has failed.
    /// - Returns: whether the blocker begins with it, and what else ends, for nothing waits for it any more.
    package mutating func block(
        _ id: FilingID, by blocker: Blocker, cause: String, at now: ContinuousClock.Instant
    ) -> (begins: Bool, ended: Blocker?) {
        let ended = blockers[id] == blocker ? nil : unblock(id)
        let begins = fail(blocker, cause: cause, at: now)
        blocks[blocker]?.filings.insert(id)
        blockers[id] = blocker
        return (begins, ended)
    }

    /// Has a filing wait that was not tried: its destination is known to have failed.
    package mutating func wait(_ id: FilingID, for blocker: Blocker) {
        blocks[blocker]?.filings.insert(id)
        blockers[id] = blocker
    }

    /// A trial has failed. A filing that was under way when its destination failed is no trial, and puts none off.
    /// - Returns: whether the blocker begins.
    package mutating func fail(
        _ blocker: Blocker, cause: String, at now: ContinuousClock.Instant
    ) -> Bool {
        guard var block = blocks[blocker] else {
            blocks[blocker] = Block(cause: cause, due: now + Self.firstDelay(blocker))
            return true
        }
        block.cause = cause
        if block.isOnProbation || block.isOnTrial {
            block.delay.double()
            block.due = now + (blocker.isFile ? Self.fileInterval : block.delay.current)
        }
        block.isOnTrial = false
        block.isOnProbation = false
        blocks[blocker] = block
        return false
    }

    private static func firstDelay(_ blocker: Blocker) -> Duration {
        blocker.isFile ? fileInterval : RetryDelay().current
    }

    /// A filing waits no more.
    /// - Returns: the blocker that ends, for it was the last to wait. A destination ends by `works`.
    package mutating func unblock(_ id: FilingID) -> Blocker? {
        guard let blocker = blockers.removeValue(forKey: id) else { return nil }
        blocks[blocker]?.filings.remove(id)
        if case .destination = blocker { return nil }
        guard blocks[blocker]?.filings.isEmpty == true else { return nil }
        blocks[blocker] = nil
        return blocker
    }

    /// A trial of a destination has succeeded.
    /// - Returns: the filings to try.
    package mutating func admit(to role: DestinationRole, at now: ContinuousClock.Instant) -> Set<FilingID> {
        guard var block = blocks[.destination(role)] else { return [] }
        block.isOnProbation = true
        block.isOnTrial = false
        block.due = now + block.delay.current
        blocks[.destination(role)] = block
        return block.filings
    }

    /// Files get to a destination again.
    /// - Returns: whether it had failed before, and was on probation.
    package mutating func works(_ role: DestinationRole) -> Bool {
        guard let block = blocks[.destination(role)], block.isOnProbation else { return false }
        for id in block.filings { blockers[id] = nil }
        blocks[.destination(role)] = nil
        return true
    }

    /// Whether a trial of the destination has succeeded and no file was filed there yet.
    package func isOnProbation(_ role: DestinationRole) -> Bool {
        blocks[.destination(role)]?.isOnProbation == true
    }

    /// Begins a trial. Of a folder's filings some go first, in any order: where one of them can never go, others may.
    /// - Returns: the filings to try. A destination's go after `admit`.
    package mutating func beginTrial(of blocker: Blocker, at now: ContinuousClock.Instant) -> [FilingID] {
        blocks[blocker]?.isOnTrial = true
        blocks[blocker]?.due = nil
        switch blocker {
        case .destination: return []
        case .file(let id): return [id]
        case .folder(let place):
            // A trial whose filings all end otherwise is followed by another one.
            blocks[blocker]?.due = now + RetryDelay.longest
            let filings = filings(of: blocker).shuffled()
            blocks[blocker]?.untried = filings
            return takeUntried(of: place, most: Self.folderTrials)
        }
    }

    /// The next filings of a trial, where one of that folder was filed.
    package mutating func goOn(with place: DestinationPlace) -> [FilingID] { takeUntried(of: place, most: 2) }

    private mutating func takeUntried(of place: DestinationPlace, most: Int) -> [FilingID] {
        var taken: [FilingID] = []
        while taken.count < most, let next = blocks[.folder(place)]?.untried.popLast() {
            if blockers[next] == .folder(place) { taken.append(next) }
        }
        return taken
    }

    /// Puts the next trial off: a folder's, while its destination takes no files.
    package mutating func postpone(_ blocker: Blocker, until due: ContinuousClock.Instant) {
        blocks[blocker]?.due = due
    }
}

extension Blocker {
    fileprivate var isFile: Bool { if case .file = self { true } else { false } }

    package var role: DestinationRole {
        switch self {
        case .file(let id): id.role
        case .folder(let place): place.role
        case .destination(let role): role
        }
    }

    /// Where files can't be put; nil where it is the file's own.
    package var place: DestinationPlace? {
        switch self {
        case .file: nil
        case .folder(let place): place
        case .destination(let role): DestinationPlace(role, .root)
        }
    }
}

extension String {
    /// Whether this cause names a call that a file system does not have, and will not have: ENOSYS, EOPNOTSUPP or
    /// EINVAL, at the end of `SystemCallError.description`.
    var namesLackingCall: Bool {
        ["(ENOSYS)", "(EOPNOTSUPP)", "(EINVAL)"].contains { contains($0) }
    }
}
