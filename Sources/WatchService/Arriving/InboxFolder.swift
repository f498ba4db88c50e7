import LinuxSystem
import WatchCore

// The inbox's own folder: taken up, lost, and found again.
extension Inbox {
    /// How often it is made sure that the inbox is still where it was: a mount over it raises no event.
    private static let rootCheckInterval = Duration.seconds(5)
    /// How often at most all folders are looked at because events were lost.
    private static let overflowInterval = Duration.seconds(5)
    private static let lostCheckInterval = Duration.seconds(1)
    /// How often somebody else may be found to have the inbox before that is told: it may pass.
    private static let lockPatience = 5
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
            if case .locked = error, !waitsForLock { throw InboxLocked(path: watch.inbox) }
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
            if outage != nil {
                context.journal.record(.inboxBack(watch.inbox))
                tell(.recovery)
            }
            outage = nil
            lockedTries = 0
            report()
        } catch {
            isNotServed(for: error)
        }
    }

    /// The inbox can't be served for now: tells why, once, and has it looked for again.
    private func isNotServed(for failure: Attachment.Failure) {
        deadlines.set(.rootCheck, at: now + Self.lostCheckInterval)
        switch failure {
        case .lost(let reason):
            lockedTries = 0
            tell(.lost, .inboxLost(watch.inbox, reason))
        case .locked:
            // What the reload let go of ends by itself, once its uploads have.
            let isOurs = context.inboxes.all.contains { $0.id != id && $0.watch.inbox == watch.inbox }
            lockedTries = isOurs ? 0 : lockedTries + 1
            if lockedTries >= Self.lockPatience {
                tell(.locked, .inboxLocked(InboxLocked(path: watch.inbox)))
            }
        }
    }

    private func tell(_ new: InboxOutage, _ event: JournalEvent) {
        if outage != new { context.journal.record(event) }
        outage = new
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
        attachment = new
        deadlines.set(.rootCheck, at: now + Self.rootCheckInterval)
        deadlines.set(.rescan, at: now + rescanInterval)
    }

    /// Makes sure that the inbox's path still leads to the folder that is watched.
    func checkRoot() {
        if let attachment {
            if !attachment.isCurrent(watch.inbox) {
                giveUp(.lost("its folder was moved, removed or unmounted"))
            } else if !attachment.isLocked {
                giveUp(.lost("the folder .bitmind-watch in it, by which it is locked, was moved or removed"))
            } else {
                lookAtMounts()
                deadlines.set(.rootCheck, at: now + Self.rootCheckInterval)
            }
        } else if isIdle {
            attachAgain()
        } else {
            // Filings from before are still under way, which recovery must not meet.
            deadlines.set(.rootCheck, at: now + Self.lostCheckInterval)
        }
    }

    /// A mount raises no event: it shows in the list of mounts.
    private func lookAtMounts() {
        if let changed = attachment?.changedMountPoints(), !changed.isEmpty {
            attachment?.folders.visit(mountPoints: changed)
        }
    }

    /// Has folders on network file systems looked at, where nothing else is configured: the kernel reports nothing of
    /// what other machines do there.
    func pollNetwork() {
        guard watch.poll == .auto, attachment?.folders.networkFolders.isEmpty == false else { return }
        if deadlines[.network] == nil { deadlines.set(.network, at: now + Self.networkPollInterval) }
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
        guard reportedSpecials.insert(path).inserted else { return }
        context.journal.record(.usedFolder(path, inbox: watch.inbox, use: "\(use)"))
    }

    /// Lets go of the folder with all its files; what is being filed comes to its end by itself.
    func detach() {
        lose { _ in true }
        deferred.removeAll()
        pulse.follow(nil)
        attachment?.detach()
        context.folders.remove(watch.use(by: id))
        attachment = nil
        emptiedFolders = []
        perform(filings.forget())
        deadlines.remove(.rescan)
    }

    /// Events were lost: looks at every folder once more, but not without end where more events come than can be dealt
    /// with.
    func overflowed() {
        if let last = lastOverflow, now - last < Self.overflowInterval {
            return deadlines.set(.overflow, at: last + Self.overflowInterval)
        }
        lastOverflow = now
        rescan(because: .overflow)
    }

    /// Looks at every folder once more.
    func rescan(because reason: RescanReason) {
        guard attachment != nil else { return }
        attachment?.folders.visitAll()
        deadlines.set(.rescan, at: now + rescanInterval)
        tell(reason)
    }

    private func tell(_ reason: RescanReason) {
        context.status.rescanned(reason)
        context.journal.record(.rescan(watch.inbox, reason))
    }

    /// Tells once that some folders can't be watched, and looks now and then at them, and at those that could
    /// not be listed.
    func pollUnwatched() {
        let unwatched = attachment?.folders.unwatched.count ?? 0
        let isAnyUnlisted = attachment?.folders.unlisted.isEmpty == false
        // Not put off by each turn, or a busy inbox would never come to it.
        if unwatched > 0 || isAnyUnlisted, deadlines[.unwatched] == nil {
            deadlines.set(.unwatched, at: now + Self.unwatchedPollInterval)
        }
        guard (unwatched > 0) != isWatchLimitReached else { return }
        isWatchLimitReached.toggle()
        guard attachment?.canWatch != false else {
            return context.journal.record(
                .instanceLimit(watch.inbox, allowed: InotifyLimits.allowedInstances))
        }
        context.journal.record(
            .watchLimit(
                watch.inbox, needed: attachment?.folders.folderCount ?? 0,
                allowed: InotifyLimits.allowedWatches,
                unwatched: unwatched))
    }

    private var rescanInterval: Duration {
        switch watch.poll {
        case .off: watch.rescan
        case .every(let interval): min(interval, watch.rescan)
        case .auto:
            attachment?.isOnNetwork == true ? min(Self.networkPollInterval, watch.rescan) : watch.rescan
        }
    }
}

/// Why an inbox is not served.
enum InboxOutage: Sendable, Equatable {
    /// It is missing, or can't be opened.
    case lost
    /// Another service has it.
    case locked

    /// Of a certain inbox, among what holds the service up.
    func holdup(of inbox: String) -> String {
        switch self {
        case .lost: "\(inbox) is not there"
        case .locked: "another bitmind-watch has \(inbox)"
        }
    }

    /// In the place of what there is to say of its files.
    var absence: String {
        switch self {
        case .lost: "not there; it is taken up when it appears"
        case .locked: "somebody else has it; it is taken up when they let go of it"
        }
    }
}
