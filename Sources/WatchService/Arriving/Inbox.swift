package import LinuxSystem
package import WatchCore

/// One inbox: hears of its files, moves their machines on, and has done what these ask for.
///
/// It runs on a thread of its own, for it looks at files and lists folders: a slow disk holds up nobody else.
/// All that it is told comes through its mailbox, and is dealt with in turns.
package actor Inbox {
    package nonisolated let id: InboxID
    package nonisolated let watch: Configuration.Watch
    nonisolated let mailbox = Mailbox()

    let context: ServiceContext
    let threads: BlockingThreads
    private let executor: ThreadExecutor
    private let alarm = Alarm()
    private var alarmSetting = AlarmSetting()

    let destinations: [DestinationRole: Destination]
    var destinationStates = DestinationStates()
    var attachment: Attachment?
    var machines: [RelativePath: FileMachine] = [:]
    var deadlines = DeadlineTable<Deadline>()
    var uploads: [RelativePath: FileBody] = [:]
    /// Files that can't be read or moved for now: they don't count as active.
    var heldCount = 0
    var reportedSpecials: Set<RelativePath> = []
    /// The destinations in which leftovers of earlier runs have been dealt with.
    var recovered: Set<DestinationRole> = []
    var isWatchLimitReached = false
    /// Whether it has been told that the inbox is not there.
    var isLost = false
    /// Whether it has been told that files wait long.
    var isDelayed = false
    /// Whether nothing new is to begin.
    private(set) var isStopping = false
    private var isReady = false
    private var awaitingReadiness: [CheckedContinuation<Void, Never>] = []

    /// Collected in a turn, handed over at its end.
    var added: [Candidate] = []
    var withdrawn: [FileKey] = []
    var tasks: [InboxTask] = []
    private(set) var tasksUnderWay = 0
    /// How many files have been handed out to be sent and were not answered yet.
    var uploadsUnderWay = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    enum Deadline: Hashable {
        case file(RelativePath)
        case rescan
        case rootCheck
        case unwatched
        case delay
        case destination(DestinationRole)
    }

    /// What is done beside the inbox's own thread.
    enum InboxTask: Sendable {
        case file(RelativePath, Submission, Decision, found: Timestamp)
        case abandon(Decision)
        case probe(DestinationRole)
        case attach
    }

    /// How many files have machines; the rest of a backlog waits in its folders.
    static let mostActive = 2048
    /// Scanning goes on when there are fewer.
    static let fewActive = 1024
    /// How many files that can't be read or moved are remembered; the rest is found again by a rescan.
    static let mostHeld = 10_000
    /// How many special files are remembered as reported.
    static let mostReported = 10_000
    /// How many folders are listed in one turn.
    private static let foldersPerTurn = 64

    package init(_ id: InboxID, watch: Configuration.Watch, context: ServiceContext) throws(SystemCallError) {
        self.id = id
        self.watch = watch
        self.context = context
        executor = try ThreadExecutor("inbox-\(id.number)")
        threads = try BlockingThreads("filing-\(id.number)", count: 8)
        destinations = Dictionary(
            uniqueKeysWithValues: watch.folders.map { ($0.role, Destination($0.role, path: $0.path)) })
    }

    var now: ContinuousClock.Instant { context.time.now }
    var activeCount: Int { machines.count - heldCount }

    /// Serves the inbox until it is stopped and its filings have come to their end.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [alarm, mailbox, time = context.time] in await alarm.run(time) { mailbox.wake() }
            }
            for await _ in mailbox.wakeups {
                takeTurn()
                tasksUnderWay += tasks.count
                for task in tasks { group.addTask { await self.perform(task) } }
                tasks = []
                await handOver()
                if isStopping, uploadsUnderWay == 0, tasksUnderWay == 0, !mailbox.hasMessages { break }
            }
            group.cancelAll()
        }
        detach()
        context.status.remove(id)
        settleReadiness()
        executor.stop()
    }

    /// Has nothing new begin; `run` returns when the uploads and filings under way have ended.
    package nonisolated func stop() {
        mailbox.post([.stop])
    }

    /// How many folders there are, the inbox itself included.
    package var folderCount: Int { attachment?.folders.folderCount ?? 0 }

    /// Answers when the inbox's thread has got round to it: proof that it is alive.
    package func ping() {}

    private func takeTurn() {
        let contents = mailbox.take()
        if contents.overflowed { rescan(because: .overflow) }
        for event in contents.events { heard(event) }
        for message in contents.messages { heard(message) }
        while let due = deadlines.popDue(at: now) { isDue(due) }
        if !isStopping { scan() }
        updateStatus()
        if let next = deadlines.next { alarmSetting.ensure(alarm, by: next, at: now) }
    }

    private func heard(_ message: Mailbox.Message) {
        switch message {
        case .answered(let key, let submission, let answer):
            uploadsUnderWay -= 1
            uploads[key.path] = nil
            handle(.answered(submission, answer), for: key.path)
        case .filed(let path, let submission, let filed):
            tasksUnderWay -= 1
            ended(filed, path: path, submission: submission)
        case .probed(let role, let failure, let recovered):
            tasksUnderWay -= 1
            probed(role, failure: failure, recovered: recovered)
        case .abandoned(let leftover):
            tasksUnderWay -= 1
            report(leftover.map { [$0] } ?? [])
        case .done:
            tasksUnderWay -= 1
        case .stop:
            isStopping = true
            withdrawn += machines.keys.map { FileKey(inbox: id, path: $0) }
        }
    }

    private func isDue(_ deadline: Deadline) {
        guard !isStopping else { return }
        switch deadline {
        case .file(let path): handle(.due, for: path)
        case .rescan: rescan(because: .interval)
        case .rootCheck: checkRoot()
        case .unwatched: attachment?.folders.visitUnwatched()
        case .delay: checkDelay()
        case .destination(let role): tasks.append(.probe(role))
        }
    }

    /// Gives the queue what has come, and takes from it what has gone.
    private func handOver() async {
        let candidates = added
        let gone = withdrawn
        added = []
        withdrawn = []
        if !candidates.isEmpty || !gone.isEmpty {
            await context.dispatcher.update(adding: candidates, withdrawing: gone)
        }
    }

    /// Lists some more folders, and takes files of the backlog while there is room.
    private func scan() {
        guard attachment != nil else { return }
        do throws(SystemCallError) {
            for _ in 0..<Self.foldersPerTurn where attachment?.folders.isVisited == false {
                let room = max(0, Self.mostActive - activeCount)
                apply(try attachment?.folders.visitNext(room: room) ?? [])
            }
            if attachment?.folders.isVisited == true, activeCount < Self.fewActive {
                for path in try attachment?.folders.scanOn(room: Self.mostActive - activeCount) ?? [] {
                    heard(.arrived(.found), of: path)
                }
            }
            if attachment?.folders.isVisited == true {
                pollUnwatched()
                becameReady()
            } else {
                mailbox.wake()
            }
        } catch {
            // Too many open files: it passes.
            deadlines.set(.rootCheck, at: now + .seconds(1))
        }
    }

    // MARK: Readiness

    /// Returns once the inbox is watched with all its folders, or is known to be lost.
    /// - Returns: false where it was stopped before.
    package func untilReady() async -> Bool {
        if !isReady, !isStopping { await withCheckedContinuation { awaitingReadiness.append($0) } }
        return isReady
    }

    func becameReady() {
        isReady = true
        settleReadiness()
    }

    private func settleReadiness() {
        for waiter in awaitingReadiness { waiter.resume() }
        awaitingReadiness = []
    }

    private func updateStatus() {
        let backlog = attachment?.folders.backlogCount ?? 0
        context.status.update(id, waiting: max(0, activeCount - uploads.count) + backlog)
    }
}
