import LinuxSystem
import WatchCore

// The inbox's own folder: taken up, lost, and found again.
extension Inbox {
    /// How often it is made sure that the inbox is still where it was: a mount over it raises no event.
    private static let rootCheckInterval = Duration.seconds(5)
    private static let lostCheckInterval = Duration.seconds(1)
    /// How often folders are looked at for which the kernel has no watch left.
    private static let unwatchedPollInterval = Duration.seconds(5)
    /// How often an inbox on a network file system is looked at where nothing else is configured: the kernel
    /// hears nothing of what other machines do there.
    private static let networkPollInterval = Duration.seconds(5)

    /// Takes the inbox up for the first time: folder, lock, watches, and what an interrupted run has left.
    /// - Throws: `InboxLocked` where another service has it, and it isn't to be waited for.
    func takeUp() throws(InboxLocked) {
        do throws(Attachment.Failure) {
            try attach()
        } catch {
            if case .locked = error, !attendance.waitsForLock { throw InboxLocked(path: watch.inbox) }
            isNotServed(for: error)
            becameReady()
        }
        report()
        mailbox.wake()
    }

    /// Looks whether a lost inbox is there again.
    private func attachAgain() {
        do throws(Attachment.Failure) {
            try attach()
            if attendance.isBack() {
                context.journal.record(.inboxBack(watch.inbox))
                record(.recovery)
            }
            report()
        } catch {
            isNotServed(for: error)
        }
    }

    /// The inbox can't be served for now: that is reported once, and the inbox looked for again.
    private func isNotServed(for failure: Attachment.Failure) {
        timetable.set(.rootCheck, at: now + Self.lostCheckInterval)
        let isOurs = context.inboxes.all.contains { $0.id != id && $0.watch.inbox == watch.inbox }
        guard attendance.failed(failure, isOurs: isOurs) else { return }
        switch failure {
        case .lost(let reason): context.journal.record(.inboxLost(watch.inbox, reason))
        case .locked: context.journal.record(.inboxLocked(InboxLocked(path: watch.inbox)))
        }
    }

    private func attach() throws(Attachment.Failure) {
        do throws(Attachment.Failure) {
            try attachFolder()
        } catch {
            perform(filings.forget())
            context.folders.remove(watch.use(by: id))
            throw error
        }
    }

    private func attachFolder() throws(Attachment.Failure) {
        let new = try Attachment(watch, id, destinations: destinations, context: context, stop: stopFlag)
        // Before its files are looked at: what is being filed already is not to be filed once more.
        recover(new.filer)
        do throws(SystemCallError) {
            try new.read(into: mailbox, pulse, named: "inotify-\(id.number)")
        } catch {
            throw .lost("\(error)")
        }
        attendance.attachment = new
        timetable.set(.rootCheck, at: now + Self.rootCheckInterval)
        timetable.set(.rescan, at: now + rescanInterval)
    }

    /// Makes sure that the inbox's path still leads to the folder that is watched.
    func checkRoot() {
        if let attachment = attendance.attachment {
            if !attachment.isCurrent(watch.inbox) {
                giveUp(.lost("its folder was moved, removed or unmounted"))
            } else if !attachment.isLocked {
                giveUp(.lost("its lock, the folder .bitmind-watch in it, was moved or removed"))
            } else {
                lookAtMounts()
                timetable.set(.rootCheck, at: now + Self.rootCheckInterval)
            }
        } else if isIdle {
            attachAgain()
        } else {
            // Filings from before are still under way, which recovery must not meet.
            timetable.set(.rootCheck, at: now + Self.lostCheckInterval)
        }
    }

    /// A mount raises no event: it shows in the list of mounts.
    private func lookAtMounts() {
        if let changed = attendance.attachment?.changedMountPoints(), !changed.isEmpty {
            attendance.attachment?.folders.visit(mountPoints: changed)
        }
    }

    /// Has folders on network file systems looked at, where nothing else is configured: the kernel reports nothing of
    /// what other machines do there.
    func pollNetwork() {
        guard watch.poll == .auto, attendance.attachment?.folders.networkFolders.isEmpty == false else {
            return
        }
        if timetable[.network] == nil { timetable.set(.network, at: now + Self.networkPollInterval) }
    }

    private func giveUp(_ failure: Attachment.Failure) {
        isNotServed(for: failure)
        detach()
    }

    /// Tells once of a folder that is not watched, for what would be filed there would arrive.
    func leaveAlone(_ path: RelativePath, _ use: FolderUses.Use) {
        guard !path.isRoot else {
            return giveUp(.sameFolder(as: use))
        }
        guard reports.isNew(path) else { return }
        context.journal.record(.usedFolder(path, inbox: watch.inbox, use: "\(use)"))
    }

    /// Lets go of the folder with all its files; what is being filed comes to its end by itself.
    func detach() {
        lose { _ in true }
        files.deferred.removeAll()
        pulse.follow(nil)
        attendance.attachment?.detach()
        context.folders.remove(watch.use(by: id))
        attendance.attachment = nil
        attendance.emptied = []
        perform(filings.forget())
        timetable.remove(.rescan)
    }

    /// Events were lost: looks at every folder once more, but not without end where more events come than can be dealt
    /// with.
    func overflowed() {
        if let due = attendance.overflowed(at: now) { return timetable.set(.overflow, at: due) }
        rescan(because: .overflow)
    }

    /// Looks at every folder once more.
    func rescan(because reason: RescanReason) {
        guard attendance.attachment != nil else { return }
        attendance.attachment?.folders.visitAll()
        timetable.set(.rescan, at: now + rescanInterval)
        record(reason)
    }

    private func record(_ reason: RescanReason) {
        context.status.rescanned(reason)
        context.journal.record(.rescan(watch.inbox, reason))
    }

    /// Tells once that some folders can't be watched, and looks now and then at them, and at those that could
    /// not be listed.
    func pollUnwatched() {
        let unwatched = attendance.attachment?.folders.unwatched.count ?? 0
        let isAnyUnlisted = attendance.attachment?.folders.unlisted.isEmpty == false
        // Not put off by each turn, or a busy inbox would never come to it.
        if unwatched > 0 || isAnyUnlisted, timetable[.unwatched] == nil {
            timetable.set(.unwatched, at: now + Self.unwatchedPollInterval)
        }
        guard (unwatched > 0) != attendance.isWatchLimitReached else { return }
        attendance.isWatchLimitReached.toggle()
        guard attendance.attachment?.canWatch != false else {
            return context.journal.record(
                .instanceLimit(watch.inbox, allowed: InotifyLimits.allowedInstances))
        }
        context.journal.record(
            .watchLimit(
                watch.inbox, needed: attendance.attachment?.folders.folderCount ?? 0,
                allowed: InotifyLimits.allowedWatches,
                unwatched: unwatched))
    }

    private var rescanInterval: Duration {
        switch watch.poll {
        case .off: watch.rescan
        case .every(let interval): min(interval, watch.rescan)
        case .auto:
            attendance.attachment?.isOnNetwork == true
                ? min(Self.networkPollInterval, watch.rescan) : watch.rescan
        }
    }
}
