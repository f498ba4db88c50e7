import BitMindAPI
import LinuxSystem
import WatchCore

// Performs the actions of the machines of undecided files.
extension Inbox {
    func apply(_ arrivals: [Arrival]) {
        for arrival in arrivals {
            switch arrival {
            case .file(let path, let event): happened(event, at: path)
            case .special(let path, let kind): reportSpecial(path, kind.specialName)
            case .listing(let path): expectDeferred(in: path)
            case .folderGone(let path):
                lose { $0.isInside(path) }
                files.deferred.forget(inside: path)
            case .folderChanged(let path):
                timetable.set(.folderChanges, at: attendance.changes.add(path, at: now))
            case .folderUnreadable(let path, let reason):
                if reports.isNew(path) { reports.troubles.add(.unlistable, .init(path, reason), at: now) }
            case .tooDeep(let path): reportTooDeep(path)
            case .folderUsed(let path, let use): leaveAlone(path, use)
            case .inboxChanged: checkRoot()
            case .overflow: overflowed()
            }
        }
    }

    /// Retries what permissions may have prevented: listings, held files, and filings.
    func applyFolderChanges() {
        let changed = attendance.changes.take(at: now)
        attendance.attachment?.folders.visitUnlisted(inside: changed)
        readOn(files.deferred.takeHeld(inside: changed))
        for path in files.held(inside: changed) { handle(.attributesChanged, for: path) }
        filings.permissionsChanged(in: changed)
    }

    /// An event occurred for a file, known or not.
    func happened(_ event: FileEvent, at path: RelativePath) {
        if files[path] != nil { return handle(event, for: path) }
        if filings.heard(event, at: path) || isDecided(path) { return }
        if case .attributesChanged = event { return attributesChanged(at: path) }
        guard !isStopping, let evidence = event.evidence else {
            // The file no longer exists, so a decision about it cannot be filed.
            return perform(filings.isElsewhere(filings.judged(at: path).map(\.id)))
        }
        guard activeCount < InboxWindow.mostActive, mayTakeMore else {
            // All other events concern files that were counted when they arrived.
            let isNew = evidence == .created || evidence == .movedIn
            attendance.attachment?.folders.postpone(path.folder, files: isNew ? 1 : 0)
            return
        }
        perform(files.arrived(evidence, at: path, moment), for: path)
    }

    /// The permissions of a file have changed. It may have been put off because it could not be read.
    private func attributesChanged(at path: RelativePath) {
        guard files.deferred.reasons(in: path.folder)[.held] != nil else { return }
        files.deferred.takeOne(.held, in: path.folder)
        happened(.arrived(.found), at: path)
    }

    /// Passes an event to a file's machine.
    func handle(_ event: FileEvent, for path: RelativePath) {
        let actions = files.handle(event, at: path, now)
        if files[path]?.hold != nil { reportSoon() }
        perform(actions, for: path)
    }

    private func perform(_ actions: [FileAction], for path: RelativePath) {
        for action in actions { perform(action, for: path) }
    }

    private func perform(_ action: FileAction, for path: RelativePath) {
        switch action {
        case .wake(let at): timetable.set(.file(path), at: at)
        case .look(let submission):
            guard !isStopping else { return }
            let look =
                attendance.attachment?.root.look(
                    at: path, date: context.time.date, known: files[path]?.awaited) ?? .gone
            handle(.looked(submission, account.offer(marked(look, at: path))), for: path)
        case .enqueue(let submission, let prospect):
            guard let kind = prospect.type?.kind else { return }
            let key = FileKey(inbox: id, path: path)
            enqueue(Candidate(key: key, submission: submission, prospect: prospect, kind: kind))
        case .withdraw: withdraw(path)
        case .cancel: account.cancel(path)
        case .uproot(_, let prospect):
            account.uproot(path, prospect, at: now)
            timetable.add(.account, at: now + Uprooted.uploadPatience)
        case .adopt(let submission): account.adopt(path, submission)
        case .file(let decision):
            if let found = files[path]?.found { file(decision, path, found: found) }
        case .keep(let decision): keep(decision)
        case .report(.skipped(let name)): reportSpecial(path, name)
        case .report(.held(.unreadable(let reason))):
            reports.troubles.add(.unreadable, .init(path, reason), at: now)
        case .report(.held(.unmovable(let reason))):
            reports.troubles.add(.unmovable, .init(path, reason), at: now)
        case .report(let report): context.journal.record(.report(report, of: path))
        case .forget:
            files.forget(path, at: now)
            timetable.remove(.file(path))
            account.forget(path)
        }
    }

    /// A request's answer for a file.
    func answered(_ key: FileKey, _ submission: Submission, _ answer: Answer) {
        switch account.answered(key.path, submission, answer, at: now) {
        case .file(let path, let submission, let answer, let isUnknown):
            if isUnknown { withdraw(key.path) }
            handle(.answered(submission, answer), for: path)
        case .nobody: timetable.add(.account, at: account.next)
        }
    }

    /// Keeps a verdict whose file has left its path.
    func keep(_ decision: Decision) {
        account.keep(decision, at: now)
        timetable.add(.account, at: account.next)
    }

    /// Drops files whose folder is gone. Filings in hand continue to their end.
    func lose(_ isGone: (RelativePath) -> Bool) {
        for path in files.paths.filter(isGone) { handle(.movedAway, for: path) }
    }

    // MARK: Put off

    /// Looks again at files that were put off.
    func readOn(_ folders: [RelativePath: Int]) {
        for (folder, files) in folders { attendance.attachment?.folders.postpone(folder, files: files) }
        if !folders.isEmpty { mailbox.wake() }
    }

    /// A folder is read from its beginning, so its files that were put off are found again.
    func expectDeferred(in folder: RelativePath) {
        let count = files.deferred.take(in: folder)
        if count > 0 { attendance.attachment?.folders.expect(count, in: folder) }
    }
}
