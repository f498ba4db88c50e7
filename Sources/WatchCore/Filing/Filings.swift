import BitMindAPI

/// The decided files of an inbox, from the decision to the end of their filing: which go next, which wait and for what,
/// and what follows from each try.
///
/// ```text
/// decided ─→ queued ─→ in hand ─→ filed, changed, gone, foreign
///              ▲          │
///              └─ blocked ┘
/// ```
///
/// A filing that an earlier run has begun is like any other one: it is found by its files in the working folder, and has
/// no order. A filing is in one thread's hands at a time.
package struct Filings: Sendable {
    enum State: Sendable, Equatable {
        case queued
        /// A thread is at it.
        case inHand
        case blocked
    }

    struct Entry: Sendable {
        /// Nil where an earlier run has decided.
        let order: FilingOrder?
        /// Below the inbox; nil where the decision can't be read.
        var path: RelativePath?
        /// Nil where the decision can't be read.
        var judged: JudgedFile?
        /// When the file was found; nil where the decision can't be read.
        var found: FoundTime?
        var state: State
        /// Whether a thread has had it: it may have left something on disk.
        var wasTried = false
        /// Whether it was blocked before.
        var wasBlocked = false
        /// Whether the inbox was let go of: it ends with the try under way.
        var isForgotten = false
        /// How often a program was writing to its file, and when it may be tried again for that.
        var busy = Relapse()
        /// What happened at its path while it was queued or in hand.
        var heard: Settling.Evidence?
    }

    var entries: [FilingID: Entry] = [:]
    /// Several may have come from one path, one after the other.
    var ids: [RelativePath: Set<FilingID>] = [:]
    var lanes = FilingLanes()
    var blockers = Blockers()
    /// The destinations in which all was found that earlier runs have left.
    var searched: Set<DestinationRole> = []
    /// How many are queued or in hand.
    package internal(set) var activeCount = 0
    /// The quiet time after a program has written to a file.
    let quiet: Duration

    /// - Parameter quiet: how long a file that a program writes to is left alone.
    package init(quiet: Duration) { self.quiet = quiet }

    package var count: Int { entries.count }
    /// How many can't be moved out of the inbox.
    package var unmovableCount: Int { blockers.fileCount }
    /// Where files can't be put at present, by name.
    package var blockedPlaces: [DestinationPlace] { blockers.places.sorted { "\($0)" < "\($1)" } }
    /// When something is to be tried next; nil where nothing is.
    package var nextDue: ContinuousClock.Instant? { mutating get { blockers.nextDue } }
    package func nextTry(of blocker: Blocker) -> ContinuousClock.Instant? { blockers.nextTry(of: blocker) }

    /// Whether what earlier runs have left in a destination has been found.
    package func isSearched(_ role: DestinationRole) -> Bool { searched.contains(role) }

    /// Whether a destination's file system, or the inbox's, lacks a call that filing needs. Nothing is sent meanwhile.
    package var isCallLacking: Bool {
        DestinationRole.allCases.contains { role in
            !blockers.isOpen(role) && blockers.cause(of: .destination(role))?.namesLackingCall == true
        }
    }

    // MARK: Beginning

    /// Takes a decided file.
    package mutating func decided(_ order: FilingOrder, as id: FilingID) -> [FilingAction] {
        // The very file was decided on before.
        guard entries[id] == nil else { return retry([id]) }
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
        return []
    }

    /// The next filings that one thread takes on together; nil while nothing is to begin.
    /// - Parameter isAlone: whether each file of a destination goes by itself, for it is copied.
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
        activeCount += 1
        lanes.add(id, size: entry.judged?.size ?? 0)
    }

    /// Tries some again.
    mutating func retry(_ ids: some Sequence<FilingID>) -> [FilingAction] {
        for id in ids where blockers.isOpen(id.role) { queue(id) }
        return []
    }

    /// Tries what is due.
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

    /// A thread has tried some.
    package mutating func ended(
        _ bulk: FilingLanes.Bulk, _ outcomes: [FilingOutcome], at now: FoundTime
    ) -> [FilingAction] {
        lanes.ended(bulk)
        for id in bulk.ids where entries[id]?.state == .inHand {
            entries[id]?.state = .blocked
            activeCount -= 1
        }
        return outcomes.flatMap { ended($0, isFound: false, at: now) }
    }

    /// What was found in a destination's working folder was tried.
    package mutating func found(
        _ outcomes: [FilingOutcome], in role: DestinationRole, at now: FoundTime
    ) -> [FilingAction] {
        searched.insert(role)
        return outcomes.flatMap { ended($0, isFound: true, at: now) }
    }

    /// It was asked whether a destination can be written to.
    /// - Parameter failure: why not, in words; nil where it can be.
    package mutating func probed(
        _ role: DestinationRole, failure: String?, at now: FoundTime
    ) -> [FilingAction] {
        if let failure { return failed(role, failure, at: now) }
        for id in blockers.admit(to: role, at: now.instant) { queue(id) }
        return lanes.isIdle(role) ? works(role) : []
    }

    /// A destination takes no files any more. What was under way when it failed says nothing new.
    mutating func failed(
        _ role: DestinationRole, _ cause: String, at now: FoundTime
    ) -> [FilingAction] {
        let blocker = Blocker.destination(role)
        let begins = blockers.fail(blocker, cause: cause, at: now.instant)
        for id in lanes.removeAll(role) {
            entries[id]?.state = .blocked
            activeCount -= 1
            switch blockers[id] {
            case nil: blockers.wait(id, for: blocker)
            case .file(let id)?: blockers.postpone(.file(id), until: now.instant + Blockers.fileInterval)
            case .folder?, .destination?: break
            }
        }
        return begins ? [.report(.blocked(blocker, cause: cause, path: nil))] : []
    }

    mutating func works(_ role: DestinationRole) -> [FilingAction] {
        blockers.works(role) ? [.report(.unblocked(.destination(role), isFiled: true))] : []
    }
}
