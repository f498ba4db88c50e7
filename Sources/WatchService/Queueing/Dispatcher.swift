package import BitMindAPI
package import WatchCore

/// Hands the waiting files to the workers: whose turn it is, who shares a request, and whether one may go now.
package actor Dispatcher {
    private let time: any TimeSource
    private let journal: Journal
    private let status: StatusBoard
    private let alarm = Alarm()
    private var alarmSetting = AlarmSetting()

    private var queue = WaitingQueue()
    private var gate: RequestGate
    private var settings: Configuration.Upload
    private var idle: [CheckedContinuation<Assignment?, Never>] = []
    private var inFlight: [MediaKind: Int] = [:]
    private var shares = SlotShares()
    private var resting: [RestReason: Set<InboxID>] = [:]
    private var turns = KindsInTurn()
    private var successes: UInt64 = 0
    /// How many requests have failed by the service's fault since it last answered as it should.
    private var failuresInARow = 0
    private var isStopped = false

    package init(
        settings: Configuration.Upload, time: any TimeSource, journal: Journal, status: StatusBoard
    ) {
        self.settings = settings
        self.time = time
        self.journal = journal
        self.status = status
        gate = RequestGate(settings: RequestGate.Settings(settings))
    }

    /// Takes over changed settings, and lets credentials be tried at once that may be others now.
    package func apply(_ settings: Configuration.Upload) {
        self.settings = settings
        gate.apply(RequestGate.Settings(settings))
        gate.credentialsChanged(at: time.now)
        assign()
    }

    /// Lets files go whose time comes while nothing else happens, until the task is cancelled.
    package func run() async {
        await alarm.run(time) { await self.assign() }
    }

    /// Takes files into the queue, and others out of it.
    package func update(adding candidates: [Candidate], withdrawing keys: [FileKey]) {
        for key in keys { queue.withdraw(key) }
        queue.add(candidates)
        assign()
    }

    /// Why an inbox's files wait though requests could be made.
    package enum RestReason: Sendable {
        /// It has much to file.
        case filing
        /// Its disk does not answer.
        case disk
        /// Its file system, or a destination's, lacks a call that filing needs.
        case lackingCall
    }

    /// Lets an inbox's files wait, or go again.
    package func setResting(_ rests: Bool, _ inbox: InboxID, because reason: RestReason) {
        if rests {
            resting[reason, default: []].insert(inbox)
        } else {
            resting[reason]?.remove(inbox)
            assign()
        }
    }

    /// Takes files back that were assigned, and not sent.
    package func putBack(_ candidates: [Candidate]) {
        queue.putBack(candidates)
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
}

// MARK: - Assigning

extension Dispatcher {
    private func assign() {
        let now = time.now
        defer { status.update(uploading: inFlightCount, holdups: holdups(at: now)) }
        guard !isStopped else { return }
        queue.admitDelayed(at: now)
        while !idle.isEmpty, inFlightCount < settings.concurrency, let assignment = nextAssignment(at: now) {
            inFlight[assignment.candidates[0].kind, default: 0] += 1
            shares.began(assignment)
            idle.removeFirst().resume(returning: assignment)
        }
        if let next = queue.nextDelayed { alarmSetting.ensure(alarm, by: next, at: now) }
        // Though no file waits, what is told of a pause is another thing once its time has come.
        let ends = pauses(at: now).compactMap(\.until).filter { $0 > now }
        alarmSetting.ensure(alarm, by: ends.min(), at: now)
    }

    private var inFlightCount: Int { inFlight.values.reduce(0, +) }

    private func nextAssignment(at now: ContinuousClock.Instant) -> Assignment? {
        let resting = resting.values.reduce(into: Set()) { $0.formUnion($1) }
        let waiting = queue.inboxes.subtracting(resting)
        let served = shares.served(waiting: waiting, slots: settings.concurrency)
        if let assignment = nextAssignment(except: resting.union(served), at: now) { return assignment }
        // What the others can't use, for want of a permission perhaps, is free for all.
        return served.isEmpty ? nil : nextAssignment(except: resting, at: now)
    }

    private func nextAssignment(
        except barred: Set<InboxID>, at now: ContinuousClock.Instant
    ) -> Assignment? {
        let waiting = MediaKind.allCases.filter { queue.count(of: $0, except: barred) > 0 }
        let videos = inFlight[.video, default: 0]
        for kind in turns.order(waiting: waiting, videosInFlight: videos, slots: settings.concurrency) {
            // Where a part of a refused batch may not go, its endpoint being refused, others may by the other one.
            for passesParts in queue.hasParts(of: kind) ? [false, true] : [false] {
                guard let permit = permit(for: kind, passesParts, except: barred, at: now) else { continue }
                let most = permit.endpoint == kind.batchEndpoint ? kind.maximumBatchCount : 1
                let candidates = queue.take(
                    kind, most: most, bytes: settings.batchBytes, except: barred, passesParts: passesParts)
                guard candidates.isEmpty else {
                    turns.went(kind)
                    return Assignment(candidates: candidates, permit: permit)
                }
                _ = gate.record(.abandoned, for: permit, at: now, random: 0)
            }
        }
        return nil
    }

    private func permit(
        for kind: MediaKind, _ passesParts: Bool, except barred: Set<InboxID>,
        at now: ContinuousClock.Instant
    ) -> RequestGate.Permit? {
        for endpoint in endpoints(for: kind, passesParts, except: barred) {
            switch gate.admit(endpoint, at: now) {
            case .go(let permit): return permit
            case .wait(let until, _):
                if let until { alarmSetting.ensure(alarm, by: until, at: now) }
            }
        }
        return nil
    }

    /// Where the next request may go, the best first: where a batch may not be sent for now, single files may.
    /// - Parameter passesParts: whether parts of refused batches are passed over, for they may not go.
    private func endpoints(
        for kind: MediaKind, _ passesParts: Bool = false, except barred: Set<InboxID> = []
    ) -> [Endpoint] {
        let isShared =
            settings.batch == .auto
            && queue.nextIsShared(
                of: kind, bytes: settings.batchBytes, except: barred, passesParts: passesParts)
        if passesParts { return isShared ? [kind.batchEndpoint] : [] }
        return isShared ? [kind.batchEndpoint, kind.endpoint] : [kind.endpoint]
    }

    private func holdups(at now: ContinuousClock.Instant) -> [StatusBoard.Holdup] {
        pauses(at: now).compactMap { pause in
            // It holds nothing up any more: the next request goes at once.
            if isDue(pause, at: now), pause.reason.endsByItself { return nil }
            return pause.reason.name.map { StatusBoard.Holdup($0, text(pause, at: now)) }
        }
    }

    private func pauses(at now: ContinuousClock.Instant) -> [Pause] {
        ([gate.pause(at: now)] + Endpoint.allCases.map { gate.pause(of: $0, at: now) }).compactMap(\.self)
    }

    private func isDue(_ pause: Pause, at now: ContinuousClock.Instant) -> Bool {
        pause.until.map { $0 <= now } ?? false
    }

    private typealias Pause = (reason: RequestGate.PauseReason, until: ContinuousClock.Instant?)

    private func text(_ pause: Pause, at now: ContinuousClock.Instant) -> String {
        pause.reason.text(
            until: pause.until.map { time.date.advanced(by: $0 - now) }, isDue: isDue(pause, at: now))
    }

    /// What a file that waits has before it.
    package struct Outlook: Sendable, Equatable {
        /// How many files.
        package let before: Int
        /// What keeps files of its kind from going, and until when, in words; nil where nothing does.
        package let pause: String?
    }

    /// What each file has before it that could go as far as it is concerned.
    package func outlooks() -> [FileKey: Outlook] {
        let now = time.now
        var outlooks: [FileKey: Outlook] = [:]
        for kind in MediaKind.allCases {
            let pause = pause(of: kind, at: now).map { text($0, at: now) }
            for (key, before) in queue.positions(of: kind) {
                outlooks[key] = Outlook(before: before, pause: pause)
            }
        }
        return outlooks
    }

    private func pause(of kind: MediaKind, at now: ContinuousClock.Instant) -> Pause? {
        if let pause = gate.pause(at: now) { return pause }
        let pauses = endpoints(for: kind).map { gate.pause(of: $0, at: now) }
        return pauses.contains { $0 == nil } ? nil : pauses.last ?? nil
    }
}

// MARK: - What came of it

extension Dispatcher {
    /// What follows a request's end.
    package struct Consequences: Sendable {
        /// For each file sent, what to tell its inbox.
        package var answers: [(candidate: Candidate, answer: Answer)] = []
        /// An endpoint that was refused: what the account may do is to be asked, and told to `learn`.
        package var endpointToAskFor: Endpoint?
        /// The files that wait again, and how.
        fileprivate var waiting: [(candidates: [Candidate], aftermath: Aftermath)] = []
    }

    /// Takes note of a request's end. Once the inboxes have been told, `proceed` is to be called: a file that
    /// goes again must not be handed out before its inbox knows that it has come back.
    /// - Parameters:
    ///   - sent: the files that were sent, of those assigned; none where all had changed meanwhile.
    ///   - outcome: for each of them, or why the request as a whole failed.
    package func finished(
        _ assignment: Assignment, sent: [Candidate], outcome: RequestOutcome
    ) -> Consequences {
        let now = time.now
        inFlight[assignment.candidates[0].kind, default: 1] -= 1
        shares.ended(assignment)
        if !sent.isEmpty { tally(outcome, sent) }
        var consequences = Consequences()
        for change in note(outcome, sent, assignment, at: now) {
            if case .askStatus(let endpoint) = change { consequences.endpointToAskFor = endpoint }
            if let event = JournalEvent.gate(change, at: now, date: time.date) { journal.record(event) }
        }
        switch outcome.results {
        case .success(let results):
            // Whatever the client left out: an upload that nobody ends would stop its file for ever.
            let unanswered = Result<Decision, APIError>.failure(
                APIError(.notAVerdict, message: "no answer to this file"))
            let all = results + Array(repeating: unanswered, count: max(0, sent.count - results.count))
            let lacking = all.count { $0.isLacking }
            for (candidate, result) in zip(sent, all) {
                switch result {
                case .success(let decision): consequences.answers.append((candidate, .decided(decision)))
                case .failure(let error):
                    let aftermath =
                        assignment.isBatch && result.isLacking
                        ? Aftermath.followingEntry(candidate, lacking: lacking, of: sent.count) : nil
                    consider([candidate], error, outcome, assignment, &consequences, aftermath)
                }
            }
        case .failure(let error):
            consider(sent, error, outcome, assignment, &consequences)
        }
        return consequences
    }

    /// Lets files that wait again join the queue, and the next requests go.
    package func proceed(_ consequences: Consequences) {
        let now = time.now
        for (candidates, aftermath) in consequences.waiting { add(candidates, aftermath, at: now) }
        assign()
    }

    /// Takes note of whether the account may use an endpoint; nil where `/status` doesn't tell.
    package func learn(permitted: Bool?, for endpoint: Endpoint) {
        let now = time.now
        gate.charge(at: now)
        for change in gate.learn(permitted: permitted, for: endpoint, at: now) {
            if let event = JournalEvent.gate(change, at: now, date: time.date) { journal.record(event) }
        }
        assign()
    }

    private func tally(_ outcome: RequestOutcome, _ sent: [Candidate]) {
        let took = Duration.nanoseconds(outcome.classified.nanosecondsSince(outcome.submitted))
        switch outcome.results {
        case .success:
            let bytes = sent.reduce(0) { $0 + $1.prospect.identity.size }
            status.requested(outcome.endpoint, status: "200", bytes: bytes, took: took)
        case .failure(let error):
            let what = error.status.map { "\($0)" } ?? error.kind.rawValue
            status.requested(error.endpoint ?? outcome.endpoint, status: what, bytes: 0, took: took)
        }
    }

    private func note(
        _ outcome: RequestOutcome, _ sent: [Candidate], _ assignment: Assignment,
        at now: ContinuousClock.Instant
    ) -> [GateChange] {
        let result: RequestGate.Outcome =
            switch outcome.results {
            case _ where sent.isEmpty: .abandoned
            case .success: .answered
            case .failure(let error): .failed(error)
            }
        switch result {
        case .answered:
            successes += 1
            failuresInARow = 0
            queue.dissolveTentativeGroups()
        case .failed(let error) where error.blame == .service: failuresInARow += 1
        case .failed(let error) where error.blame == .file: failuresInARow = 0
        case .failed, .abandoned: break
        }
        return gate.record(result, for: assignment.permit, at: now, random: .random(in: 0..<1))
    }

    private func consider(
        _ sent: [Candidate], _ error: APIError, _ outcome: RequestOutcome, _ assignment: Assignment,
        _ consequences: inout Consequences, _ known: Aftermath? = nil
    ) {
        if sent.isEmpty { return }
        let aftermath =
            known
            ?? Aftermath.following(
                error, candidates: sent, isBatch: assignment.isBatch, successes: successes,
                failuresBefore: max(0, failuresInARow - 1), settings: gate.settings)
        var candidates = sent.map { $0.after(error, successes: successes) }
        if aftermath == .halves || aftermath == .alone {
            for index in candidates.indices { candidates[index].setbacks.isSuspected = true }
        }
        switch aftermath {
        case .fail(let code):
            consequences.answers += candidates.map {
                ($0, .decided(outcome.failure(of: $0, code: code, error)))
            }
        case .lookAnew:
            consequences.answers += candidates.map { ($0, .unreadable(error.message)) }
        case .again, .sameAgain, .later, .alone, .halves, .tentativeHalves:
            consequences.answers += candidates.map { ($0, .postponed) }
            consequences.waiting.append((candidates, aftermath))
        }
    }

    private func add(_ candidates: [Candidate], _ aftermath: Aftermath, at now: ContinuousClock.Instant) {
        switch aftermath {
        case .again: queue.putBack(candidates)
        case .sameAgain: queue.putBack(group: candidates)
        case .later(after: .zero): queue.add(candidates)
        case .later(let wait): for candidate in candidates { queue.add(candidate, notBefore: now + wait) }
        case .alone: for candidate in candidates { queue.add(group: [candidate]) }
        case .halves, .tentativeHalves:
            let middle = candidates.count / 2
            for half in [candidates[..<middle], candidates[middle...]] {
                queue.add(group: Array(half), isTentative: aftermath == .tentativeHalves)
            }
        case .fail, .lookAnew: break
        }
    }
}

extension Result where Failure == APIError {
    /// Whether the API's answer has no verdict here, for no fault of the file.
    fileprivate var isLacking: Bool {
        if case .failure(let error) = self { error.blame == .service } else { false }
    }
}

extension RequestGate.Settings {
    fileprivate init(_ settings: Configuration.Upload) {
        self.init(
            requestsPerHour: settings.requestsPerHour, retryInitial: settings.retryInitial,
            retryMaximum: settings.retryMax)
    }
}
