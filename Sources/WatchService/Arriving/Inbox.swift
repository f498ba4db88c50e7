import BitMindAPI
import DequeModule
package import LinuxSystem
package import WatchCore

/// One inbox: hears of its files, moves their machines on, and has done what these ask for.
///
/// It runs on a thread of its own, for it looks at files and lists folders: a slow disk holds up nobody else.
/// All that it is told comes through its mailbox, and is dealt with in turns.
package actor Inbox {
    package nonisolated let id: InboxID
    package nonisolated let watch: Configuration.Watch
    /// Whether to wait where somebody else has the inbox still, as after a reload.
    nonisolated let waitsForLock: Bool
    nonisolated let mailbox = Mailbox()
    nonisolated let pulse = Pulse()

    let context: ServiceContext
    let threads: BlockingThreads
    private let executor: ThreadExecutor
    private let alarm = Alarm()
    private var alarmSetting = AlarmSetting()

    let destinations: [DestinationRole: Destination]
    let stopFlag = StopFlag()
    var attachment: Attachment?
    var machines: [RelativePath: FileMachine] = [:]
    var deadlines = DeadlineTable<Deadline>()
    var uploads: [RelativePath: UploadUnderWay] = [:]
    /// What was paid for files that have left their paths.
    var uprooted = Uprooted()
    /// The bodies of the uploads among them.
    var uprootedBodies: [Uprooted.Upload: InboxFileBody] = [:]
    /// Where the files of uploads are that have been found under another path.
    var adopted: [Uprooted.Upload: RelativePath] = [:]
    /// What the file that is being looked at has been found to be.
    var offered: Uprooted.ID?
    /// How often files that are in hand no more came back to an upload.
    var relapses = Relapses()
    /// What they wait for.
    var window = FileWindow()
    /// Files that are not in hand, for they can't go for now.
    var deferred = DeferredFiles()
    /// How many files can't be read, and how many can't be moved.
    var unreadableCount = 0
    var unmovableCount = 0
    /// What is to be reported of single files and folders.
    var troubles = TroubleReports()
    /// When all folders were last looked at because events were lost.
    var lastOverflow: ContinuousClock.Instant?
    /// Folders that filing has emptied, and that are removed if they stay empty.
    var emptiedFolders: Set<FolderTree.ID> = []
    /// Folders whose permissions have changed, and when that was last acted upon.
    var changedFolders: Set<RelativePath> = []
    var lastFolderChanges: ContinuousClock.Instant?
    var reportedSpecials: Set<RelativePath> = []
    /// The decided files.
    var filings: Filings
    var isWatchLimitReached = false
    /// Why the inbox is not served, once that has been told.
    var outage: InboxOutage?
    /// How often in a row a stranger had it.
    var lockedTries = 0
    /// Whether it has been told that files wait long.
    var isDelayed = false
    /// Whether nothing new is to begin.
    private(set) var isStopping = false
    private var isRemoved = false
    private var isReady = false
    private var isReportDue = false
    /// Nil until the inbox is taken up, or is another's.
    private var beginning: Result<Void, InboxLocked>?
    private var awaitingReadiness: [CheckedContinuation<Void, Never>] = []

    /// The last number of a machine that has gone: a later one for the same path begins after it.
    var lastSubmission: UInt64 = 0

    /// That of `context.folders` when all folders were looked at.
    private var foldersVersion = 0

    /// Whether its files are to wait, for much is to be filed.
    private var isResting = false
    /// Whether the dispatcher knows that a file system lacks a call that filing needs.
    private var isLackingKnown = false

    /// Collected in a turn, handed over at its end.
    var added: [Candidate] = []
    var withdrawn: [FileKey] = []
    /// How much else is being done by the filing threads.
    var errandsUnderWay = 0
    /// How many files have been handed out to be sent and were not answered yet.
    var uploadsUnderWay = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    enum Deadline: Hashable {
        case file(RelativePath)
        case rescan
        case rootCheck
        /// A folder may be listed again.
        case visit
        /// The permissions of folders have changed.
        case folderChanges
        case troubles
        /// Folders on network file systems are looked at.
        case network
        /// All folders are looked at, for events were lost.
        case overflow
        /// A folder that filing has emptied may be removed.
        case emptied(FolderTree.ID)
        case unwatched
        case delay
        /// Files that are not in hand are to be looked at again.
        case deferred
        case report
        /// A blocked filing, or what blocks it, may be tried again.
        case filings
        case uprooted
    }

    /// How many verdicts wait to be filed before no more are asked for, and below which they are again: a verdict
    /// is paid for, and safe only once it is filed.
    private static let manyFilings = 128
    private static let fewFilings = 64
    /// How many special files are remembered as reported.
    static let mostReported = 10_000
    /// How many files a report shows.
    private static let mostPlaces = 32_768
    private static let reportInterval = Duration.seconds(1)
    /// How many folders are listed in one turn at most, and for how long: meanwhile everything else waits.
    private static let foldersPerTurn = 64
    private static let listingPerTurn = Duration.milliseconds(50)
    /// How many files of the backlog, and events, are looked at in one turn: meanwhile everything else waits.
    private static let filesPerTurn = 1024

    package init(
        _ id: InboxID, watch: Configuration.Watch, waitsForLock: Bool, context: ServiceContext
    ) throws(SystemCallError) {
        self.id = id
        self.watch = watch
        self.waitsForLock = waitsForLock
        self.context = context
        executor = try ThreadExecutor("inbox-\(id.number)")
        threads = try BlockingThreads("filing-\(id.number)", count: FilingLanes.mostBulks)
        filings = Filings(quiet: watch.settle)
        destinations = Dictionary(
            uniqueKeysWithValues: watch.folders.map { folder in
                (folder.role, Destination(folder.role, path: folder.path, inbox: id, uses: context.folders))
            })
    }

    // Not at the end of `run`: whoever asks the inbox something then would wait for an answer for ever.
    deinit { executor.stop() }

    var now: ContinuousClock.Instant { context.time.now }
    /// How many files go on by themselves.
    var activeCount: Int { window.active + filings.activeCount }
    var mayTakeMore: Bool { window.mayTakeMore(beside: filings.count) }
    /// Whether nothing is being filed, or done otherwise by the filing threads.
    var isIdle: Bool { errandsUnderWay == 0 && filings.activeCount == 0 }

    /// Takes the inbox up, unless that has been done.
    /// - Throws: `InboxLocked` where another service has it.
    package func start() throws(InboxLocked) {
        if let beginning { return try beginning.get() }
        do throws(InboxLocked) {
            try takeUp()
            beginning = .success(())
        } catch {
            beginning = .failure(error)
            throw error
        }
    }

    /// Serves the inbox until it is stopped and its filings have come to their end; not at all where another service
    /// has it.
    package func run() async {
        defer { settleReadiness() }
        do throws(InboxLocked) { try start() } catch { return }
        await withDiscardingTaskGroup { group in
            group.addTask { [alarm, mailbox, time = context.time] in await alarm.run(time) { mailbox.wake() }
            }
            for await _ in mailbox.wakeups {
                takeTurn()
                beginFilings()
                await handOver()
                if isStopping, uploadsUnderWay == 0, isIdle, !mailbox.hasMessages { break }
            }
            group.cancelAll()
        }
        detach()
        context.folders.removeAll(of: id)
        if isRemoved { context.status.remove(id) }
    }

    /// Has nothing new begin; `run` returns when the uploads and filings under way have ended.
    /// - Parameter isRemoved: whether the service goes on without this inbox.
    package nonisolated func stop(isRemoved: Bool = false) {
        mailbox.post([.stop(isRemoved: isRemoved)])
    }

    /// How many folders there are, the inbox itself included.
    private var folderCount: Int { attachment?.folders.folderCount ?? 0 }

    /// Hears what was said so far.
    func hear() {
        let contents = mailbox.take(events: Self.filesPerTurn)
        if contents.overflowed { overflowed() }
        for event in contents.events { heard(event) }
        for message in contents.messages { heard(message) }
    }

    private func takeTurn() {
        letGoOfUsedFolders()
        hear()
        while let due = deadlines.popDue(at: now) { isDue(due) }
        if !isStopping { scan() }
        updateStatus()
        if let due = filings.nextDue, deadlines[.filings] != due { deadlines.set(.filings, at: due) }
        if let due = troubles.due, deadlines[.troubles] != due { deadlines.set(.troubles, at: due) }
        if attachment?.folders.isVisited == true { becameReady() }
        if let next = deadlines.next { alarmSetting.ensure(alarm, by: next, at: now) }
    }

    /// Looks at all folders where one that is watched, by any inbox, has got another use.
    private func letGoOfUsedFolders() {
        let version = context.folders.version
        guard version != foldersVersion else { return }
        foldersVersion = version
        attachment?.folders.visitAll()
    }

    private func heard(_ message: Mailbox.Message) {
        switch message {
        case .answered(let key, let submission, let answer):
            uploadsUnderWay -= 1
            answered(key, submission, answer)
        case .filed(let bulk, let outcomes): perform(filings.ended(bulk, outcomes, at: moment))
        case .probed(let role, let failure, let found):
            errandsUnderWay -= 1
            probed(role, failure: failure, found: found)
        case .blocked(let kinds): block(kinds)
        case .stop(let isRemoved):
            isStopping = true
            stopFlag.raise()
            self.isRemoved = isRemoved
            withdrawn += machines.keys.map { FileKey(inbox: id, path: $0) }
        }
    }

    private func isDue(_ deadline: Deadline) {
        if isStopping, deadline != .report { return }
        switch deadline {
        case .file(let path): handle(.due, for: path)
        case .rescan: rescan(because: .interval)
        case .rootCheck: checkRoot()
        case .visit: break
        case .folderChanges: applyFolderChanges()
        case .troubles: reportTroubles()
        case .network: attachment?.folders.visitNetworkFolders()
        case .emptied(let folder): removeIfEmpty(folder)
        case .overflow: overflowed()
        case .unwatched: attachment?.folders.visitUnwatched()
        case .delay: checkDelay()
        case .deferred: readOn(deferred.takeDue(at: now))
        case .report: report()
        case .filings: perform(filings.due(at: now))
        case .uprooted: letGoOfUprooted()
        }
    }

    /// Gives the queue what has come, and takes from it what has gone.
    private func handOver() async {
        if filings.isCallLacking != isLackingKnown {
            isLackingKnown.toggle()
            await context.dispatcher.setResting(isLackingKnown, id, because: .lackingCall)
        }
        let candidates = added
        let gone = withdrawn
        added = []
        withdrawn = []
        if !candidates.isEmpty || !gone.isEmpty {
            block(await context.dispatcher.update(adding: candidates, withdrawing: gone))
        }
        let waiting = filings.activeCount
        if isResting ? waiting < Self.fewFilings : waiting >= Self.manyFilings {
            isResting.toggle()
            await context.dispatcher.setResting(isResting, id, because: .filing)
        }
    }

    /// Lists some more folders, and takes files of the backlog while there is room.
    private func scan() {
        guard attachment != nil else { return }
        do throws(SystemCallError) {
            let began = now
            for _ in 0..<Self.foldersPerTurn
            where attachment?.folders.mayVisit(at: now) == true && now - began < Self.listingPerTurn {
                let room = mayTakeMore ? max(0, FileWindow.mostActive - activeCount) : 0
                apply(
                    try attachment?.folders.visitNext(room: room, at: now) { [machines, filings] path in
                        machines[path] != nil || filings.contains(path)
                    } ?? [])
            }
            if let due = attachment?.folders.visits.nextPauseEnd { deadlines.set(.visit, at: due) }
            if attachment?.folders.isVisited == true {
                try scanBacklog()
                pollUnwatched()
                pollNetwork()
            } else {
                mailbox.wake()
            }
        } catch {
            // Too many open files: it passes.
            deadlines.set(.rootCheck, at: now + .seconds(1))
        }
    }

    /// Takes files of folders that had more of them than there was room for.
    private func scanBacklog() throws(SystemCallError) {
        var room = Self.filesPerTurn
        while room > 0, mayTakeMore, activeCount < FileWindow.fewActive,
            let found = try attachment?.folders.scanOn(room: room)
        {
            // Those that are found again are not counted twice.
            for case .listing(let folder) in found { expectDeferred(in: folder) }
            let before = machines.count + filings.count + deferred.count
            apply(found)
            attachment?.folders.took(max(0, machines.count + filings.count + deferred.count - before))
            room -= max(1, found.count)
        }
        if room <= 0 { mailbox.wake() }
    }

    // MARK: Readiness

    /// Returns once the inbox is watched with all its folders, or is known to be lost.
    /// - Returns: how many folders these are; nil where the service stops before, or another one has the inbox.
    package func untilReady() async -> Int? {
        // It has come to its end, at which nobody is told any more.
        if case .failure = beginning { return nil }
        if !isReady, !isStopping { await withCheckedContinuation { awaitingReadiness.append($0) } }
        return isReady || isRemoved ? folderCount : nil
    }

    func becameReady() {
        if !isReady {
            isReady = true
            report()
        }
        settleReadiness()
    }

    private func settleReadiness() {
        for waiter in awaitingReadiness { waiter.resume() }
        awaitingReadiness = []
    }

    // MARK: Status

    private func updateStatus() {
        let isNews = context.status.update(id, waiting: waitingCount, holdups: holdups)
        if isNews { reportSoon() }
    }

    /// Has a full report made, which costs more: at most once a second.
    func reportSoon() {
        if isReportDue { return }
        isReportDue = true
        deadlines.set(.report, at: now + Self.reportInterval)
    }

    private var waitingCount: Int {
        max(0, machines.count - uploads.count) + filings.count + (attachment?.folders.backlogCount ?? 0) + deferred.count
    }

    private var holdups: [StatusBoard.Holdup] {
        let lost = outage.map { [StatusBoard.Holdup(.inboxLost, $0.holdup(of: watch.inbox))] } ?? []
        return lost + placeHoldup + troubleHoldups
    }

    private var troubleHoldups: [StatusBoard.Holdup] {
        let unlisted = attachment?.folders.unlisted.count ?? 0
        let unmovable = unmovableCount + filings.unmovableCount
        return [
            (unreadableCount, unreadableCount == 1 ? "file cannot be read" : "files cannot be read"),
            (unmovable, unmovable == 1 ? "file cannot be moved" : "files cannot be moved"),
            (unlisted, unlisted == 1 ? "folder cannot be listed" : "folders cannot be listed"),
        ].compactMap { count, what in
            count == 0 ? nil : StatusBoard.Holdup(nil, "\(GroupedNumber(count)) \(what)")
        }
    }

    private var placeHoldup: [StatusBoard.Holdup] {
        let all = filings.blockedPlaces
        let destinations = all.filter(\.folder.isRoot)
        let folders = all.filter { !$0.folder.isRoot }
        let more = folders.count > 1 ? " and \(GroupedNumber(folders.count - 1)) more folders" : ""
        return destinations.map { holdup(of: $0) } + folders.prefix(1).map { holdup(of: $0, more) }
    }

    private func holdup(of place: DestinationPlace, _ more: String = "") -> StatusBoard.Holdup {
        StatusBoard.Holdup(
            .destinationUnavailable, "cannot file to \(DisplayName(folderPath(of: place)).escaped)\(more)")
    }

    func report() {
        isReportDue = false
        var report = InboxReport(
            inbox: watch.inbox,
            destinations: Dictionary(
                uniqueKeysWithValues: watch.folders.map { ($0.role.rawValue, $0.path) }),
            isLost: attachment == nil, absence: absence, folders: folderCount, waiting: waitingCount,
            ignored: watch.ignore.map(\.description), isRecursive: watch.recursive,
            unreadable: attachment?.folders.unlistedPaths ?? [],
            files: (places + filings.places(at: moment))
                .sorted { ($0.found, $0.path.bytes.count) < ($1.found, $1.path.bytes.count) })
        if deferred.count > 0 {
            report.putOff = deferred.byFolder.prefix(Self.mostReported)
                .map { FolderPutOff(folder: $0.key, reason: $0.value) }
        }
        context.status.update(id, report: report)
    }

    /// Where the files in hand are, of very many the oldest ones.
    private var places: [FilePlace] {
        var paths = Array(machines.keys)
        if paths.count > Self.mostPlaces {
            let found = machines.mapValues(\.found.instant)
            paths.sort { first, second in
                guard let one = found[first], let other = found[second] else { return false }
                return one < other
            }
            paths = Array(paths.prefix(Self.mostPlaces))
        }
        return paths.compactMap { path in
            machines[path].map { machine in
                FilePlace(
                    machine, path: path, found: machine.found.date(at: moment),
                    nextTry: nextTry(of: machine, at: path))
            }
        }
    }

    /// Why it is not served. Before that is told, it is only known that somebody has it.
    private var absence: String? { attachment == nil ? (outage ?? .locked).absence : nil }

    /// When a file that is held is tried again, where that is known.
    private func nextTry(of machine: FileMachine, at path: RelativePath) -> Timestamp? {
        if let awaited = machine.awaited { return context.time.date.advanced(by: awaited.until - now) }
        guard machine.hold != nil else { return nil }
        return deadlines[.file(path)].map { context.time.date.advanced(by: $0 - now) }
    }
}
