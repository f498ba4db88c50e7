/// Decides when requests may be sent. A value: the caller passes time and random numbers.
///
/// 1. A **hold** stops all requests: the API requested a pause, refused the credentials, or is down. At its
///    end, exactly one request is sent as a **probe**. Its outcome ends or extends the hold. Only a probe's
///    failure extends a back-off: eight requests that break at once are one failure. A file that has not
///    failed yet may probe earlier than one that has: the failed file may be the cause, and other files then
///    wait neither for its back-off nor long for its answer.
/// 2. An **endpoint's pause** stops one endpoint, which answered 403 without `Retry-After`. After 60 s one
///    request is sent as a probe. After two consecutive refusals, the caller is asked to request `/status`
///    and to pass the result to `learn(permitted:for:at:)`.
/// 3. The **budget** spreads requests over the hour.
///
/// The caller must `record` the outcome of every admitted request with its permit, exactly once. The call
/// returns changes of state, each once.
public struct RequestGate: Sendable {
    /// Time, as passed by the caller.
    public typealias Instant = ContinuousClock.Instant

    /// The operator's settings. `apply` changes them.
    public private(set) var settings: Settings
    private var hold: Hold?
    private var endpoints: [Endpoint: EndpointPause] = [:]
    private var budget: RequestBudget
    private var lastSerial: UInt64 = 0
    /// The number of holds that have ended. A failure of a request from before the last end is ignored.
    private var epoch: UInt64 = 0

    /// An open gate, with a full bucket.
    public init(settings: Settings = Settings()) {
        self.settings = settings
        budget = RequestBudget(requestsPerHour: settings.requestsPerHour)
    }

    /// Whether a request may be sent to an endpoint now.
    ///
    /// - Returns: a permit, or the end of the wait. Nil means the end of the current probe; the caller then
    ///   asks again.
    ///
    /// - Parameter isFirst: whether no request with these files has failed.
    public mutating func admit(_ endpoint: Endpoint, at now: Instant, isFirst: Bool = false) -> Admission {
        if let pause = endpoints[endpoint] {
            if pause.probe != nil { return .wait(until: nil, reason: pause.reason(endpoint)) }
            if now < pause.until { return .wait(until: pause.until, reason: pause.reason(endpoint)) }
        }
        if let hold {
            if hold.probe != nil {
                // A file that has failed may be the cause, and may take as long again.
                guard isFirst, let overtaken = hold.overtaken else {
                    return .wait(until: nil, reason: hold.reason)
                }
                if now < overtaken { return .wait(until: overtaken, reason: hold.reason) }
            }
            let until = isFirst ? min(hold.firstUntil(endpoint), hold.until) : hold.until
            if now < until { return .wait(until: until, reason: hold.reason) }
        }
        if let until = budget.take(at: now) { return .wait(until: until, reason: .hourlyBudget) }
        lastSerial += 1
        hold?.probe = lastSerial
        hold?.overtaken = isFirst ? nil : now + Self.patience
        endpoints[endpoint]?.probe = lastSerial
        return .go(Permit(endpoint: endpoint, isProbe: hold != nil, serial: lastSerial, epoch: epoch))
    }

    /// Charges the hourly budget for a request that is sent without `admit`, such as a request of `/status`.
    ///
    /// Token requests and second attempts within one call need not be charged: the hundredth that the budget
    /// leaves unused covers these few.
    public mutating func charge(at now: Instant) { budget.charge(at: now) }

    /// Records how an admitted request ended.
    ///
    /// - Parameters:
    ///   - random: at least 0 and less than 1, for the jitter.
    ///   - isFirst: whether no earlier request with its files had failed.
    /// - Returns: the changes of state.
    public mutating func record(
        _ outcome: Outcome, for permit: Permit, at now: Instant, random: Double, isFirst: Bool = true
    ) -> [GateChange] {
        let probed = Probed(everything: hold?.probe == permit.serial, endpoint: endpointProbe(is: permit))
        if probed.everything { hold?.probe = nil }
        if probed.endpoint { endpoints[permit.endpoint]?.probe = nil }
        guard case .failed(let error) = outcome else {
            return outcome == .answered ? answered(permit.endpoint, probed) : []
        }
        switch error.kind {
        case .bodyFailed, .misuse, .cancelled: return []
        case .rejected, .tooLarge, .unsupportedForm:
            return error.blame == .file
                ? answered(permit.endpoint, probed)
                : failed(error, permit, isProbe: probed.everything, isFirst, now, random)
        case .forbidden:
            return (probed.everything ? endHold() : []) + refused(permit.endpoint, probed, at: now)
        default: return failed(error, permit, isProbe: probed.everything, isFirst, now, random)
        }
    }

    /// Records the answer of `/status` about an endpoint that was refused twice.
    ///
    /// - Parameter permitted: false holds that endpoint as `permissionMissing`, with one probe every ten
    ///   minutes; true or nil (not known) continues with pauses.
    public mutating func learn(permitted: Bool?, for endpoint: Endpoint, at now: Instant) -> [GateChange] {
        guard permitted == false, var pause = endpoints[endpoint], !pause.isMissingPermission else {
            return []
        }
        pause.isMissingPermission = true
        pause.until = now + Self.permissionInterval
        endpoints[endpoint] = pause
        // No state ends here: the same refusal continues, and its reason is now known.
        return [.paused(pause.reason(endpoint), until: pause.until)]
    }

    /// Allows the next request at once if the credentials were the reason: they have changed. A current probe
    /// used the old ones, and says nothing about the new ones.
    public mutating func credentialsChanged(at now: Instant) {
        if hold?.reason == .credentialsRefused { hold?.tryNow(at: now) }
        tryEndpoints(at: now)
    }

    /// Allows the next request at once, for any reason of the hold: the API, or the path to it, has changed.
    package mutating func tryNow(at now: Instant) {
        hold?.tryNow(at: now)
        hold?.first = [:]
        tryEndpoints(at: now)
    }

    private mutating func tryEndpoints(at now: Instant) {
        for endpoint in endpoints.keys {
            endpoints[endpoint]?.until = now
            endpoints[endpoint]?.probe = nil
        }
    }

    /// Applies changed settings. Holds continue.
    public mutating func apply(_ settings: Settings) {
        if settings.requestsPerHour != self.settings.requestsPerHour {
            budget = RequestBudget(requestsPerHour: settings.requestsPerHour)
        }
        self.settings = settings
    }

    /// The hold of all requests and its end; nil as end during its probe.
    public func pause(at now: Instant) -> (reason: PauseReason, until: Instant?)? {
        hold.map { ($0.reason, $0.probe != nil ? nil : max($0.until, now)) }
    }

    /// The pause of one endpoint, apart from the hold of all requests.
    public func pause(of endpoint: Endpoint, at now: Instant) -> (reason: PauseReason, until: Instant?)? {
        endpoints[endpoint].map { ($0.reason(endpoint), $0.probe != nil ? nil : max($0.until, now)) }
    }
}

extension RequestGate {
    /// How long an endpoint without permission waits before the next probe.
    static let permissionInterval = Duration.seconds(600)
    /// The pause if the API requests one without a duration.
    static let usualPause = Duration.seconds(60)
    /// How long a probe with a file that has failed delays a file that has not.
    static let patience = Duration.seconds(5)
    /// The longest `Retry-After` that is accepted.
    static let longestPause = Duration.seconds(3_600)

    private struct Hold: Sendable {
        var reason: PauseReason
        var until: Instant
        /// The pause that the API requested, which also applies to files that have not failed yet.
        var least: Instant
        /// For each endpoint that failed during the hold with files that had not failed before: the number of
        /// failures, and when the next such file may be sent.
        var first: [Endpoint: (failures: Int, until: Instant)] = [:]
        /// The number of failed tries during the hold, for any reason except requested pauses.
        var failures: Int
        /// The number of tries during the hold that were answered with a requested pause.
        var requestedPauses: Int
        /// Whether credentials were refused during the hold, and have not been proved valid since.
        var areCredentialsRefused: Bool
        var probe: UInt64?
        /// When a file that has not failed yet may probe although the current probe has not ended; nil:
        /// never.
        var overtaken: Instant?

        /// When a file that has not failed yet may probe an endpoint.
        func firstUntil(_ endpoint: Endpoint) -> Instant { max(least, first[endpoint]?.until ?? least) }

        /// Allows the next request at once, as if no try had failed.
        mutating func tryNow(at now: Instant) {
            until = min(until, now)
            least = min(least, now)
            failures = 0
            probe = nil
        }

        /// The states that are reported for it.
        var reasons: [PauseReason] {
            areCredentialsRefused && reason != .credentialsRefused ? [reason, .credentialsRefused] : [reason]
        }
    }

    private struct EndpointPause: Sendable {
        var until: Instant
        var refusals = 1
        var isMissingPermission = false
        var probe: UInt64?

        func reason(_ endpoint: Endpoint) -> PauseReason {
            isMissingPermission ? .permissionMissing(endpoint) : .forbidden(endpoint)
        }
    }

    /// What a request was the probe of.
    private struct Probed {
        let everything: Bool
        let endpoint: Bool
    }

    private func endpointProbe(is permit: Permit) -> Bool {
        endpoints[permit.endpoint]?.probe == permit.serial
    }

    /// Only a probe ends a hold. Requests from before the hold say nothing about its end.
    private mutating func answered(_ endpoint: Endpoint, _ probed: Probed) -> [GateChange] {
        var changes = probed.everything ? endHold() : []
        if probed.endpoint, let pause = endpoints.removeValue(forKey: endpoint) {
            changes.append(.resumed(pause.reason(endpoint)))
        }
        // Batches need the permission of their kind too, so this answer proves the permission.
        if let single = endpoint.single, endpoints[single]?.isMissingPermission == true {
            endpoints[single] = nil
            changes.append(.resumed(.permissionMissing(single)))
        }
        return changes
    }

    private mutating func endHold() -> [GateChange] {
        guard let ended = hold else { return [] }
        hold = nil
        epoch += 1
        return ended.reasons.map { .resumed($0) }
    }

    private mutating func refused(
        _ endpoint: Endpoint, _ probed: Probed, at now: Instant
    ) -> [GateChange] {
        guard var pause = endpoints[endpoint] else {
            let pause = EndpointPause(until: now + Self.usualPause)
            endpoints[endpoint] = pause
            return [.paused(pause.reason(endpoint), until: pause.until)]
        }
        // Requests that were in flight at the first refusal give no new information.
        guard probed.endpoint else { return [] }
        pause.refusals += 1
        pause.until = now + (pause.isMissingPermission ? Self.permissionInterval : Self.usualPause)
        endpoints[endpoint] = pause
        return pause.isMissingPermission ? [] : [.askStatus(endpoint)]
    }

    private mutating func failed(
        _ error: APIError, _ permit: Permit, isProbe: Bool, _ isFirst: Bool, _ now: Instant,
        _ random: Double
    ) -> [GateChange] {
        let reason: PauseReason =
            switch error.kind {
            case .rateLimited: .rateLimited
            case .credentialsRefused, .missingCredentials: .credentialsRefused
            default: .serviceDown
            }
        if !isProbe, hold != nil || permit.epoch != epoch {
            return reason == .rateLimited ? lengthen(for: error, at: now) : []
        }
        let old = hold
        let asksForPause = reason == .rateLimited
        let failures = (old?.failures ?? 0) + (asksForPause ? 0 : 1)
        let requestedPauses = (old?.requestedPauses ?? 0) + (asksForPause ? 1 : 0)
        let until =
            now
            + (asksForPause ? pause(after: requestedPauses, error) : backOff(after: failures, error, random))
        var first = old?.first ?? [:]
        if isFirst, !asksForPause {
            let count = (first[permit.endpoint]?.failures ?? 0) + 1
            first[permit.endpoint] = (count, now + backOff(after: count, error, random))
        }
        let least = reason == .serviceDown ? now + (error.retryAfter.map(pause(asked:)) ?? .zero) : until
        let told = old?.reasons ?? []
        let new = Hold(
            reason: reason, until: until, least: least, first: first, failures: failures,
            requestedPauses: requestedPauses,
            areCredentialsRefused: told.contains(.credentialsRefused) || reason == .credentialsRefused)
        hold = new
        return told.filter { !new.reasons.contains($0) }.map { .resumed($0) }
            + (told.contains(reason) ? [] : [.paused(reason, until: until)])
    }

    /// A requested pause always counts. A current probe was sent before it, and says nothing about its end.
    private mutating func lengthen(for error: APIError, at now: Instant) -> [GateChange] {
        let until = now + pause(asked: error.retryAfter ?? Self.usualPause)
        if let hold {
            self.hold?.until = max(hold.until, until)
            self.hold?.least = max(hold.until, until)
            self.hold?.probe = nil
            return []
        }
        hold = Hold(
            reason: .rateLimited, until: until, least: until, failures: 0, requestedPauses: 1,
            areCredentialsRefused: false)
        return [.paused(.rateLimited, until: until)]
    }

    /// The wait after a number of consecutive failures, from 1: with full jitter, and at least as long as the
    /// API requested.
    /// - Parameter random: at least 0 and less than 1.
    package func backOff(after failures: Int, _ error: APIError, _ random: Double) -> Duration {
        max(ceiling(after: failures) * random, error.retryAfter.map(pause(asked:)) ?? .zero)
    }

    /// If the requested pause was too short each time, as with a wrong clock, the usual pause replaces it.
    /// Otherwise refused tries, which may count against the limit, could extend it forever.
    private func pause(after requests: Int, _ error: APIError) -> Duration {
        max(
            pause(asked: error.retryAfter ?? Self.usualPause), min(ceiling(after: requests), Self.usualPause))
    }

    /// The longest back-off after that number of failures.
    private func ceiling(after failures: Int) -> Duration {
        var ceiling = settings.retryInitial
        for _ in 1..<max(failures, 2) where failures > 1 && ceiling < settings.retryMaximum { ceiling *= 2 }
        return min(ceiling, settings.retryMaximum)
    }

    private func pause(asked: Duration) -> Duration {
        min(max(asked, settings.retryInitial), Self.longestPause)
    }
}
