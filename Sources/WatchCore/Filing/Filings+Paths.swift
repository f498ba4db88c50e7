// What happens at the paths that filings came from.
extension Filings {
    /// Something happened at a path.
    /// - Returns: whether a filing of it is queued or in hand: what lies there is looked at when that has its end.
    package mutating func heard(_ event: FileEvent, at path: RelativePath) -> Bool {
        var isActive = false
        for id in ids[path, default: []] {
            guard var entry = entries[id], entry.state != .blocked else { continue }
            isActive = true
            switch event {
            // The filing itself moves the file away.
            case .vanished, .movedAway: entry.heard = nil
            // A scan tells less than any event. But a filing may have missed the file, whose folder was elsewhere.
            case .arrived(.found): entry.heard = entry.heard ?? .found
            default: entry.heard = event.evidence ?? entry.heard
            }
            entries[id] = entry
        }
        return isActive
    }

    /// The files of the filings that are blocked and came from a path.
    package func judged(at path: RelativePath) -> [(id: FilingID, file: JudgedFile)] {
        guard !ids.isEmpty else { return [] }
        return ids[path, default: []].compactMap { id in entries[id]?.judged.map { (id, $0) } }
    }

    /// Whether any filing came from a path.
    package func contains(_ path: RelativePath) -> Bool { ids[path] != nil }

    /// The file of a blocked filing is at its path, and something happened to it.
    /// - Parameter file: as it is now, where it was read.
    package mutating func isThere(
        _ id: FilingID, _ file: FileIdentity? = nil, at now: ContinuousClock.Instant
    ) -> [FilingAction] {
        if let file, let judged = entries[id]?.judged { entries[id]?.judged = judged.with(stampsOf: file) }
        guard case .file? = blockers[id], let entry = entries[id] else { return [] }
        if entry.busy.count > 0 {
            blockers.postpone(.file(id), until: max(now + quiet, entry.busy.notBefore ?? now))
            return []
        }
        return retry([id])
    }

    /// The files of blocked filings are not at that path: another file is, or none. Filings of which nothing can lie on
    /// disk are forgotten.
    package mutating func isElsewhere(_ ids: [FilingID]) -> [FilingAction] {
        ids.filter { entries[$0]?.state == .blocked && entries[$0]?.wasTried == false }.flatMap { drop($0) }
    }

    /// The permissions of folders have changed: tries the files in them.
    package mutating func permissionsChanged(in folders: Set<RelativePath>) -> [FilingAction] {
        var actions: [FilingAction] = []
        for (id, entry) in entries {
            guard case .file? = blockers[id], entry.path.map(folders.contains(anyAbove:)) == true else {
                continue
            }
            actions += retry([id])
        }
        return actions
    }

    /// The inbox is let go of. What is in hand comes to its end; what earlier runs have left is found again.
    /// - Returns: which verdicts to keep.
    package mutating func forget() -> [FilingAction] {
        searched = []
        activeCount -= lanes.removeAll().count
        blockers = Blockers()
        var kept: [FilingAction] = []
        for (id, entry) in entries {
            if entry.state == .inHand {
                entries[id]?.isForgotten = true
            } else {
                if let order = entry.order, !entry.wasTried { kept.append(.keep(order.decision)) }
                remove(id)
            }
        }
        return kept
    }

    // MARK: The table

    mutating func insert(_ id: FilingID, _ entry: Entry) {
        entries[id] = entry
        if let path = entry.path { ids[path, default: []].insert(id) }
    }

    mutating func remove(_ id: FilingID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        if let path = entry.path {
            ids[path]?.remove(id)
            if ids[path]?.isEmpty == true { ids[path] = nil }
        }
    }

    mutating func setPath(_ path: RelativePath?, of id: FilingID) {
        guard let path else { return }
        entries[id]?.path = path
        ids[path, default: []].insert(id)
    }
}
