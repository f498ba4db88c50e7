/// Decides when requests may go. A value: it knows no clock and no chance, both are handed in.
///
/// 1. A **hold** stops everything: the API asked for a pause, refused the credentials, or is down. When
///    its time is up, exactly one request goes as a **probe**; its outcome ends the hold or lengthens it.
///    Only a probe's failure lengthens a back-off: eight requests that break at once are one failure.
///    A file that has not failed yet may probe earlier than one that has: the file that failed may be the
///    cause, and then no other file waits for its back-off, nor for long for an answer to it.
/// 2. An **endpoint's pause** stops that endpoint alone: it answered 403 without `Retry-After`. After 60 s
///    one request goes as a probe. Refused twice in a row, the caller is told to ask `/status`, and says
///    what it learned with `learn(permitted:for:at:)`.
/// 3. The **budget** spaces requests out over the hour.
///
/// Whoever is admitted must `record` the outcome with the permit, exactly once. Changes of state come
/// back from there, each told once.
public struct RequestGate: Sendable {
    /// Time as the caller tells it.
    public typealias Instant = ContinuousClock.Instant

    /// What the operator has set; `apply` changes it.
    public private(set) var settings: Settings
    private var hold: Hold?
    private var endpoints: [Endpoint: EndpointPause] = [:]
    private var budget: RequestBudget
    private var lastSerial: UInt64 = 0
    /// How many holds have ended; a failure of a request from before is old news.
    private var epoch: UInt64 = 0

    /// An open gate, with a full bucket.
    public init(settings: Settings = Settings()) {
        self.settings = settings
        budget = RequestBudget(requestsPerHour: settings.requestsPerHour)
    }

    /// Whether a request may go to an endpoint now.
    ///
    /// - Returns: a permit, or until when to wait; nil for until the probe under way has ended, after
    ///   which it is worth asking again.
    ///
    /// - Parameter isFirst: whether no request has failed with the files that are to go.
    public mutating func admit(_ endpoint: Endpoint, at now: Instant, isFirst: Bool = false) -> Admission {
        if let pause = endpoints[endpoint] {
            if pause.probe != nil { return .wait(until: nil, reason: pause.reason(endpoint)) }
            if now < pause.until { return .wait(until: pause.until, reason: pause.reason(endpoint)) }
        }
        if let hold {
            if hold.probe != nil {
                // A file that has failed may be the cause, and take its time again.
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

    /// Takes a request that goes without asking, such as a question to `/status`, from the hourly budget.
    ///
    /// Token requests and second tries within one call need not be told: the limit is documented for
    /// requests as such, and the hundredth that the budget leaves unused covers the few of them.
    public mutating func charge(at now: Instant) { budget.charge(at: now) }

    /// Takes note of how an admitted request ended.
    ///
    /// - Parameters:
    ///   - random: from 0 up to but not including 1, for the jitter.
    ///   - isFirst: whether no request had failed with its files before.
    /// - Returns: what has changed by it.
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

    /// Takes note of what `/status` says about an endpoint that was refused twice.
    ///
    /// - Parameter permitted: false holds that endpoint as `permissionMissing`, asking again with one
    ///   request every ten minutes; true or nil (it doesn't tell) goes on with pauses.
    public mutating func learn(permitted: Bool?, for endpoint: Endpoint, at now: Instant) -> [GateChange] {
        guard permitted == false, var pause = endpoints[endpoint], !pause.isMissingPermission else {
            return []
        }
        pause.isMissingPermission = true
        pause.until = now + Self.permissionInterval
        endpoints[endpoint] = pause
        // Nothing ends here: the same refusal goes on, and its reason is known now.
        return [.paused(pause.reason(endpoint), until: pause.until)]
    }

    /// Lets the next request try at once where the credentials were the reason: they have been changed. A probe
    /// under way has gone with the old ones, and says nothing of these.
    public mutating func credentialsChanged(at now: Instant) {
        if hold?.reason == .credentialsRefused { hold?.tryNow(at: now) }
        tryEndpoints(at: now)
    }

    /// Lets the next request try at once, whatever was the reason: the API, or the way to it, is another one now.
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

    /// Takes over changed settings; what is held stays held.
    public mutating func apply(_ settings: Settings) {
        if settings.requestsPerHour != self.settings.requestsPerHour {
            budget = RequestBudget(requestsPerHour: settings.requestsPerHour)
        }
        self.settings = settings
    }

    /// What stops everything, and until when; nil until while its probe is under way.
    public func pause(at now: Instant) -> (reason: PauseReason, until: Instant?)? {
        hold.map { ($0.reason, $0.probe != nil ? nil : max($0.until, now)) }
    }

    /// What stops one endpoint beyond what stops everything.
    public func pause(of endpoint: Endpoint, at now: Instant) -> (reason: PauseReason, until: Instant?)? {
        endpoints[endpoint].map { ($0.reason(endpoint), $0.probe != nil ? nil : max($0.until, now)) }
    }
}

extension RequestGate {
    /// How long an endpoint without permission is left before it is tried again.
    static let permissionInterval = Duration.seconds(600)
    /// The pause where the API asks for one without saying how long.
    static let usualPause = Duration.seconds(60)
    /// How long a probe with a file that has failed holds up one that has not.
    static let patience = Duration.seconds(5)
    /// The longest `Retry-After` that is believed.
    static let longestPause = Duration.seconds(3_600)

    private struct Hold: Sendable {
        var reason: PauseReason
        var until: Instant
        /// What the API has asked for: also a file that has not failed yet waits for that.
        var least: Instant
        /// For each endpoint that has failed in it with files that had not: how many, and when the next may go.
        var first: [Endpoint: (failures: Int, until: Instant)] = [:]
        /// How many tries have failed in it, of whatever trouble; requests for a pause are none.
        var failures: Int
        /// How many tries in it were answered with a request for a pause.
        var requestedPauses: Int
        /// Whether credentials were refused in it, and nothing has shown since that they are good.
        var areCredentialsRefused: Bool
        var probe: UInt64?
        /// When a file that has not failed yet may probe though the probe has not ended; nil: not at all.
        var overtaken: Instant?

        /// When a file that has not failed yet may probe an endpoint.
        func firstUntil(_ endpoint: Endpoint) -> Instant { max(least, first[endpoint]?.until ?? least) }

        /// Has the next request try, as if none had.
        mutating func tryNow(at now: Instant) {
            until = min(until, now)
            least = min(least, now)
            failures = 0
            probe = nil
        }

        /// The states that it is told as.
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

    /// Only a probe ends a hold: what was under way before it began says nothing about its end.
    private mutating func answered(_ endpoint: Endpoint, _ probed: Probed) -> [GateChange] {
        var changes = probed.everything ? endHold() : []
        if probed.endpoint, let pause = endpoints.removeValue(forKey: endpoint) {
            changes.append(.resumed(pause.reason(endpoint)))
        }
        // Batches need the permission of their kind too: there it is.
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
        // Requests that were under way when the first was refused say nothing new.
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

    /// A request for a pause counts whenever it comes. A probe under way was sent before, and says nothing of its end.
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

    /// The wait after so many failures in a row, from 1: with full jitter, and no shorter than the API asked for.
    /// - Parameter random: from 0 up to but not including 1.
    package func backOff(after failures: Int, _ error: APIError, _ random: Double) -> Duration {
        max(ceiling(after: failures) * random, error.retryAfter.map(pause(asked:)) ?? .zero)
    }

    /// Where a pause was too short each time, as it is by a clock that is wrong, it becomes the usual one: tries
    /// that are refused may count against the limit, which would never have an end then.
    private func pause(after requests: Int, _ error: APIError) -> Duration {
        max(
            pause(asked: error.retryAfter ?? Self.usualPause), min(ceiling(after: requests), Self.usualPause))
    }

    /// The longest back-off after so many failures.
    private func ceiling(after failures: Int) -> Duration {
        var ceiling = settings.retryInitial
        for _ in 1..<max(failures, 2) where failures > 1 && ceiling < settings.retryMaximum { ceiling *= 2 }
        return min(ceiling, settings.retryMaximum)
    }

    private func pause(asked: Duration) -> Duration {
        min(max(asked, settings.retryInitial), Self.longestPause)
    }
}
