import LinuxSystem
import WatchCore

// Serves the inbox's own folder, loses it, and finds it again.
extension Inbox {
    /// How often to check that the inbox's path still leads to its folder. A mount over it raises no event.
    private static let rootCheckInterval = Duration.seconds(5)
    private static let lostCheckInterval = Duration.seconds(1)
    /// How often to scan folders for which the kernel has no watch left.
    private static let unwatchedPollInterval = Duration.seconds(5)
    /// How often to scan an inbox on a network file system, unless configured otherwise. The kernel does not
    /// report changes made by other machines.
    private static let networkPollInterval = Duration.seconds(5)

    /// Starts to serve the inbox for the first time: folder, lock, watches, and unfinished filings of earlier
    /// runs.
    /// - Throws: `InboxLocked` if another service uses it, and the inbox does not wait for it.
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

    /// Checks whether a lost inbox exists again.
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

    /// The inbox cannot be served for now. This is reported once, and retried.
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
        // Before its files are looked at, so that a file with an unfinished filing is not filed twice.
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

    /// Checks that the inbox's path still leads to the watched folder.
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
            // Earlier filings are still in hand, and must not run together with the recovery.
            timetable.set(.rootCheck, at: now + Self.lostCheckInterval)
        }
    }

    /// Finds new mounts in the list of mounts, because a mount raises no event.
    private func lookAtMounts() {
        if let changed = attendance.attachment?.changedMountPoints(), !changed.isEmpty {
            attendance.attachment?.folders.visit(mountPoints: changed)
        }
    }

    /// Makes folders on network file systems be scanned, unless configured otherwise. The kernel does not
    /// report changes made by other machines.
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

    /// Reports once a folder that is not watched, because files filed there would arrive again.
    func leaveAlone(_ path: RelativePath, _ use: FolderUses.Use) {
        guard !path.isRoot else {
            return giveUp(.sameFolder(as: use))
        }
        guard reports.isNew(path) else { return }
        context.journal.record(.usedFolder(path, inbox: watch.inbox, use: "\(use)"))
    }

    /// Releases the folder with all its files. Filings in hand continue to their end.
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

    /// Events were lost: scans every folder again, but with a limit on the frequency, so that the scans end
    /// even if events are lost all the time.
    func overflowed() {
        if let due = attendance.overflowed(at: now) { return timetable.set(.overflow, at: due) }
        rescan(because: .overflow)
    }

    /// Scans every folder again.
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

    /// Reports once that some folders cannot be watched, and scans at intervals these folders and those that
    /// could not be listed.
    func pollUnwatched() {
        let unwatched = attendance.attachment?.folders.unwatched.count ?? 0
        let isAnyUnlisted = attendance.attachment?.folders.unlisted.isEmpty == false
        // A later turn must not postpone it. Otherwise a busy inbox would never scan.
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
