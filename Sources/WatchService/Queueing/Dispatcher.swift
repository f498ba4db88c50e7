package import BitMindAPI
package import WatchCore

/// Gives the waiting files to the workers, as `RequestPlanner` decides. This actor holds the planner, the
/// clock, the alarm, and the workers that wait for requests.
package actor Dispatcher {
    private let time: any TimeSource
    private let journal: Journal
    private let status: StatusBoard
    private let alarm = Alarm()
    private var alarmSetting = AlarmSetting()
    private var planner: RequestPlanner
    private var idle: [CheckedContinuation<Assignment?, Never>] = []
    private var isStopped = false
    /// Called when the kinds that cannot be sent for now change.
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

    /// Applies changed settings, and allows credentials, which may be new, to be tried at once.
    /// - Parameter isOtherWay: whether the API, or the path to it, has changed.
    package func apply(_ settings: Configuration.Upload, isOtherWay: Bool) {
        let now = time.now
        record(planner.apply(settings, isOtherWay: isOtherWay, at: now), at: now)
        assign()
    }

    /// Starts requests whose time comes while nothing else happens, until the task is cancelled.
    package func run() async {
        await alarm.run(time) { await self.assign() }
    }

    /// Adds files to the queue, and removes others.
    /// - Returns: the kinds that cannot be sent for now.
    @discardableResult
    package func update(adding candidates: [Candidate], withdrawing keys: [FileKey]) -> BlockedKinds {
        planner.update(adding: candidates, withdrawing: keys)
        assign()
        return blocked
    }

    /// Makes an inbox's files wait, or lets them be sent again.
    package func setResting(_ rests: Bool, _ inbox: InboxID, because reason: RequestPlanner.RestReason) {
        planner.setResting(rests, inbox, because: reason)
        if !rests { assign() }
    }

    /// Puts assigned files back that were not sent.
    package func putBack(_ candidates: [Candidate]) {
        planner.putBack(candidates)
        assign()
    }

    /// Waits for the next request to make; nil once the dispatcher was stopped.
    package func next() async -> Assignment? {
        if isStopped { return nil }
        return await withCheckedContinuation { continuation in
            idle.append(continuation)
            assign()
        }
    }

    /// Begins no more requests.
    package func stop() {
        isStopped = true
        for worker in idle { worker.resume(returning: nil) }
        idle = []
    }

    /// Returns when the actor runs it. This proves that the dispatcher is working.
    package func ping() {}

    /// Records a request's end, and starts the next ones.
    /// - Parameters:
    ///   - sent: the files that were sent, of those assigned; none if all had changed.
    ///   - outcome: the result of each of them, or why the request as a whole failed.
    ///   - post: passes the answers to the inboxes, so that an inbox has the answer before its file is sent
    ///     again.
    /// - Returns: a refused endpoint; the caller requests the account's permissions, and passes them to
    ///   `learn`.
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

    /// Records whether the account may use an endpoint; nil if `/status` does not say.
    package func learn(permitted: Bool?, for endpoint: Endpoint) {
        let now = time.now
        record(planner.learn(permitted: permitted, for: endpoint, at: now), at: now)
        assign()
    }

    /// A waiting file's position in the queue.
    package struct Outlook: Sendable, Equatable {
        /// The number of files before it.
        package let before: Int
        /// The pause of the file, or of files of its kind, and its end, in words; nil if there is none.
        package let pause: String?
    }

    /// The position of each file that waits for a request.
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
        // Even if no file waits, the shown state of a pause changes at its end.
        let ends = planner.pauses(at: now).compactMap(\.until).filter { $0 > now }
        alarmSetting.ensure(alarm, by: ends.min(), at: now)
    }

    private func holdups(at now: ContinuousClock.Instant) -> [StatusBoard.Holdup] {
        planner.pauses(at: now).compactMap { pause in
            // It no longer holds up anything: the next request is sent at once.
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
