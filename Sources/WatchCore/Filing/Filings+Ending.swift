import BitMindAPI

// The consequences of one try.
extension Filings {
    /// - Parameter isFound: whether the filing was found in the working folder; otherwise it was ordered.
    mutating func ended(
        _ outcome: FilingOutcome, isFound: Bool, at now: FoundTime
    ) -> [FilingAction] {
        guard let id = outcome.id else { return [.report(.resumed(outcome))] }
        switch outcome.end {
        case .blocked(let blocker, let cause):
            return waits(id, outcome, isFound, for: blocker, cause, at: now)
        case .busy:
            return waits(id, outcome, isFound, for: .file(id), Self.busyCause, at: now)
                + isBusy(id, at: now)
        case .filed, .changed, .gone, .foreign:
            return isOver(id, outcome, isFound)
        }
    }

    static let busyCause = "a program has it open for writing"

    // MARK: Waiting

    private mutating func waits(
        _ id: FilingID, _ outcome: FilingOutcome, _ isFound: Bool, for blocker: Blocker, _ cause: String,
        at now: FoundTime
    ) -> [FilingAction] {
        if isFound, entries[id] == nil { insert(id, Entry(outcome, at: now)) }
        guard let entry = entries[id] else { return [] }
        if entry.isForgotten { return drop(id) }
        if entry.path == nil { setPath(outcome.path, of: id) }
        entries[id]?.wasTried = true
        entries[id]?.wasBlocked = true
        if outcome.end != .busy { entries[id]?.busy = Relapse() }
        var actions: [FilingAction] = []
        if case .destination(let role) = blocker {
            let isNews = blockers.isOpen(role)
            if isNews { actions = failed(role, cause, at: now) }
            if let ended = blockers.unblock(id) {
                actions.append(.report(.unblocked(ended, isFiled: false)))
            }
            blockers.wait(id, for: blocker)
        } else {
            let (begins, ended) = blockers.block(id, by: blocker, cause: cause, at: now.instant)
            if let ended { actions.append(.report(.unblocked(ended, isFiled: false))) }
            if begins, outcome.end != .busy {
                actions.append(.report(.blocked(blocker, cause: cause, path: outcome.path ?? entry.path)))
            }
        }
        return actions + lookAfterEvent(id)
    }

    /// A program writes to the file: the filing is retried when the file is quiet, at growing intervals.
    private mutating func isBusy(_ id: FilingID, at now: FoundTime) -> [FilingAction] {
        guard var entry = entries[id] else { return [] }
        let wait = max(quiet, entry.busy.add(at: now.instant))
        entries[id] = entry
        blockers.postpone(.file(id), until: now.instant + wait)
        // A single write is not reported.
        guard entry.busy.count > 1, let path = entry.path else { return [] }
        return [.report(.busy(path, times: entry.busy.count, wait: wait))]
    }

    /// Looks now at a path that had an event while its filing was queued or in hand.
    private mutating func lookAfterEvent(_ id: FilingID) -> [FilingAction] {
        guard let path = entries[id]?.path, let evidence = entries[id]?.heard else { return [] }
        entries[id]?.heard = nil
        return [.look(path, evidence, nil)]
    }

    // MARK: Ends

    private mutating func isOver(
        _ id: FilingID, _ outcome: FilingOutcome, _ isFound: Bool
    ) -> [FilingAction] {
        let entry = entries[id]
        let isOfEarlierRun = entry.map { $0.order == nil } ?? isFound
        let isFiled = outcome.end.isFiled
        var actions: [FilingAction] = []
        if isFiled { actions.append(.filed(outcome, found: entry?.found)) }
        actions += release(id, isFiled: isFiled)
        if isOfEarlierRun { actions.append(.report(.resumed(outcome))) }
        guard let path = entry?.path ?? outcome.path else { return actions }
        // The filed file may have been in the working folder, and another file may have had its name since.
        let heard = entry?.heard ?? (entry?.wasBlocked == true || isOfEarlierRun ? .found : nil)
        switch outcome.end {
        case .filed(_, leavesSource: true): actions += [.relapse(path), .look(path, .found, nil)]
        case .changed where isOfEarlierRun: actions += [.relapse(path), .look(path, .found, nil)]
        case .changed:
            actions += [.relapse(path), .look(path, entry?.heard ?? .written, .bytes)]
        case .gone:
            if let order = entry?.order { actions.append(.keep(order.decision)) }
            if let heard { actions.append(.look(path, heard, nil)) }
        case .filed, .foreign, .busy, .blocked:
            if let heard { actions.append(.look(path, heard, nil)) }
        }
        return actions
    }

    /// Drops a filing that has ended.
    private mutating func release(_ id: FilingID, isFiled: Bool) -> [FilingAction] {
        let blocker = blockers[id]
        let ended = blockers.unblock(id)
        remove(id)
        var actions: [FilingAction] = []
        if let ended { actions.append(.report(.unblocked(ended, isFiled: isFiled))) }
        guard isFiled else { return actions }
        // Each filed file lets others of its folder be tried.
        if ended == nil, case .folder(let place)? = blocker {
            for other in blockers.goOn(with: place) { queue(other) }
        }
        return actions + works(id.role)
    }

    /// Drops a filing whose inbox is no longer watched, or whose file has left before anything was begun.
    mutating func drop(_ id: FilingID) -> [FilingAction] {
        let order = entries[id]?.order
        let ended = blockers.unblock(id)
        remove(id)
        let reports = ended.map { [FilingAction.report(.unblocked($0, isFiled: false))] } ?? []
        return reports + (order.map { [.keep($0.decision)] } ?? [])
    }
}

extension FilingEnd {
    fileprivate var isFiled: Bool { if case .filed = self { true } else { false } }
}

extension Filings.Entry {
    /// A filing that an earlier run began.
    fileprivate init(_ outcome: FilingOutcome, at now: FoundTime) {
        self.init(
            order: nil, path: outcome.path, judged: outcome.sidecar.map { JudgedFile($0.media) },
            found: outcome.sidecar.map { FoundTime($0.times.found, seenAt: now) }, state: .blocked)
    }
}
