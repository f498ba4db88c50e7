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
    /// When what is tried next; nothing while a trial is under way whose end is certain to come.
    private var dues = DeadlineTable<Blocker>()
    /// How many filings wait for their own file.
    package private(set) var fileCount = 0
    /// The destinations and folders that files can't be put into.
    package private(set) var places: Set<DestinationPlace> = []

    /// A file that can't be read or moved is tried so often: the permissions of a folder above raise no event.
    package static let fileInterval = Duration.seconds(30)
    /// How many filings of a folder are tried at once. Each that is filed lets two more go.
    private static let folderTrials = 8

    package init() {}

    /// What a filing waits for; nil where it waits for nothing.
    package subscript(id: FilingID) -> Blocker? { blockers[id] }
    /// Why, when it was last tried.
    package func cause(of blocker: Blocker) -> String? { blocks[blocker]?.cause }
    /// When it is tried next; nil while a trial is under way.
    package func nextTry(of blocker: Blocker) -> ContinuousClock.Instant? { dues[blocker] }
    /// When something is to be tried next; nil where nothing is.
    package var nextDue: ContinuousClock.Instant? { mutating get { dues.next } }
    /// Takes out what is to be tried now; nil where nothing is.
    package mutating func popDue(at now: ContinuousClock.Instant) -> Blocker? { dues.popDue(at: now) }

    /// Whether files may go to a destination now.
    package func isOpen(_ role: DestinationRole) -> Bool {
        blocks[.destination(role)]?.isOnProbation ?? true
    }

    // MARK: Failures

    /// A try of one filing has failed.
    /// - Returns: whether the blocker begins with it, and what else ends, for nothing waits for it any more.
    package mutating func block(
        _ id: FilingID, by blocker: Blocker, cause: String, at now: ContinuousClock.Instant
    ) -> (begins: Bool, ended: Blocker?) {
        let ended = blockers[id] == blocker ? nil : unblock(id)
        let begins = fail(blocker, cause: cause, at: now)
        wait(id, for: blocker)
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
        let known = blocks[blocker]
        var block = known ?? Block(cause: cause)
        block.cause = cause
        if known == nil || block.isOnProbation || block.isOnTrial {
            if known != nil { block.delay.double() }
            dues.set(blocker, at: now + (blocker.isFile ? Self.fileInterval : block.delay.current))
        }
        block.isOnTrial = false
        block.isOnProbation = false
        blocks[blocker] = block
        if known == nil { count(blocker, 1) }
        return known == nil
    }

    /// A filing waits no more.
    /// - Returns: the blocker that ends, for it was the last to wait. A destination ends by `works`.
    package mutating func unblock(_ id: FilingID) -> Blocker? {
        guard let blocker = blockers.removeValue(forKey: id) else { return nil }
        blocks[blocker]?.filings.remove(id)
        if case .destination = blocker { return nil }
        guard blocks[blocker]?.filings.isEmpty == true else { return nil }
        end(blocker)
        return blocker
    }

    private mutating func end(_ blocker: Blocker) {
        blocks[blocker] = nil
        dues.remove(blocker)
        count(blocker, -1)
    }

    private mutating func count(_ blocker: Blocker, _ change: Int) {
        if let place = blocker.place {
            if change > 0 { places.insert(place) } else { places.remove(place) }
        } else {
            fileCount += change
        }
    }

    // MARK: Trials

    /// Begins a trial. Of a folder's filings some go first, in any order: where one of them can never go, others may.
    /// - Returns: the filings to try. A destination's go after `admit`.
    package mutating func beginTrial(of blocker: Blocker, at now: ContinuousClock.Instant) -> [FilingID] {
        blocks[blocker]?.isOnTrial = true
        switch blocker {
        case .destination: return []
        case .file(let id): return [id]
        case .folder(let place):
            // A trial whose filings all end otherwise is followed by another one.
            dues.set(blocker, at: now + RetryDelay.longest)
            let filings = blocks[blocker]?.filings ?? []
            blocks[blocker]?.untried = filings.shuffled()
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

    /// Puts a trial off that can't begin now, or whose filing was not tried.
    package mutating func postpone(_ blocker: Blocker, until due: ContinuousClock.Instant) {
        if blocks[blocker] != nil { dues.set(blocker, at: due) }
    }

    /// A trial of a destination has succeeded.
    /// - Returns: the filings to try.
    package mutating func admit(to role: DestinationRole, at now: ContinuousClock.Instant) -> Set<FilingID> {
        guard var block = blocks[.destination(role)] else { return [] }
        block.isOnProbation = true
        block.isOnTrial = false
        dues.set(.destination(role), at: now + block.delay.current)
        blocks[.destination(role)] = block
        return block.filings
    }

    /// Files get to a destination again.
    /// - Returns: whether it had failed before, and was on probation.
    package mutating func works(_ role: DestinationRole) -> Bool {
        guard let block = blocks[.destination(role)], block.isOnProbation else { return false }
        for id in block.filings { blockers[id] = nil }
        end(.destination(role))
        return true
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
