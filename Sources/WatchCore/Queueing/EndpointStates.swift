package import BitMindAPI

/// The state of each endpoint: whether it has accepted a file, and whether it fails while others work.
///
/// A **single endpoint** that fails while others work is tried with one file at a time, at growing intervals.
/// A **batch endpoint** that fails while single files work is tried a few times more, with fewer files,
/// because one of the files may be the cause. Then it rests. A value: the caller passes time and random
/// numbers.
package struct EndpointStates: Sendable {
    package typealias Instant = ContinuousClock.Instant
    typealias Permit = RequestGate.Permit

    /// A single endpoint that fails.
    private struct Failing: Sendable {
        var failures = 0
        var firstFailures = 0
        /// When the next file is tried, and when a file that has not failed yet may be.
        var until: Instant
        var firstUntil: Instant
        var probe: Permit?
        var cause: String
        var isReported = false
    }

    /// A batch endpoint that has failed, or refused each batch, since its last verdict.
    private struct Doubt: Sendable {
        var failures = 0
        var refusals = 0
        /// Whether the first failure was a refusal, which one of the files may have caused.
        var isRefusal = false
        /// Whether a single file was accepted since the first failure.
        var isSingleAccepted = false
        /// The number of files in the last batch.
        var count = 0
        var trial: (permit: Permit, began: Instant)?
        var rest: (until: Instant, term: Duration)?
        var cause = ""
    }

    /// Whether the next request of a kind may be a batch.
    package enum Batching: Sendable, Hashable {
        /// A batch of at most so many files.
        case most(Int)
        /// A batch of at most so many files, and no other batch until it has ended.
        case trial(Int)
        /// No batch yet: a trial is in flight, and its answer may arrive soon.
        case wait(until: Instant)
        case no
    }

    private var accepted: Set<Endpoint> = []
    private var failing: [Endpoint: Failing] = [:]
    private var doubts: [Endpoint: Doubt] = [:]

    /// How long a batch endpoint rests: the first time, and at most.
    static let rests: ClosedRange<Duration> = .seconds(600)...(.seconds(86_400))
    /// How long other files wait for the answer to a trial.
    static let patience = Duration.seconds(5)
    /// How often a batch may fail while single files work, before the endpoint rests.
    static let mostTrials = 4
    /// The number of consecutive refused batches after which the endpoint is suspected instead of the files.
    static let mostRefusals = 7
    /// The number of files that justify a second batch, and a third. Fewer files cost less when sent one by
    /// one.
    static let worthSecond = 5
    static let worthThird = 7

    package init() {}

    /// The states that were reported as begun.
    var reported: [RequestGate.PauseReason] {
        failing.filter(\.value.isReported).map { .endpointFailing($0.key) }
            + doubts.filter { $0.value.rest != nil }.map { .endpointResting($0.key) }
    }

    /// Whether an endpoint has accepted a file since the start. From then on, its refusals are evidence
    /// against the file.
    package func hasAccepted(_ endpoint: Endpoint) -> Bool { accepted.contains(endpoint) }

    /// Whether a batch endpoint has refused so many consecutive batches that it is suspected instead of the
    /// files.
    func refusesMuch(_ endpoint: Endpoint) -> Bool { doubts[endpoint]?.refusals ?? 0 >= Self.mostRefusals }

    /// Whether a single endpoint fails while others work.
    package func isFailing(_ endpoint: Endpoint) -> Bool { failing[endpoint] != nil }

    /// Whether an endpoint has accepted a file, and has not failed since.
    package func works(_ endpoint: Endpoint) -> Bool {
        let doubt = doubts[endpoint]
        return accepted.contains(endpoint) && failing[endpoint] == nil
            && (doubt?.failures ?? 0) == 0 && doubt?.rest == nil
    }

    /// The pause of one endpoint, its end and its cause. The end is nil while the endpoint is tried.
    package func pause(
        of endpoint: Endpoint, at now: Instant
    ) -> (reason: RequestGate.PauseReason, until: Instant?, cause: String)? {
        if let state = failing[endpoint] {
            let until = state.probe == nil ? max(state.until, now) : nil
            return (.endpointFailing(endpoint), until, state.cause)
        }
        guard let doubt = doubts[endpoint], let rest = doubt.rest else { return nil }
        return (.endpointResting(endpoint), max(rest.until, now), doubt.cause)
    }
}

// MARK: - Before a request

extension EndpointStates {
    /// When a single file may be sent to its endpoint; nil: after the current trial has ended.
    /// - Parameter isFirst: whether no request with the file has failed.
    package func due(_ endpoint: Endpoint, isFirst: Bool, at now: Instant) -> Instant? {
        guard let state = failing[endpoint] else { return now }
        if state.probe != nil { return nil }
        return isFirst ? min(state.firstUntil, state.until) : state.until
    }

    /// Whether files may share a request.
    /// - Parameter waiting: the number of files of the kind that could be sent now.
    package func batching(_ kind: MediaKind, waiting: Int, at now: Instant) -> Batching {
        guard let doubt = doubts[kind.batchEndpoint] else { return .most(kind.maximumBatchCount) }
        if let rest = doubt.rest {
            if now < rest.until { return .no }
            return doubt.trial == nil ? .trial(kind.maximumBatchCount) : .no
        }
        if let trial = doubt.trial {
            let until = trial.began + Self.patience
            return now < until ? .wait(until: until) : .no
        }
        if doubt.failures == 0 { return .most(kind.maximumBatchCount) }
        guard doubt.isSingleAccepted, waiting >= (doubt.failures == 1 ? Self.worthSecond : Self.worthThird)
        else { return .no }
        return .trial(doubt.failures == 1 ? kind.maximumBatchCount : max(2, doubt.count / 2))
    }

    /// A request begins.
    package mutating func began(_ permit: RequestGate.Permit, isTrial: Bool, at now: Instant) {
        failing[permit.endpoint]?.probe = permit
        if isTrial { doubts[permit.endpoint]?.trial = (permit, now) }
    }
}

// MARK: - After it

extension EndpointStates {
    /// Whether a request was the trial of an endpoint.
    package func isTrial(_ permit: RequestGate.Permit) -> Bool {
        failing[permit.endpoint]?.probe == permit || doubts[permit.endpoint]?.trial?.permit == permit
    }

    /// A request ended in a way that gives no evidence about its endpoint.
    package mutating func abandoned(_ permit: RequestGate.Permit) {
        if failing[permit.endpoint]?.probe == permit { failing[permit.endpoint]?.probe = nil }
        if doubts[permit.endpoint]?.trial?.permit == permit { doubts[permit.endpoint]?.trial = nil }
    }

    /// An endpoint answered correctly.
    /// - Parameter isVerdict: whether it accepted a file.
    package mutating func answered(_ endpoint: Endpoint, isVerdict: Bool) -> [GateChange] {
        if isVerdict { accepted.insert(endpoint) }
        for batch in doubts.keys where batch.single == endpoint && isVerdict {
            doubts[batch]?.isSingleAccepted = true
        }
        var changes: [GateChange] = []
        if let state = failing.removeValue(forKey: endpoint), state.isReported {
            changes.append(.resumed(.endpointFailing(endpoint)))
        }
        if isVerdict, let doubt = doubts.removeValue(forKey: endpoint), doubt.rest != nil {
            changes.append(.resumed(.endpointResting(endpoint)))
        }
        return changes
    }

    /// A single endpoint has failed while all did. It is tried at once, because it is not known whether it
    /// alone fails.
    package mutating func suspect(
        _ endpoint: Endpoint, failures: Int, first: Int, cause: String, at now: Instant
    ) {
        guard failing[endpoint] == nil else { return }
        failing[endpoint] = Failing(
            failures: failures, firstFailures: first, until: now, firstUntil: now, cause: cause)
    }

    /// A single endpoint fails while others work.
    /// - Parameters:
    ///   - failures: the number of its failures so far; `first` of them with files that had not failed
    ///     before.
    ///   - wait: the back-off for a number of failures.
    package mutating func fails(
        _ endpoint: Endpoint, failures: Int, first: Int, cause: String, at now: Instant,
        wait: (Int) -> Duration
    ) -> [GateChange] {
        var state = failing[endpoint] ?? Failing(until: now, firstUntil: now, cause: cause)
        state.probe = nil
        state.failures += failures
        state.firstFailures += first
        state.until = now + wait(max(1, state.failures))
        state.firstUntil = now + wait(max(1, state.firstFailures))
        state.cause = cause
        // The file may be the cause of a single failure.
        let isNews = !state.isReported && state.failures > 1
        state.isReported = state.isReported || isNews
        failing[endpoint] = state
        return isNews ? [.paused(.endpointFailing(endpoint), until: state.until)] : []
    }

    /// A batch has failed for the first time. It is not known whether the endpoint is the cause.
    package mutating func doubt(_ endpoint: Endpoint, count: Int, cause: String, isRefusal: Bool = false) {
        guard doubts[endpoint]?.failures ?? 0 == 0 else { return }
        doubts[endpoint, default: Doubt()].failures = 1
        doubts[endpoint]?.count = count
        doubts[endpoint]?.cause = cause
        doubts[endpoint]?.isRefusal = isRefusal
    }

    /// A file from the batches that a batch endpoint has refused was also refused alone.
    package mutating func explain(_ endpoint: Endpoint) -> [GateChange] {
        guard let doubt = doubts[endpoint], doubt.isRefusal else { return [] }
        doubts[endpoint] = nil
        return doubt.rest == nil ? [] : [.resumed(.endpointResting(endpoint))]
    }

    /// Single files have failed too: there is no evidence against the batch endpoint.
    package mutating func clearDoubt(_ endpoint: Endpoint) {
        if doubts[endpoint]?.rest == nil { doubts[endpoint] = nil }
    }

    /// A trial has failed.
    /// - Parameters:
    ///   - count: the number of its files.
    ///   - waiting: the number of files of the kind that could be sent now, including its own.
    ///   - isSlow: whether it took as long as a time-out. Then another trial costs more time than single
    ///     files.
    package mutating func trialFailed(
        _ endpoint: Endpoint, count: Int, waiting: Int, isSlow: Bool, cause: String, at now: Instant
    ) -> [GateChange] {
        guard var doubt = doubts[endpoint] else { return [] }
        doubt.trial = nil
        doubt.failures += 1
        doubt.count = count
        doubt.cause = cause
        doubts[endpoint] = doubt
        let isSettled = isSlow || doubt.failures >= Self.mostTrials || waiting < Self.worthThird
        guard doubt.rest != nil || isSettled else { return [] }
        return rest(endpoint, at: now)
    }

    /// A batch was refused, apparently because of one of its files. If it was the first batch after a rest,
    /// the endpoint rests again.
    /// - Returns: whether so many consecutive batches were refused that their files are sent one by one.
    package mutating func refused(_ endpoint: Endpoint, cause: String, at now: Instant) -> Bool {
        var doubt = doubts[endpoint] ?? Doubt()
        doubt.refusals += 1
        doubt.cause = cause
        doubts[endpoint] = doubt
        if doubt.rest != nil { _ = rest(endpoint, at: now) }
        return doubt.refusals >= Self.mostRefusals
    }

    /// A single file of refused batches was accepted: the endpoint refuses good files.
    package mutating func refusesAll(_ endpoint: Endpoint, at now: Instant) -> [GateChange] {
        guard let doubt = doubts[endpoint], doubt.rest == nil, doubt.refusals >= Self.mostRefusals else {
            return []
        }
        return rest(endpoint, at: now)
    }

    private mutating func rest(_ endpoint: Endpoint, at now: Instant) -> [GateChange] {
        let old = doubts[endpoint]?.rest
        let term = old.map { min($0.term * 2, Self.rests.upperBound) } ?? Self.rests.lowerBound
        doubts[endpoint]?.rest = (now + term, term)
        return old == nil ? [.paused(.endpointResting(endpoint), until: now + term)] : []
    }
}
