// Where the decided files are, for `status` and the journal.
extension Filings {
    /// All filings whose files are known.
    package func places(at now: FoundTime) -> [FilePlace] {
        entries.compactMap { id, entry in place(of: id, entry, at: now) }
    }

    /// The files that were found at that time or earlier.
    package func places(foundBefore limit: ContinuousClock.Instant, at now: FoundTime) -> [FilePlace] {
        entries.compactMap { id, entry in
            guard let found = entry.found, found.instant <= limit else { return nil }
            return place(of: id, entry, at: now)
        }
    }

    /// When the file that has waited longest was found; nil if none waits.
    package var oldest: ContinuousClock.Instant? { entries.values.compactMap(\.found?.instant).min() }

    private func place(of id: FilingID, _ entry: Entry, at now: FoundTime) -> FilePlace? {
        guard let path = entry.path, let found = entry.found else { return nil }
        var place = FilePlace(path: path, state: .filing, found: found.date(at: now), filing: id.work.text)
        guard entry.state == .blocked, let blocker = blockers[id] else { return place }
        let cause = blockers.cause(of: blocker) ?? ""
        switch blocker {
        case .file where entry.busy.count > 0: (place.state, place.reason) = (.settling, cause)
        case .file: (place.state, place.reason) = (.unmovable, cause)
        case .folder(let folder): (place.state, place.reason) = (.held, folder.refusal(cause))
        case .destination(let role): (place.state, place.reason) = (.held, role.refusal(cause))
        }
        place.nextTry = blockers.nextTry(of: blocker).map { now.date.advanced(by: $0 - now.instant) }
        return place
    }
}
