/// What filings wait for, and when to retry. This is the one place that knows why a decided file is not filed
/// yet.
///
/// A blocker is reported when it begins and when it ends. A destination's blocker ends when a file was filed
/// there after a successful trial, so that a fault that no trial finds does not end and begin with each
/// trial. A folder's blocker ends when its last filing is filed or gone, so that a file whose name is
/// impossible there does not end it with each other file filed. Destinations and folders are retried at
/// doubled intervals, a file every half minute.
package struct Blockers: Sendable {
    private struct Block: Sendable {
        var cause: String
        var delay = RetryDelay()
        /// Whether a trial has begun, and nothing of it has failed yet.
        var isOnTrial = false
        /// Whether a trial has succeeded and no file was filed yet. Only for destinations.
        var isOnProbation = false
        var filings: Set<FilingID> = []
        /// The filings not tried since the last trial of the folder began; the next one is last.
        var untried: [FilingID] = []
    }

    private var blocks: [Blocker: Block] = [:]
    private var blockers: [FilingID: Blocker] = [:]
    /// When each blocker is retried. A blocker has no deadline during a trial that is certain to end.
    private var dues = DeadlineTable<Blocker>()
    /// The number of filings that wait for their own file.
    package private(set) var fileCount = 0
    /// The destinations and folders that do not accept files.
    package private(set) var places: Set<DestinationPlace> = []

    /// The number of filings of a folder that a trial begins with. Each filed one starts two more.
    private static let folderTrials = 8

    package init() {}

    /// What a filing waits for; nil if it does not wait.
    package subscript(id: FilingID) -> Blocker? { blockers[id] }
    /// The cause of the last failed try.
    package func cause(of blocker: Blocker) -> String? { blocks[blocker]?.cause }
    /// When the blocker is retried; nil during a trial.
    package func nextTry(of blocker: Blocker) -> ContinuousClock.Instant? { dues[blocker] }
    /// The time of the next retry; nil if there is none.
    package var nextDue: ContinuousClock.Instant? { mutating get { dues.next } }
    /// Removes and returns a blocker to retry now; nil if there is none.
    package mutating func popDue(at now: ContinuousClock.Instant) -> Blocker? { dues.popDue(at: now) }

    /// Whether filings may go to a destination now.
    package func isOpen(_ role: DestinationRole) -> Bool {
        blocks[.destination(role)]?.isOnProbation ?? true
    }

    // MARK: Failures

    /// A try of one filing has failed.
    /// - Returns: whether the blocker begins with it, and which other blocker ends, because no filing waits
    ///   for it any more.
    package mutating func block(
        _ id: FilingID, by blocker: Blocker, cause: String, at now: ContinuousClock.Instant
    ) -> (begins: Bool, ended: Blocker?) {
        let ended = blockers[id] == blocker ? nil : unblock(id)
        let begins = fail(blocker, cause: cause, at: now)
        wait(id, for: blocker)
        return (begins, ended)
    }

    /// Makes a filing wait without a try: its destination is known to have failed.
    package mutating func wait(_ id: FilingID, for blocker: Blocker) {
        blocks[blocker]?.filings.insert(id)
        blockers[id] = blocker
    }

    /// A trial has failed. A filing that was in hand when its destination failed is not a trial, and does not
    /// delay the next one.
    /// - Returns: whether the blocker begins.
    package mutating func fail(
        _ blocker: Blocker, cause: String, at now: ContinuousClock.Instant
    ) -> Bool {
        let known = blocks[blocker]
        var block = known ?? Block(cause: cause)
        block.cause = cause
        if known == nil || block.isOnProbation || block.isOnTrial {
            if known != nil { block.delay.double() }
            dues.set(blocker, at: now + (blocker.isFile ? Hold.retryInterval : block.delay.current))
        }
        block.isOnTrial = false
        block.isOnProbation = false
        blocks[blocker] = block
        if known == nil { count(blocker, 1) }
        return known == nil
    }

    /// A filing no longer waits.
    /// - Returns: the blocker that ends, if this filing was the last to wait for it. A destination's blocker
    ///   ends by `works`.
    package mutating func unblock(_ id: FilingID) -> Blocker? {
        guard let blocker = blockers.removeValue(forKey: id) else { return nil }
        blocks[blocker]?.filings.remove(id)
        if case .destination = blocker { return nil }
        guard blocks[blocker]?.filings.isEmpty == true else { return nil }
        end(blocker)
        return blocker
    }

    /// Forgets all filings. A destination that has failed stays blocked until a trial succeeds.
    package mutating func forgetFilings() {
        blockers = [:]
        for blocker in Array(blocks.keys) {
            if case .destination = blocker { blocks[blocker]?.filings = [] } else { end(blocker) }
        }
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

    /// Begins a trial. Of a folder's filings some are tried first, in any order: even if one of them can
    /// never be filed, others may be.
    /// - Returns: the filings to try. The filings of a destination are tried after `admit`.
    package mutating func beginTrial(of blocker: Blocker, at now: ContinuousClock.Instant) -> [FilingID] {
        blocks[blocker]?.isOnTrial = true
        switch blocker {
        case .destination: return []
        case .file(let id): return [id]
        case .folder(let place):
            // If all filings of this trial end in another way, another trial follows.
            dues.set(blocker, at: now + RetryDelay.longest)
            let filings = blocks[blocker]?.filings ?? []
            blocks[blocker]?.untried = filings.shuffled()
            return takeUntried(of: place, most: Self.folderTrials)
        }
    }

    /// The next filings of a trial, after one of that folder was filed.
    package mutating func goOn(with place: DestinationPlace) -> [FilingID] { takeUntried(of: place, most: 2) }

    private mutating func takeUntried(of place: DestinationPlace, most: Int) -> [FilingID] {
        var taken: [FilingID] = []
        while taken.count < most, let next = blocks[.folder(place)]?.untried.popLast() {
            if blockers[next] == .folder(place) { taken.append(next) }
        }
        return taken
    }

    /// Postpones a trial that cannot begin now, or whose filing was not tried.
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

    /// A file was filed in a destination.
    /// - Returns: whether the destination had failed before, and was on probation.
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

    /// The destination or folder that does not accept files; nil if the file itself is the cause.
    package var place: DestinationPlace? {
        switch self {
        case .file: nil
        case .folder(let place): place
        case .destination(let role): DestinationPlace(role, .root)
        }
    }
}

extension String {
    /// Whether this cause names a call that a file system permanently lacks: ENOSYS, EOPNOTSUPP or EINVAL, at
    /// the end of `SystemCallError.description`.
    var namesLackingCall: Bool {
        ["(ENOSYS)", "(EOPNOTSUPP)", "(EINVAL)"].contains { contains($0) }
    }
}
