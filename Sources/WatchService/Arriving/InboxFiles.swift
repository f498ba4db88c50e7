import BitMindAPI
import LinuxSystem
import WatchCore

// What an inbox does for its files: their machines ask, this acts.
extension Inbox {
    /// How often at most changed permissions of folders are acted upon.
    private static let folderChangeInterval = Duration.seconds(1)

    /// An event of the kernel.
    func heard(_ event: Inotify.Event) {
        apply(attachment?.folders.interpret(event) ?? [])
    }

    func apply(_ arrivals: [Arrival]) {
        for arrival in arrivals {
            switch arrival {
            case .file(let path, let event): heard(event, of: path)
            case .special(let path, let kind): reportSpecial(path, kind.specialName)
            case .listing(let path): expectDeferred(in: path)
            case .folderGone(let path):
                lose { $0.isInside(path) }
                deferred.forget(inside: path)
            case .folderChanged(let path): folderChanged(path)
            case .folderUnreadable(let path, let reason):
                if reportedSpecials.insert(path).inserted {
                    troubles.add(.unlistable, .init(path, reason), at: now)
                }
            case .tooDeep(let path): reportTooDeep(path)
            case .folderUsed(let path, let use): leaveAlone(path, use)
            case .inboxChanged: checkRoot()
            case .overflow: overflowed()
            }
        }
    }

    /// A folder's permissions may have changed. However often that happens, it is acted upon once a second.
    private func folderChanged(_ path: RelativePath) {
        if changedFolders.isEmpty {
            let earliest = lastFolderChanges.map { $0 + Self.folderChangeInterval } ?? now
            deadlines.set(.folderChanges, at: max(now, earliest))
        }
        changedFolders.insert(path)
    }

    /// Tries what the permissions of folders may have kept: listings, and held files.
    func applyFolderChanges() {
        let changed = changedFolders
        changedFolders = []
        lastFolderChanges = now
        attachment?.folders.visitUnlisted(inside: changed)
        readOn(deferred.takeHeld(inside: changed))
        for (path, machine) in machines where machine.hold != nil && changed.contains(anyAbove: path) {
            handle(.attributesChanged, for: path)
        }
        perform(filings.permissionsChanged(in: changed))
    }

    /// Something happened to a file, known or not.
    func heard(_ event: FileEvent, of path: RelativePath) {
        if machines[path] != nil { return handle(event, for: path) }
        if filings.heard(event, at: path) { return }
        if case .attributesChanged = event {
            if isDecided(path) { return }
            // It may have been put off, for it could not be read.
            guard deferred.reasons(in: path.folder)[.held] != nil else { return }
            deferred.takeOne(.held, in: path.folder)
            return heard(.arrived(.found), of: path)
        }
        guard !isStopping, let evidence = event.evidence else {
            // Nothing of it can lie in a destination: its verdict is kept, in case it appears elsewhere.
            if filings.contains(path), !isDecided(path) {
                perform(filings.isElsewhere(filings.judged(at: path).map(\.id)))
            }
            return
        }
        guard !isDecided(path) else { return }
        guard activeCount < FileWindow.mostActive, mayTakeMore else {
            // Other events are of files that were counted when they came.
            let isNew = evidence == .created || evidence == .movedIn
            attachment?.folders.postpone(path.folder, files: isNew ? 1 : 0)
            return
        }
        let rules = SettlingRules(quiet: watch.settle, cutShort: watch.settleMax)
        let (machine, actions) = FileMachine.arrived(
            evidence, rules: rules, found: context.time.date, at: now,
            after: Submission(lastSubmission), relapse: relapses.at(path))
        if machines.isEmpty { deadlines.set(.delay, at: now + watch.warnAfter) }
        machines[path] = machine
        count(machine, 1)
        perform(actions, for: path)
    }

    /// Moves a file's machine on.
    func handle(_ event: FileEvent, for path: RelativePath) {
        guard var machine = machines.removeValue(forKey: path) else { return }
        let before = machine
        let actions = machine.handle(event, at: now)
        machines[path] = machine
        count(before, -1)
        count(machine, 1)
        if machine.hold != nil { reportSoon() }
        if machine.stage != before.stage, let reason = window.deferral(of: machine.stage) {
            forget(path)
            return putOff(path, because: reason)
        }
        perform(actions, for: path)
    }

    /// Counts a machine by what it waits for.
    private func count(_ machine: FileMachine, _ change: Int) {
        window.count(machine.stage, change)
        switch machine.hold?.reason {
        case .unreadable: unreadableCount += change
        case .unmovable: unmovableCount += change
        case nil: break
        }
    }

    private func perform(_ actions: [FileAction], for path: RelativePath) {
        for action in actions { perform(action, for: path) }
    }

    private func perform(_ action: FileAction, for path: RelativePath) {
        switch action {
        case .wake(let at): deadlines.set(.file(path), at: at)
        case .look(let submission):
            guard !isStopping else { return }
            let look =
                attachment?.root.look(at: path, date: context.time.date, known: machines[path]?.awaited)
                ?? .gone
            handle(.looked(submission, withPaid(marked(look, at: path))), for: path)
            offered = nil
        case .enqueue(let submission, let prospect):
            guard let kind = prospect.type?.kind else { return }
            let key = FileKey(inbox: id, path: path)
            added.append(Candidate(key: key, submission: submission, prospect: prospect, kind: kind))
        case .withdraw: withdraw(path)
        case .cancel: cancel(path)
        case .uproot(_, let prospect): uproot(path, prospect)
        case .adopt(let submission): adopt(path, submission)
        case .file(let decision):
            if let found = machines[path]?.found { file(decision, path, found: found) }
        case .keep(let decision): keepUprooted(decision)
        case .report(.skipped(let name)): reportSpecial(path, name)
        case .report(.held(.unreadable(let reason))): troubles.add(.unreadable, .init(path, reason), at: now)
        case .report(.held(.unmovable(let reason))): troubles.add(.unmovable, .init(path, reason), at: now)
        case .report(let report): record(report, of: path)
        case .forget: forget(path)
        }
    }

    private func withdraw(_ path: RelativePath) {
        let key = FileKey(inbox: id, path: path)
        if let index = added.lastIndex(where: { $0.key == key }) { added.remove(at: index) }
        withdrawn.append(key)
    }

    private func forget(_ path: RelativePath) {
        if let machine = machines.removeValue(forKey: path) {
            count(machine, -1)
            relapses.remember(machine.relapse, at: path, now: now)
            lastSubmission = max(lastSubmission, machine.submission.number)
        }
        deadlines.remove(.file(path))
        uploads[path] = nil
    }

    /// Lets go of files whose folder has gone; what is being filed comes to its end by itself.
    func lose(_ isGone: (RelativePath) -> Bool) {
        for path in machines.keys.filter(isGone) { handle(.movedAway, for: path) }
    }

    /// Tells once that files wait for longer than is usual, until none does any more.
    func checkDelay() {
        let oldest = [machines.values.map(\.found.instant).min(), filings.oldest].compactMap(\.self).min()
        guard let oldest else {
            isDelayed = false
            return
        }
        let longest = now - oldest
        let isLong = longest >= watch.warnAfter
        if isLong, !isDelayed {
            var files = DelayedFiles()
            for (path, machine) in machines where now - machine.found.instant >= watch.warnAfter {
                files.add(
                    FilePlace(machine, path: path, found: machine.found.date(at: moment), nextTry: nil))
            }
            for place in filings.places(foundBefore: now - watch.warnAfter, at: moment) { files.add(place) }
            let event = JournalEvent.delayed(
                files, inbox: watch.inbox, limit: watch.warnAfter, requests: context.status.requestHoldups)
            if let event { context.journal.record(event) }
        }
        isDelayed = isLong
        // While it lasts, it is enough to see from time to time whether it still does.
        deadlines.set(
            .delay, at: now + (isLong ? watch.warnAfter : max(.seconds(1), watch.warnAfter - longest)))
    }

    /// Tells once of an entry that is no regular file, whether a scan or an event has shown it.
    private func reportSpecial(_ path: RelativePath, _ name: String?) {
        guard let name, reportedSpecials.count < Self.mostReported, reportedSpecials.insert(path).inserted
        else { return }
        troubles.add(.special, .init(path, name), at: now)
    }

    /// Reports a folder once whose entries lie beyond what the kernel takes for a path.
    private func reportTooDeep(_ path: RelativePath) {
        guard reportedSpecials.count < Self.mostReported, reportedSpecials.insert(path.folder).inserted
        else { return }
        let reason = "its path is longer than \(GroupedNumber(RelativePath.mostBytes)) bytes"
        troubles.add(.tooDeep, .init(path, reason), at: now)
    }

    /// Reports what keeps files and folders from going on.
    func reportTroubles() {
        let events = troubles.report(at: now) { kind in
            switch kind {
            case .unreadable: unreadableCount
            case .unmovable: unmovableCount + filings.unmovableCount
            case .unlistable: attachment?.folders.unlisted.count ?? 0
            case .special, .tooDeep: 0
            }
        }
        for event in events { context.journal.record(event) }
    }
}
