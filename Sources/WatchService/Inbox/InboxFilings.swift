import LinuxSystem
import WatchCore

// Performs the actions of `Filings` for decided files, and reports the results to it.
extension Inbox {
    /// A file is decided: its filing begins.
    func file(_ decision: Decision, _ path: RelativePath, found: FoundTime) {
        // A filing of the same file was found in the meantime. Two at once would file a copy twice.
        guard !isDecided(path) else { return keep(decision) }
        let order = FilingOrder(path: path, decision: decision, found: found)
        filings.decided(order, as: order.id(in: watch))
    }

    /// Starts waiting filings on the threads, as many at once as the lanes allow.
    func beginFilings() {
        while let (bulk, jobs) = filings.next(isAlone: { destinations[$0]?.isAcrossMounts == true }) {
            guard let filer = attendance.attachment?.filer else {
                mailbox.post([.filed(bulk, jobs.map { FilingOutcome($0.id, path: $0.order?.path, .gone) })])
                continue
            }
            threads.submit { [mailbox] in
                mailbox.post([.filed(bulk, filer.advance(jobs, in: bulk.role))])
            }
        }
    }

    func perform(_ actions: [FilingAction]) {
        if !actions.isEmpty { reportSoon() }
        for action in actions { perform(action) }
    }

    private func perform(_ action: FilingAction) {
        switch action {
        case .probe(let role): probe(role)
        case .filed(let outcome, let found): filed(outcome, found: found)
        case .relapse(let path): files.relapse(at: path, now)
        case .look(let path, let evidence, let cause): look(at: path, evidence, because: cause)
        case .keep(let decision): keep(decision)
        case .report(let report): self.report(report)
        }
    }

    private func filed(_ outcome: FilingOutcome, found: FoundTime?) {
        guard case .filed(let destination, _) = outcome.end, let sidecar = outcome.sidecar else { return }
        let took = found.map { now - $0.instant }
        context.journal.record(.filed(sidecar, to: destination, took: took))
        context.status.filed(sidecar, took: took)
        guard let path = outcome.path else { return }
        files.filed(path, at: now)
        emptied(by: path)
    }

    private func look(at path: RelativePath, _ evidence: Settling.Evidence, because cause: ChangeCause?) {
        if let cause {
            let relapse = files.relapse(of: path)
            let wait = relapse.notBefore.map { max(.zero, $0 - now) } ?? .zero
            context.journal.record(.report(.changed(cause, times: relapse.count, wait: wait), of: path))
        }
        happened(.arrived(evidence), at: path)
    }

    /// Tests whether a destination can be written to. If it was not searched yet, unfinished filings of
    /// earlier runs are found first.
    private func probe(_ role: DestinationRole) {
        guard let filer = attendance.attachment?.filer else {
            return perform(filings.probed(role, failure: "the inbox is unavailable", at: moment))
        }
        let isSearched = filings.isSearched(role)
        runErrand { [mailbox] in
            do throws(SystemCallError) {
                try filer.probe(role)
                let found = isSearched ? nil : try filer.search(role)
                mailbox.post([.probed(role, failure: nil, found: found)])
            } catch {
                mailbox.post([.probed(role, failure: "\(error)", found: nil)])
            }
        }
    }

    func probed(_ role: DestinationRole, failure: String?, found: [FilingOutcome]?) {
        // The inbox may have been detached in the meantime. The destination is then searched when the inbox
        // is served again.
        if let found, attendance.attachment != nil { perform(filings.found(found, in: role, at: moment)) }
        perform(filings.probed(role, failure: failure, at: moment))
    }

    /// Finds the unfinished filings of earlier runs, and continues them.
    func recover(_ filer: Filer) {
        for role in destinations.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            do throws(SystemCallError) {
                perform(filings.found(try filer.search(role), in: role, at: moment))
                try filer.tryFiling(to: role)
            } catch {
                perform(filings.probed(role, failure: "\(error)", at: moment))
            }
        }
    }

    // MARK: The files of filings, in the inbox

    /// Whether the filing of the file at a path is blocked. Such a file is not sent again.
    func isDecided(_ path: RelativePath) -> Bool {
        guard filings.contains(path), let inbox = attendance.attachment?.root else { return false }
        var isThere = false
        for (id, file) in filings.judged(at: path) where inbox.looksLike(file, at: path) {
            isThere = true
            filings.isThere(id, at: now)
        }
        return isThere
    }

    /// Marks a file whose filing is blocked, even if its times were changed.
    func marked(_ look: Look, at path: RelativePath) -> Look {
        guard filings.contains(path), let inbox = attendance.attachment?.root else { return look }
        var elsewhere: [FilingID] = []
        var marked = look
        switch look {
        case .file(var sighting):
            for (id, file) in filings.judged(at: path) {
                guard inbox.holds(file, at: path) else {
                    elsewhere.append(id)
                    continue
                }
                sighting.isDecided = true
                filings.isThere(id, sighting.identity, at: now)
            }
            marked = .file(sighting)
        case .gone, .special: elsewhere = filings.judged(at: path).map(\.id)
        case .unreadable: break
        }
        perform(filings.isElsewhere(elsewhere))
        return marked
    }

    // MARK: Reports

    private func report(_ report: FilingReport) {
        switch report {
        case .blocked(.file, let cause, let path):
            if let path { reports.troubles.add(.unmovable, .init(path, cause), at: now) }
        case .blocked(.folder(let place), let cause, let path):
            context.journal.record(
                .placeUnavailable(path ?? place.folder, folder: folderPath(of: place), cause))
        case .blocked(.destination(let role), let cause, _):
            context.journal.record(
                .destinationUnavailable(role, path: destinations[role]?.path ?? "", cause))
        case .unblocked(.file, _): break
        case .unblocked(.folder(let place), let isFiled):
            context.journal.record(.placeAvailable(folder: folderPath(of: place), isFiled: isFiled))
        case .unblocked(.destination(let role), _):
            context.journal.record(.destinationAvailable(role, path: destinations[role]?.path ?? ""))
        case .busy(let path, let times, let wait):
            context.journal.record(.report(.changed(.written, times: times, wait: wait), of: path))
        case .resumed(let outcome):
            if let event = JournalEvent.resumed(outcome) { context.journal.record(event) }
        }
    }
}
