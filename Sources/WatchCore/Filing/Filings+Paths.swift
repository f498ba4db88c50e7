// Events at the paths that filings came from.
extension Filings {
    /// An event occurred at a path.
    /// - Returns: whether a filing of the path is queued or in hand. The path is then looked at when the
    ///   filing ends.
    package mutating func heard(_ event: FileEvent, at path: RelativePath) -> Bool {
        var isActive = false
        for id in ids[path, default: []] {
            guard var entry = entries[id], entry.state != .blocked else { continue }
            isActive = true
            switch event {
            // The filing itself moves the file away.
            case .vanished, .movedAway: entry.heard = nil
            // A scan gives less information than an event. But a filing may have missed the file while its
            // folder was elsewhere.
            case .arrived(.found): entry.heard = entry.heard ?? .found
            default: entry.heard = event.evidence ?? entry.heard
            }
            entries[id] = entry
        }
        return isActive
    }

    /// The files of the blocked filings that came from a path.
    package func judged(at path: RelativePath) -> [(id: FilingID, file: JudgedFile)] {
        guard !ids.isEmpty else { return [] }
        return ids[path, default: []].compactMap { id in entries[id]?.judged.map { (id, $0) } }
    }

    /// Whether any filing came from a path.
    package func contains(_ path: RelativePath) -> Bool { ids[path] != nil }

    /// The file of a blocked filing is at its path, and had an event.
    /// - Parameter file: its current identity and digest, if it was read.
    package mutating func isThere(
        _ id: FilingID, _ file: FileIdentity? = nil, at now: ContinuousClock.Instant
    ) {
        if let file, let judged = entries[id]?.judged { entries[id]?.judged = judged.with(stampsOf: file) }
        guard case .file? = blockers[id], let entry = entries[id] else { return }
        if entry.busy.count > 0 {
            blockers.postpone(.file(id), until: max(now + quiet, entry.busy.notBefore ?? now))
        } else {
            retry(id)
        }
    }

    /// The files of blocked filings are not at that path: another file is there, or none. Their verdicts are kept,
    /// for the files may appear under other paths. Filings that cannot have anything on disk are dropped.
    package mutating func isElsewhere(_ ids: [FilingID]) -> [FilingAction] {
        ids.flatMap { id -> [FilingAction] in
            guard let entry = entries[id], entry.state == .blocked else { return [] }
            guard entry.wasTried else { return drop(id) }
            guard let order = entry.order, !entry.isKept else { return [] }
            entries[id]?.isKept = true
            return [.keep(order.decision)]
        }
    }

    /// The permissions of folders have changed: retries the files in them.
    package mutating func permissionsChanged(in folders: Set<RelativePath>) {
        for (id, entry) in entries {
            guard case .file? = blockers[id], entry.path.map(folders.contains(anyAbove:)) == true else {
                continue
            }
            retry(id)
        }
    }

    /// The inbox is no longer watched. Filings in hand continue to their end. Those of earlier runs will be
    /// found again.
    /// - Returns: which verdicts to keep.
    package mutating func forget() -> [FilingAction] {
        searched = []
        lanes.removeAll()
        blockers.forgetFilings()
        var kept: [FilingAction] = []
        for (id, entry) in entries {
            if entry.state == .inHand {
                entries[id]?.isForgotten = true
            } else {
                // What lies on disk is found again. Where a destination could not be opened, nothing does.
                if let order = entry.order { kept.append(.keep(order.decision)) }
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
