package import BitMindAPI

// The consequences of a request's end.
extension RequestPlanner {
    /// What the caller does after a request's end.
    package struct Ending: Sendable {
        /// The answer for each file sent, to report to its inbox. Files that are sent again may be handed out
        /// only after that.
        package var answers: [(candidate: Candidate, answer: Answer)] = []
        package var reports: [PlannerReport] = []
        /// A refused endpoint: the caller requests the account's permissions, and passes them to `learn`.
        package var endpointToAskFor: Endpoint?

        package init() {}
    }

    /// One request that has ended.
    struct Ended {
        let assignment: Assignment
        let sent: [Candidate]
        let outcome: RequestOutcome
        let began: Instant
        let now: Instant
        let random: Double
        var ending = Ending()

        var permit: RequestGate.Permit { assignment.permit }
        var endpoint: Endpoint { assignment.endpoint }
        var kind: MediaKind { assignment.kind }
        var keys: [FileKey] { assignment.candidates.map(\.key) }
        /// The duration of the request.
        var took: Duration { now - began }
    }

    /// Records a request's end, and puts files that are sent again back into the queue.
    /// - Parameters:
    ///   - sent: the files that were sent, of those assigned; none if all had changed.
    ///   - outcome: the result of each of them, or why the request as a whole failed.
    ///   - random: at least 0 and less than 1, for the jitter.
    package mutating func ended(
        _ assignment: Assignment, sent: [Candidate], outcome: RequestOutcome, at now: Instant, random: Double
    ) -> Ending {
        inFlight[assignment.kind, default: 1] -= 1
        growing.remove(assignment.permit)
        shares.ended(assignment)
        if assignment.isFailing {
            failingInFlight -= 1
            failingTurn = now + Self.failingWait
        }
        var ended = Ended(
            assignment: assignment, sent: sent, outcome: outcome,
            began: began.removeValue(forKey: assignment.permit) ?? now, now: now, random: random)
        switch outcome.results {
        case _ where sent.isEmpty: abandoned(.abandoned, &ended)
        case .success(let results): answered(results, &ended)
        case .failure(let error): failed(own(error, ended), &ended)
        }
        if inFlightCount == 0, queue.isEmpty || pace.isFull(at: now) { finishStates(&ended) }
        return ended.ending
    }

    /// A refusal is evidence against its file only if the endpoint has accepted another file, because proxies
    /// and load balancers refuse whole connections with the same statuses. A repeated 403 for the same file,
    /// while others were accepted, does not concern the account: a firewall may refuse the file's content.
    private func own(_ error: APIError, _ ended: Ended) -> APIError {
        let isEarly =
            error.blame == .file && error.kind != .tooLarge && !endpoints.hasAccepted(ended.endpoint)
        let isOfFile =
            error.kind == .forbidden && ended.sent.count == 1
            && ended.sent[0].setbacks.isOutdone(by: successes[ended.kind] ?? 0)
        guard isEarly || isOfFile else { return error }
        return APIError(
            error.kind, message: error.message, blame: .service, status: error.status,
            retryAfter: error.retryAfter, endpoint: error.endpoint,
            mayHaveBeenProcessed: error.mayHaveBeenProcessed, answer: error.answer)
    }

    private mutating func abandoned(_ outcome: RequestGate.Outcome, _ ended: inout Ended) {
        endpoints.abandoned(ended.permit)
        record(outcome, &ended)
    }
}

// MARK: - Success

extension RequestPlanner {
    private mutating func answered(
        _ results: [Result<Decision, APIError>], _ ended: inout Ended
    ) {
        // A file that the client left out also gets an answer: without one, it would wait forever.
        let unanswered = Result<Decision, APIError>.failure(
            APIError(.notAVerdict, message: "no answer to this file"))
        let all = results + Array(repeating: unanswered, count: max(0, ended.sent.count - results.count))
        let isVerdict = all.contains { if case .success = $0 { true } else { false } }
        let lacking = all.count { $0.isLacking }
        if isVerdict {
            succeeded(&ended, isVerdict: true)
        } else if lacking == all.count, ended.assignment.isBatch {
            // The answer as a whole cannot be used, despite its status.
            noteUnusable(&ended)
        } else {
            succeeded(&ended, isVerdict: false)
            if ended.assignment.isBatch, !ended.assignment.isAlone {
                let cause = "the answer to a batch refuses each of its files"
                _ = endpoints.refused(ended.endpoint, cause: cause, at: ended.now)
            }
        }
        for (candidate, result) in zip(ended.sent, all) {
            switch result {
            case .success(let decision):
                ended.ending.answers.append((candidate, .decided(decision)))
                noteAccepted(candidate, &ended)
            case .failure(let error):
                let aftermath: Aftermath =
                    if ended.assignment.isBatch, result.isLacking {
                        .followingEntry(candidate, lacking: lacking, of: ended.sent.count)
                    } else if ended.assignment.isAlone, error.blame == .file {
                        .fail(.rejected)
                    } else {
                        self.aftermath(error, [candidate], ended)
                    }
                conclude([candidate], error, aftermath, &ended)
            }
        }
    }

    /// - Parameter isVerdict: whether a file was accepted.
    private mutating func succeeded(_ ended: inout Ended, isVerdict: Bool) {
        successes[ended.kind, default: 0] += 1
        lastSuccess[ended.kind] = ended.now
        lastSuccessBegan[ended.kind] = max(lastSuccessBegan[ended.kind] ?? ended.began, ended.began)
        failuresInARow = 0
        link.uploaded(
            bytes: ended.sent.reduce(0) { $0 + $1.prospect.identity.size }, took: ended.took,
            at: ended.now)
        for change in endpoints.answered(ended.endpoint, isVerdict: isVerdict) { report(change, nil, &ended) }
        abandoned(.answered, &ended)
        goOn(&ended)
    }

    /// The API has judged a request.
    private mutating func goOn(_ ended: inout Ended) {
        guard gate.pause(at: ended.now) == nil else { return }
        if outage.began != nil { outageEnded(by: ended) }
        pace.succeeded(ended.endpoint, slots: settings.concurrency, at: ended.now)
        if pace.isFull(at: ended.now) { finishStates(&ended) }
    }

    /// The hold is over for the endpoints that work. Endpoints that have failed meanwhile have their own
    /// pauses.
    private mutating func outageEnded(by ended: Ended) {
        outage.before = outage.total(at: ended.now)
        outage.began = nil
        let counts = outage.counts
        outage.counts = [:]
        outage.lastFile = nil
        outage.lastKind = nil
        for kind in MediaKind.allCases where counts[kind.endpoint] != nil {
            // If single files have failed as well, there is no evidence against batches.
            endpoints.clearDoubt(kind.batchEndpoint)
        }
        for (endpoint, count) in counts where endpoint != ended.endpoint && endpoint.single == nil {
            endpoints.suspect(
                endpoint, failures: count.failures, first: count.first, cause: count.cause, at: ended.now)
        }
    }

    private mutating func noteAccepted(_ candidate: Candidate, _ ended: inout Ended) {
        guard !ended.assignment.isBatch, candidate.setbacks.isSuspected else { return }
        for change in endpoints.refusesAll(ended.kind.batchEndpoint, at: ended.now) {
            report(change, nil, &ended)
        }
    }

    /// A batch was answered, but without a verdict for any of its files.
    private mutating func noteUnusable(_ ended: inout Ended) {
        let cause = "the answer to a batch has no verdict"
        let isTrial = endpoints.isTrial(ended.permit)
        if isTrial {
            restIfNeeded(cause, &ended)
        } else {
            endpoints.doubt(ended.endpoint, count: ended.sent.count, cause: cause)
        }
        record(.answered, &ended)
    }
}

// MARK: - Failure

extension RequestPlanner {
    private mutating func failed(_ error: APIError, _ ended: inout Ended) {
        if error.kind == .rateLimited { link.paused(at: ended.now) }
        switch error.blame {
        case .service: serviceFailed(error, &ended)
        case .file:
            refused(error, &ended)
        case .account, .caller:
            let outcome = RequestGate.Outcome.failed(error)
            abandoned(outcome, &ended)
            conclude(ended.sent, error, aftermath(error, ended.sent, ended), &ended)
        }
    }

    /// The API has read the request, and refused a file of it.
    private mutating func refused(_ error: APIError, _ ended: inout Ended) {
        failuresInARow = 0
        for change in endpoints.answered(ended.endpoint, isVerdict: false) { report(change, nil, &ended) }
        abandoned(.failed(error), &ended)
        goOn(&ended)
        var aftermath = aftermath(error, ended.sent, ended)
        if ended.assignment.isBatch, error.kind != .tooLarge {
            if endpoints.refused(ended.endpoint, cause: "\(error)", at: ended.now) { aftermath = .alone }
            // The file was sent as a batch of one, because the single endpoint fails.
            if ended.assignment.isAlone { aftermath = .fail(.rejected) }
        } else if ended.sent.contains(where: { $0.setbacks.failures > 0 }) {
            for change in endpoints.explain(ended.kind.batchEndpoint) { report(change, nil, &ended) }
        }
        conclude(ended.sent, error, aftermath, &ended)
    }

    private mutating func serviceFailed(_ error: APIError, _ ended: inout Ended) {
        let aftermath = aftermath(error, ended.sent, ended)
        let isTrial = endpoints.isTrial(ended.permit)
        let isKnown = ended.sent.allSatisfy(\.setbacks.isFailing)
        if !isKnown { failuresInARow += 1 }
        let isDown = isDown(at: ended.now)
        if isTrial, !isDown {
            // The endpoint fails while others work.
            if ended.assignment.isBatch {
                restIfNeeded("\(error)", &ended)
            } else {
                let changes = endpoints.fails(
                    ended.endpoint, failures: 1, first: ended.assignment.isFirst ? 1 : 0, cause: "\(error)",
                    at: ended.now
                ) { [gate, random = ended.random] in gate.backOff(after: $0, random) }
                for change in changes { report(change, "\(error)", &ended) }
            }
            abandoned(.abandoned, &ended)
        } else if !isDown, aftermath.blamesFiles {
            abandoned(.abandoned, &ended)
        } else {
            hold(for: error, &ended)
        }
        conclude(ended.sent, error, aftermath, &ended)
    }

    private mutating func restIfNeeded(_ cause: String, _ ended: inout Ended) {
        let waiting = queue.count(of: ended.kind) + ended.sent.count
        let changes = endpoints.trialFailed(
            ended.endpoint, count: ended.sent.count, waiting: waiting, isSlow: ended.took >= Self.long,
            cause: cause, at: ended.now)
        for change in changes { report(change, cause, &ended) }
    }

    /// The service fails as far as is known: all requests wait.
    private mutating func hold(for error: APIError, _ ended: inout Ended) {
        let before = gate.pause(at: ended.now)
        let isProbe = before == nil || ended.permit.isProbe
        abandoned(.failed(error), &ended)
        guard isProbe, isDown(at: ended.now) else { return }
        if outage.began == nil { outage.began = ended.now }
        outage.counts[ended.endpoint, default: Outage.Count()].failures += 1
        if ended.assignment.isFirst { outage.counts[ended.endpoint]?.first += 1 }
        outage.counts[ended.endpoint]?.cause = "\(error)"
        outage.lastKind = ended.kind
        outage.lastFile = ended.sent.last?.key
        if ended.assignment.isBatch {
            endpoints.doubt(
                ended.endpoint, count: ended.sent.count, cause: "\(error)", isRefusal: error.isRefusal)
        }
    }

    /// Passes an outcome to the gate, and reports the gate's changes.
    private mutating func record(_ outcome: RequestGate.Outcome, _ ended: inout Ended) {
        let before = gate.pause(at: ended.now)
        let changes = gate.record(
            outcome, for: ended.permit, at: ended.now, random: ended.random,
            isFirst: ended.assignment.isFirst)
        var failure: APIError?
        if case .failed(let error) = outcome {
            failure = error
            if before == nil, let pause = gate.pause(at: ended.now), pause.reason != .credentialsRefused {
                pace.held(
                    by: ended.keys, ended.endpoint, RequestPace.Failure(error), unit: settings.retryInitial,
                    at: ended.now)
                growing = []
                if outage.began == nil { outage.began = ended.now }
            } else if ended.permit.isProbe {
                pace.stayed(RequestPace.Failure(error))
            }
        }
        for change in changes {
            if case .askStatus(let endpoint) = change { ended.ending.endpointToAskFor = endpoint }
            report(change, failure.map { "\($0)" }, &ended)
        }
        if let failure, before == nil || ended.permit.isProbe { noteCause(failure, &ended) }
    }

    /// Records the cause of the state that a failure belongs to.
    private mutating func noteCause(_ error: APIError, _ ended: inout Ended) {
        let pause =
            error.kind == .forbidden
            ? gate.pause(of: ended.endpoint, at: ended.now) : gate.pause(at: ended.now)
        guard let pause, pause.reason.isCaused(by: error) else { return }
        if causes.note(error, of: pause.reason) {
            ended.ending.reports.append(.cause(pause.reason, "\(error)", until: pause.until))
        }
    }
}

// MARK: - States

extension RequestPlanner {
    /// Reports a change of state. The end of an outage or a pause is reported only once the growth of
    /// requests is complete.
    mutating func report(_ change: GateChange, _ cause: String?, _ ended: inout Ended) {
        switch change {
        case .resumed(let reason)
        where (reason == .serviceDown || reason == .rateLimited) && gate.pause(at: ended.now) == nil:
            ending.append(reason)
        case .paused(let reason, _) where ending.contains(reason):
            ending.removeAll { $0 == reason }
        case .resumed(let reason):
            causes.end(reason)
            ended.ending.reports.append(.gate(change, cause: nil))
        case .paused, .askStatus:
            ended.ending.reports.append(.gate(change, cause: cause))
        }
    }

    private mutating func finishStates(_ ended: inout Ended) {
        ended.ending.reports += ending.map { .gate(.resumed($0), cause: nil) }
        for reason in ending { causes.end(reason) }
        ending = []
    }
}

extension RequestGate.PauseReason {
    /// Whether a failure belongs to this state.
    fileprivate func isCaused(by error: APIError) -> Bool {
        switch (self, error.blame) {
        case (.rateLimited, _): error.kind == .rateLimited
        case (.credentialsRefused, _): [.credentialsRefused, .missingCredentials].contains(error.kind)
        case (.serviceDown, .service): true
        case (.forbidden, _), (.permissionMissing, _): error.kind == .forbidden
        case (.serviceDown, _), (.endpointFailing, _), (.endpointResting, _), (.hourlyBudget, _): false
        }
    }
}

extension RequestGate {
    fileprivate func backOff(after failures: Int, _ random: Double) -> Duration {
        backOff(after: failures, APIError(.serverFailure, message: ""), random)
    }
}

extension APIError {
    /// Whether the API refuses what was sent, whether the file or the form is the cause.
    fileprivate var isRefusal: Bool { [.rejected, .unsupportedForm].contains(kind) }
}

extension Result where Failure == APIError {
    /// Whether the API's answer has no verdict for the file, and the file is not the cause.
    var isLacking: Bool {
        if case .failure(let error) = self { error.blame == .service } else { false }
    }
}
