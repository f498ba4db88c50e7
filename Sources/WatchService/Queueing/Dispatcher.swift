package import BitMindAPI
package import WatchCore

/// Hands the waiting files to the workers, as `RequestPlanner` decides: this actor has its clock, its alarm, and
/// those who wait for requests to make.
package actor Dispatcher {
    private let time: any TimeSource
    private let journal: Journal
    private let status: StatusBoard
    private let alarm = Alarm()
    private var alarmSetting = AlarmSetting()
    private var planner: RequestPlanner
    private var idle: [CheckedContinuation<Assignment?, Never>] = []
    private var isStopped = false
    /// Is told which kinds can't be sent for now, whenever that changes.
    private let whenBlocked: @Sendable (BlockedKinds) -> Void
    private var blocked = BlockedKinds()

    package init(
        settings: Configuration.Upload, time: any TimeSource, journal: Journal, status: StatusBoard,
        whenBlocked: @escaping @Sendable (BlockedKinds) -> Void = { _ in }
    ) {
        self.whenBlocked = whenBlocked
        self.time = time
        self.journal = journal
        self.status = status
        planner = RequestPlanner(settings: settings)
    }

    /// Takes over changed settings, and lets credentials be tried at once that may be others now.
    /// - Parameter isOtherWay: whether the API, or the way to it, is another one.
    package func apply(_ settings: Configuration.Upload, isOtherWay: Bool) {
        let now = time.now
        record(planner.apply(settings, isOtherWay: isOtherWay, at: now), at: now)
        assign()
    }

    /// Lets files go whose time comes while nothing else happens, until the task is cancelled.
    package func run() async {
        await alarm.run(time) { await self.assign() }
    }

    /// Takes files into the queue, and others out of it.
    /// - Returns: the kinds that can't be sent for now.
    @discardableResult
    package func update(adding candidates: [Candidate], withdrawing keys: [FileKey]) -> BlockedKinds {
        planner.update(adding: candidates, withdrawing: keys)
        assign()
        return blocked
    }

    /// Lets an inbox's files wait, or go again.
    package func setResting(_ rests: Bool, _ inbox: InboxID, because reason: RequestPlanner.RestReason) {
        planner.setResting(rests, inbox, because: reason)
        if !rests { assign() }
    }

    /// Takes files back that were assigned, and not sent.
    package func putBack(_ candidates: [Candidate]) {
        planner.putBack(candidates)
        assign()
    }

    /// The next request to make, once there is one; nil once the dispatcher was stopped.
    package func next() async -> Assignment? {
        if isStopped { return nil }
        return await withCheckedContinuation { continuation in
            idle.append(continuation)
            assign()
        }
    }

    /// Has no more requests begin.
    package func stop() {
        isStopped = true
        for worker in idle { worker.resume(returning: nil) }
        idle = []
    }

    /// Answers when it has got round to it: proof that it is alive.
    package func ping() {}

    /// Takes note of a request's end, and lets the next ones go.
    /// - Parameters:
    ///   - sent: the files that were sent, of those assigned; none where all had changed meanwhile.
    ///   - outcome: for each of them, or why the request as a whole failed.
    ///   - post: passes the answers on to the inboxes: before a file goes again, its inbox knows that it is back.
    /// - Returns: an endpoint that was refused: what the account may do is to be asked, and passed to `learn`.
    package func finished(
        _ assignment: Assignment, sent: [Candidate], outcome: RequestOutcome,
        post: @Sendable ([(candidate: Candidate, answer: Answer)]) -> Void
    ) -> Endpoint? {
        if !sent.isEmpty { tally(outcome, sent) }
        let now = time.now
        let ending = planner.ended(
            assignment, sent: sent, outcome: outcome, at: now, random: .random(in: 0..<1))
        record(ending.reports, at: now)
        post(ending.answers)
        assign()
        return ending.endpointToAskFor
    }

    /// Takes note of whether the account may use an endpoint; nil where `/status` doesn't tell.
    package func learn(permitted: Bool?, for endpoint: Endpoint) {
        let now = time.now
        record(planner.learn(permitted: permitted, for: endpoint, at: now), at: now)
        assign()
    }

    /// What a file that waits has before it.
    package struct Outlook: Sendable, Equatable {
        /// How many files.
        package let before: Int
        /// What keeps it, or files of its kind, from going, and until when, in words; nil where nothing does.
        package let pause: String?
    }

    /// What each file that waits for a request has before it.
    package func outlooks() -> [FileKey: Outlook] {
        let now = time.now
        return planner.positions(at: now).mapValues { position in
            let failing = position.failing.map { failing in
                "the API fails for this file (\(failing.cause)), next try at \(date(of: failing.until, at: now).timeOfDay)"
            }
            return Outlook(
                before: position.before, pause: failing ?? position.pause.map { text($0, at: now) })
        }
    }
}

extension Dispatcher {
    private func assign() {
        let now = time.now
        defer { status.update(uploading: planner.inFlightCount, holdups: holdups(at: now)) }
        guard !isStopped else { return }
        while !idle.isEmpty, let assignment = planner.next(at: now) {
            idle.removeFirst().resume(returning: assignment)
        }
        if blocked.change(to: planner.blockedKinds(at: now)) { whenBlocked(blocked) }
        alarmSetting.ensure(alarm, by: planner.wake, at: now)
        // Though no file waits, what is shown of a pause is another thing once its time has come.
        let ends = planner.pauses(at: now).compactMap(\.until).filter { $0 > now }
        alarmSetting.ensure(alarm, by: ends.min(), at: now)
    }

    private func holdups(at now: ContinuousClock.Instant) -> [StatusBoard.Holdup] {
        planner.pauses(at: now).compactMap { pause in
            // It holds nothing up any more: the next request goes at once.
            if pause.isDue(at: now), pause.reason.endsByItself { return nil }
            return pause.reason.name.map { StatusBoard.Holdup($0, text(pause, at: now)) }
        }
    }

    private func text(_ pause: RequestPlanner.Pause, at now: ContinuousClock.Instant) -> String {
        pause.reason.text(
            until: pause.until.map { date(of: $0, at: now) }, isDue: pause.isDue(at: now),
            isEnding: pause.isEnding, cause: pause.cause)
    }

    private func date(of instant: ContinuousClock.Instant, at now: ContinuousClock.Instant) -> Timestamp {
        time.date.advanced(by: instant - now)
    }

    private func record(_ reports: [PlannerReport], at now: ContinuousClock.Instant) {
        for report in reports {
            if let event = JournalEvent.planner(report, at: now, date: time.date) { journal.record(event) }
        }
    }

    private func tally(_ outcome: RequestOutcome, _ sent: [Candidate]) {
        let took = outcome.took
        switch outcome.results {
        case .success:
            let bytes = sent.reduce(0) { $0 + $1.prospect.identity.size }
            status.requested(outcome.endpoint, status: "200", bytes: bytes, took: took)
        case .failure(let error):
            let what = error.status.map { "\($0)" } ?? error.kind.rawValue
            status.requested(error.endpoint ?? outcome.endpoint, status: what, bytes: 0, took: took)
        }
    }
}
