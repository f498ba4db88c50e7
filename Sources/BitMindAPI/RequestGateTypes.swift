extension RequestGate {
    /// The operator's settings.
    public struct Settings: Sendable, Hashable {
        /// The largest number of requests per hour; 0 for no limit of the client's own.
        public var requestsPerHour: Int
        /// The upper limit of the first back-off. It doubles with each failed probe.
        public var retryInitial: Duration
        /// The upper limit of every back-off.
        public var retryMaximum: Duration

        /// The defaults are the service's own.
        public init(
            requestsPerHour: Int = 0, retryInitial: Duration = .seconds(1),
            retryMaximum: Duration = .seconds(300)
        ) {
            self.requestsPerHour = requestsPerHour
            self.retryInitial = retryInitial
            self.retryMaximum = retryMaximum
        }
    }

    /// Why requests wait.
    public enum PauseReason: Sendable, Hashable {
        /// The API requested a pause.
        case rateLimited
        /// The credentials were refused or are missing.
        case credentialsRefused
        /// The API fails, cannot be reached, or gives answers that cannot be read.
        case serviceDown
        /// An endpoint answered 403, for an unknown reason.
        case forbidden(Endpoint)
        /// The account has no permission for an endpoint.
        case permissionMissing(Endpoint)
        /// An endpoint fails while others work.
        case endpointFailing(Endpoint)
        /// A batch endpoint fails while single files work. For a while no batches are sent.
        case endpointResting(Endpoint)
        /// The requests of the hour are spread out. This state is not reported.
        case hourlyBudget
    }

    /// The permission to send one request.
    public struct Permit: Sendable, Hashable {
        /// The endpoint of the request.
        public let endpoint: Endpoint
        /// Whether all others wait for the outcome of this request.
        public let isProbe: Bool
        let serial: UInt64
        let epoch: UInt64
    }

    /// The answer to a caller that wants to send a request.
    public enum Admission: Sendable, Hashable {
        case go(Permit)
        /// The end of the wait, or nil: the end of the current probe.
        case wait(until: ContinuousClock.Instant?, reason: PauseReason)
    }

    /// How an admitted request ended.
    public enum Outcome: Sendable, Hashable {
        /// The API answered correctly.
        case answered
        /// The request failed; `blame` and `kind` decide the consequence.
        case failed(APIError)
        /// The request was given up or never sent. This says nothing about the API.
        case abandoned
    }
}

/// A change of the gate's state, reported once.
public enum GateChange: Sendable, Hashable {
    /// A state began; `until` is the first estimate of its end.
    case paused(RequestGate.PauseReason, until: ContinuousClock.Instant?)
    /// A state ended.
    case resumed(RequestGate.PauseReason)
    /// An endpoint was refused twice in a row. Request `/status`, then call `learn(permitted:for:at:)`.
    case askStatus(Endpoint)
}

/// A token bucket that limits the requests in any hour.
struct RequestBudget: Sendable {
    private let capacity: Double
    /// Seconds from one request to the next; 0 for no limit.
    private let interval: Double
    private var tokens: Double
    private var filled: ContinuousClock.Instant?

    /// The bucket holds a hundredth of the hour's requests, at least 1 and at most 20. Its content beyond one
    /// is subtracted from the rate, and one hundredth more, because requests reach the server after uneven
    /// times. Therefore no hour has more than `requestsPerHour`.
    init(requestsPerHour: Int) {
        capacity = Double(min(max(requestsPerHour / 100, 1), 20))
        let rate = max(Double(requestsPerHour) - capacity + 1, 1) * 0.99
        interval = requestsPerHour > 0 ? 3_600 / rate : 0
        tokens = capacity
    }

    /// Takes one token, or returns when there will be one.
    mutating func take(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard interval > 0 else { return nil }
        fill(at: now)
        // A millionth is the allowance for rounding.
        guard tokens >= 1 - 1e-6 else { return now + .seconds((1 - tokens) * interval) }
        tokens -= 1
        return nil
    }

    /// Takes one token in any case, even if the bucket becomes negative.
    mutating func charge(at now: ContinuousClock.Instant) {
        guard interval > 0 else { return }
        fill(at: now)
        tokens -= 1
    }

    private mutating func fill(at now: ContinuousClock.Instant) {
        if let filled, now > filled {
            tokens = min(capacity, tokens + (now - filled) / .seconds(1) / interval)
        }
        filled = max(filled ?? now, now)
    }
}
