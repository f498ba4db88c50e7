import BitMindAPI

/// The decided files of an inbox, from the decision to the end of their filing: which are filed next, which
/// wait and for what, and the consequences of each try.
///
/// ```text
/// decided ─→ queued ─→ in hand ─→ filed, changed, gone, foreign
///              ▲          │
///              └─ blocked ┘
/// ```
///
/// An unfinished filing of an earlier run is treated like any other: it is found by its files in the working
/// folder, and has no order. At most one thread works on a filing at a time.
package struct Filings: Sendable {
    enum State: Sendable, Equatable {
        case queued
        /// A thread works on it.
        case inHand
        case blocked
    }

    struct Entry: Sendable {
        /// Nil if an earlier run made the decision.
        let order: FilingOrder?
        /// Below the inbox; nil if the decision cannot be read.
        var path: RelativePath?
        /// Nil if the decision cannot be read.
        var judged: JudgedFile?
        /// When the file was found; nil if the decision cannot be read.
        var found: FoundTime?
        var state: State
        /// Whether a thread has worked on it, so that it may have files on disk.
        var wasTried = false
        /// Whether it was blocked before.
        var wasBlocked = false
        /// Whether the inbox is no longer watched. The filing then ends with the current try.
        var isForgotten = false
        /// Whether its verdict was kept because its file left its path.
        var isKept = false
        /// How often a program was writing to its file, and when the filing may be retried.
        var busy = Relapse()
        /// The event at its path while it was queued or in hand.
        var heard: Settling.Evidence?
    }

    var entries: [FilingID: Entry] = [:]
    /// Several filings may have come from one path, one after the other.
    var ids: [RelativePath: Set<FilingID>] = [:]
    var lanes = FilingLanes()
    var blockers = Blockers()
    /// The destinations whose unfinished filings of earlier runs have all been found.
    var searched: Set<DestinationRole> = []
    /// The quiet time after a program has written to a file.
    let quiet: Duration

    /// - Parameter quiet: the quiet time after a program has written to a file.
    package init(quiet: Duration) { self.quiet = quiet }

    package var count: Int { entries.count }
    /// The number of filings that are queued or in hand.
    package var activeCount: Int { lanes.count }
    /// The number of files that cannot be moved out of the inbox.
    package var unmovableCount: Int { blockers.fileCount }
    /// The folders that do not accept files now, by name.
    package var blockedPlaces: [DestinationPlace] { blockers.places.sorted { "\($0)" < "\($1)" } }
    /// The time of the next retry; nil if there is none.
    package var nextDue: ContinuousClock.Instant? { mutating get { blockers.nextDue } }
    package func nextTry(of blocker: Blocker) -> ContinuousClock.Instant? { blockers.nextTry(of: blocker) }

    /// Whether the unfinished filings of earlier runs in a destination have been found.
    package func isSearched(_ role: DestinationRole) -> Bool { searched.contains(role) }

    /// Whether the file system of a destination or of the inbox lacks a call that filing needs. No file is
    /// sent meanwhile.
    package var isCallLacking: Bool {
        DestinationRole.allCases.contains { role in
            !blockers.isOpen(role) && blockers.cause(of: .destination(role))?.namesLackingCall == true
        }
    }

    // MARK: Beginning

    /// Takes a decided file.
    package mutating func decided(_ order: FilingOrder, as id: FilingID) {
        // The same file was decided on before.
        guard entries[id] == nil else { return retry(id) }
        insert(
            id,
            Entry(
                order: order, path: order.path, judged: JudgedFile(order.decision), found: order.found,
                state: .blocked))
        if blockers.isOpen(id.role) {
            queue(id)
        } else {
            blockers.wait(id, for: .destination(id.role))
        }
    }

    /// The next filings for one thread to do together; nil if none can begin now.
    /// - Parameter isAlone: whether each file of a destination is filed alone, because it is copied.
    package mutating func next(
        isAlone: (DestinationRole) -> Bool
    ) -> (bulk: FilingLanes.Bulk, jobs: [FilingJob])? {
        guard let bulk = lanes.next(isAlone: isAlone) else { return nil }
        for id in bulk.ids {
            entries[id]?.state = .inHand
            entries[id]?.wasTried = true
        }
        return (bulk, bulk.ids.map { FilingJob($0, entries[$0]?.order) })
    }

    mutating func queue(_ id: FilingID) {
        guard let entry = entries[id], entry.state == .blocked, !entry.isForgotten else { return }
        entries[id]?.state = .queued
        lanes.add(id, size: entry.judged?.size ?? 0)
    }

    /// Retries a filing, unless its destination does not accept files.
    mutating func retry(_ id: FilingID) {
        if blockers.isOpen(id.role) { queue(id) }
    }

    /// Retries what is due.
    package mutating func due(at now: ContinuousClock.Instant) -> [FilingAction] {
        var actions: [FilingAction] = []
        while let blocker = blockers.popDue(at: now) {
            if case .destination(let role) = blocker {
                actions.append(.probe(role))
            } else if !blockers.isOpen(blocker.role) {
                blockers.postpone(blocker, until: now + .seconds(1))
                continue
            }
            for id in blockers.beginTrial(of: blocker, at: now) { queue(id) }
        }
        return actions
    }

    // MARK: Ending

    /// A thread has tried some filings.
    package mutating func ended(
        _ bulk: FilingLanes.Bulk, _ outcomes: [FilingOutcome], at now: FoundTime
    ) -> [FilingAction] {
        lanes.ended(bulk)
        for id in bulk.ids { entries[id]?.state = .blocked }
        return outcomes.flatMap { ended($0, isFound: false, at: now) }
    }

    /// The filings found in a destination's working folder were tried.
    package mutating func found(
        _ outcomes: [FilingOutcome], in role: DestinationRole, at now: FoundTime
    ) -> [FilingAction] {
        searched.insert(role)
        return outcomes.flatMap { ended($0, isFound: true, at: now) }
    }

    /// A destination was tested.
    /// - Parameter failure: why it cannot be written to, in words; nil if it can.
    package mutating func probed(
        _ role: DestinationRole, failure: String?, at now: FoundTime
    ) -> [FilingAction] {
        if let failure { return failed(role, failure, at: now) }
        for id in blockers.admit(to: role, at: now.instant) { queue(id) }
        return lanes.isIdle(role) ? works(role) : []
    }

    /// A destination no longer accepts files. A filing that was in hand when it failed adds no information.
    mutating func failed(
        _ role: DestinationRole, _ cause: String, at now: FoundTime
    ) -> [FilingAction] {
        let blocker = Blocker.destination(role)
        let begins = blockers.fail(blocker, cause: cause, at: now.instant)
        for id in lanes.removeAll(role) {
            entries[id]?.state = .blocked
            switch blockers[id] {
            case nil: blockers.wait(id, for: blocker)
            case .file(let id)?: blockers.postpone(.file(id), until: now.instant + Hold.retryInterval)
            case .folder?, .destination?: break
            }
        }
        return begins ? [.report(.blocked(blocker, cause: cause, path: nil))] : []
    }

    mutating func works(_ role: DestinationRole) -> [FilingAction] {
        blockers.works(role) ? [.report(.unblocked(.destination(role), isFiled: true))] : []
    }
}
