import BitMindAPI
import DequeModule
package import LinuxSystem
package import WatchCore

/// One inbox, from the kernel's event to the filed file. It decides nothing itself: `FileMachine` and
/// `ActiveFiles` decide about files until their verdict, `Filings` after it, `Attendance` about the inbox's
/// own folder.
///
/// It runs on its own thread, because it looks at files and lists folders: a slow disk delays no other inbox.
/// All its input arrives through its mailbox, and is handled in turns.
package actor Inbox {
    package nonisolated let id: InboxID
    package nonisolated let watch: Configuration.Watch
    nonisolated let mailbox = Mailbox()
    nonisolated let pulse = Pulse()
    let context: ServiceContext
    let threads: InboxThreads
    let destinations: [DestinationRole: Destination]

    var attendance: Attendance
    var files: ActiveFiles
    var filings: Filings
    var account = UploadAccount()
    var timetable = Timetable()
    var reports = InboxReports()
    private var handover = Handover()
    private var ending = InboxEnding()

    /// The largest number of folders listed in one turn. All other work waits meanwhile.
    private static let foldersPerTurn = 64
    private static let listingPerTurn = Duration.milliseconds(50)
    /// The largest number of files of the backlog, and of events, handled in one turn. All other work waits
    /// meanwhile.
    private static let filesPerTurn = 1024

    /// - Parameter waitsForLock: whether to wait while another service still uses the inbox, as after a
    ///   reload.
    package init(
        _ id: InboxID, watch: Configuration.Watch, waitsForLock: Bool, context: ServiceContext
    ) throws(SystemCallError) {
        self.id = id
        self.watch = watch
        self.context = context
        threads = try InboxThreads(id)
        attendance = Attendance(waitsForLock: waitsForLock)
        files = ActiveFiles(SettlingRules(quiet: watch.settle, cutShort: watch.settleMax))
        filings = Filings(quiet: watch.settle)
        destinations = Dictionary(
            uniqueKeysWithValues: watch.folders.map { folder in
                (folder.role, Destination(folder.role, path: folder.path, inbox: id, uses: context.folders))
            })
    }

    // Not at the end of `run`, because a later call to the inbox would then wait forever.
    deinit { threads.stop() }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { threads.executor }

    var now: ContinuousClock.Instant { context.time.now }
    var moment: FoundTime { FoundTime(context.time.date, now) }
    var isStopping: Bool { ending.isStopping }
    var stopFlag: StopFlag { ending.flag }
    /// Whether no filing is in hand, and the filing threads do no other work.
    var isIdle: Bool { ending.errands == 0 && filings.activeCount == 0 }

    // MARK: Its life

    /// Starts to serve the inbox, unless it is already served.
    /// - Throws: `InboxLocked` if another service uses it.
    package func start() throws(InboxLocked) {
        if let beginning = attendance.beginning { return try beginning.get() }
        do throws(InboxLocked) {
            try takeUp()
            attendance.beginning = .success(())
        } catch {
            attendance.beginning = .failure(error)
            throw error
        }
    }

    /// Serves the inbox until it is stopped and its filings have ended. Returns at once if another service
    /// uses it.
    package func run() async {
        defer { attendance.settleWaiters() }
        do throws(InboxLocked) { try start() } catch { return }
        let timetable = timetable
        await withDiscardingTaskGroup { group in
            group.addTask { [mailbox, time = context.time] in await timetable.run(time) { mailbox.wake() } }
            for await _ in mailbox.wakeups {
                takeTurn()
                beginFilings()
                await handOver()
                if isStopping, account.unansweredCount == 0, isIdle, !mailbox.hasMessages { break }
            }
            group.cancelAll()
        }
        detach()
        context.folders.removeAll(of: id)
        if ending.isRemoved { context.status.remove(id) }
    }

    /// Makes nothing new begin. `run` returns when the uploads in flight and the filings in hand have ended.
    /// - Parameter isRemoved: whether the service continues without this inbox.
    package nonisolated func stop(isRemoved: Bool = false) {
        mailbox.post([.stop(isRemoved: isRemoved)])
    }

    /// Returns once the inbox is watched with all its folders, or is known to be lost.
    /// - Returns: the number of these folders; nil if the service stops before, or another one uses the
    ///   inbox.
    package func untilReady() async -> Int? {
        // The inbox has ended, and wakes no waiting callers any more.
        if case .failure = attendance.beginning { return nil }
        if !attendance.isReady, !isStopping {
            await withCheckedContinuation { attendance.waiters.append($0) }
        }
        return attendance.isReady || ending.isRemoved ? folderCount : nil
    }

    func becameReady() {
        if !attendance.isReady {
            attendance.isReady = true
            report()
        }
        attendance.settleWaiters()
    }

    // MARK: Turns

    private func takeTurn() {
        // A watched folder, of any inbox, may have another use now.
        if attendance.hasNewUses(context.folders.version) { attendance.attachment?.folders.visitAll() }
        receive()
        while let due = timetable.popDue(at: now) { isDue(due) }
        if !isStopping { scan() }
        updateStatus()
        if timetable[.delay] == nil { timetable.set(.delay, at: oldest.map { $0 + watch.warnAfter }) }
        timetable.set(.filings, at: filings.nextDue)
        timetable.set(.deferred, at: files.deferred.next)
        timetable.set(.troubles, at: reports.troubles.due)
        if attendance.attachment?.folders.isVisited == true { becameReady() }
        timetable.setAlarm(at: now)
    }

    /// Takes all messages that are in the mailbox now.
    func receive() {
        let contents = mailbox.take(events: Self.filesPerTurn)
        if contents.overflowed { overflowed() }
        for event in contents.events { apply(attendance.attachment?.folders.interpret(event) ?? []) }
        for message in contents.messages { receive(message) }
    }

    private func receive(_ message: Mailbox.Message) {
        switch message {
        case .answered(let key, let submission, let answer): answered(key, submission, answer)
        case .filed(let bulk, let outcomes): perform(filings.ended(bulk, outcomes, at: moment))
        case .probed(let role, let failure, let found):
            ending.errands -= 1
            probed(role, failure: failure, found: found)
        case .blocked(let kinds): readOn(files.block(kinds))
        case .stop(let isRemoved):
            ending.stop(isRemoved: isRemoved)
            handover.withdrawAll(files.paths.map { FileKey(inbox: id, path: $0) })
        }
    }

    private func isDue(_ entry: Timetable.Entry) {
        if isStopping, entry != .report { return }
        switch entry {
        case .file(let path): handle(.due, for: path)
        case .rescan: rescan(because: .interval)
        case .rootCheck: checkRoot()
        case .visit: break
        case .folderChanges: applyFolderChanges()
        case .troubles: reportTroubles()
        case .network: attendance.attachment?.folders.visitNetworkFolders()
        case .emptied(let folder): removeIfEmpty(folder)
        case .overflow: overflowed()
        case .unwatched: attendance.attachment?.folders.visitUnwatched()
        case .delay: checkDelay()
        case .deferred: readOn(files.deferred.takeDue(at: now))
        case .report: report()
        case .filings: perform(filings.due(at: now))
        case .account:
            account.expire(at: now)
            timetable.set(.account, at: account.next)
        }
    }

    /// Adds new files to the queue, and removes withdrawn ones.
    private func handOver() async {
        for (reason, rests) in handover.changes(with: filings) {
            await context.dispatcher.setResting(rests, id, because: reason)
        }
        if let (added, withdrawn) = handover.takeFiles() {
            readOn(files.block(await context.dispatcher.update(adding: added, withdrawing: withdrawn)))
        }
    }

    func enqueue(_ candidate: Candidate) { handover.add(candidate) }
    func withdraw(_ path: RelativePath) { handover.withdraw(FileKey(inbox: id, path: path)) }

    /// Makes a filing thread do work other than filing. A message reports its end.
    func runErrand(_ errand: @escaping @Sendable () -> Void) {
        ending.errands += 1
        threads.submit(errand)
    }

    // MARK: Folders

    /// The number of folders, including the inbox itself.
    var folderCount: Int { attendance.attachment?.folders.folderCount ?? 0 }
    /// The number of files that proceed without waiting for a change from outside.
    var activeCount: Int { files.activeCount + filings.activeCount }
    var mayTakeMore: Bool { files.mayTakeMore(beside: filings.count) }

    /// Lists some more folders, and takes files of the backlog while there is room.
    private func scan() {
        guard attendance.attachment != nil else { return }
        do throws(SystemCallError) {
            let began = now
            for _ in 0..<Self.foldersPerTurn
            where attendance.attachment?.folders.mayVisit(at: now) == true
                && now - began < Self.listingPerTurn
            {
                let room = mayTakeMore ? max(0, InboxWindow.mostActive - activeCount) : 0
                apply(
                    try attendance.attachment?.folders.visitNext(room: room, at: now) {
                        [files, filings] path in
                        files[path] != nil || filings.contains(path)
                    } ?? [])
            }
            if let due = attendance.attachment?.folders.visits.nextPauseEnd { timetable.set(.visit, at: due) }
            if attendance.attachment?.folders.isVisited == true {
                try scanBacklog()
                pollUnwatched()
                pollNetwork()
            } else {
                mailbox.wake()
            }
        } catch {
            // Too many open files: the error passes.
            timetable.set(.rootCheck, at: now + .seconds(1))
        }
    }

    /// Takes files of folders that had more files than there was room for.
    private func scanBacklog() throws(SystemCallError) {
        var room = Self.filesPerTurn
        while room > 0, mayTakeMore, activeCount < InboxWindow.fewActive,
            let found = try attendance.attachment?.folders.scanOn(room: room)
        {
            // Files that are found again must not be counted twice.
            for case .listing(let folder) in found { expectDeferred(in: folder) }
            let before = files.count + filings.count
            apply(found)
            attendance.attachment?.folders.took(max(0, files.count + filings.count - before))
            room -= max(1, found.count)
        }
        if room <= 0 { mailbox.wake() }
    }
}

/// The end of an inbox.
struct InboxEnding {
    /// Whether nothing new may begin.
    private(set) var isStopping = false
    /// Whether the service continues without this inbox.
    private(set) var isRemoved = false
    /// Ends long reads early.
    let flag = StopFlag()
    /// The number of jobs other than filing that the filing threads do now.
    var errands = 0

    mutating func stop(isRemoved: Bool) {
        isStopping = true
        self.isRemoved = isRemoved
        flag.raise()
    }
}

/// The threads of an inbox: its own one, and those that file.
struct InboxThreads {
    private let own: ThreadExecutor
    private let filing: BlockingThreads

    init(_ id: InboxID) throws(SystemCallError) {
        own = try ThreadExecutor("inbox-\(id.number)")
        filing = try BlockingThreads("filing-\(id.number)", count: FilingLanes.mostBulks)
    }

    var executor: UnownedSerialExecutor { own.asUnownedSerialExecutor() }
    func submit(_ work: @escaping @Sendable () -> Void) { filing.submit(work) }
    func stop() { own.stop() }
}
