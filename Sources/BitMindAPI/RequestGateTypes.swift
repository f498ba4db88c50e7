extension RequestGate {
    /// What the operator sets.
    public struct Settings: Sendable, Hashable {
        /// How many requests an hour may carry; 0 for no limit of our own.
        public var requestsPerHour: Int
        /// The ceiling of the first back-off; it doubles with each failed probe.
        public var retryInitial: Duration
        /// The ceiling of every back-off.
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
        /// The API asked for a pause.
        case rateLimited
        /// The credentials were refused or are missing.
        case credentialsRefused
        /// The API fails, cannot be reached, or cannot be understood.
        case serviceDown
        /// An endpoint answered 403, for a reason not known yet.
        case forbidden(Endpoint)
        /// The account has no permission for an endpoint.
        case permissionMissing(Endpoint)
        /// An endpoint fails while others work.
        case endpointFailing(Endpoint)
        /// A batch endpoint fails while single files work: for a while nothing is sent there.
        case endpointResting(Endpoint)
        /// The hour's requests are spaced out; not a state that is told.
        case hourlyBudget
    }

    /// The right to one request.
    public struct Permit: Sendable, Hashable {
        /// For which it was given.
        public let endpoint: Endpoint
        /// Whether all others wait for this one's outcome.
        public let isProbe: Bool
        let serial: UInt64
        let epoch: UInt64
    }

    /// The answer to whoever wants to send a request.
    public enum Admission: Sendable, Hashable {
        case go(Permit)
        /// Until when, or nil: until the probe under way has ended.
        case wait(until: ContinuousClock.Instant?, reason: PauseReason)
    }

    /// How an admitted request ended.
    public enum Outcome: Sendable, Hashable {
        /// The API answered as it should.
        case answered
        /// It did not; `blame` and `kind` decide what follows.
        case failed(APIError)
        /// The request was given up or never sent, which says nothing about the API.
        case abandoned
    }
}

/// A change of the gate's state, told once.
public enum GateChange: Sendable, Hashable {
    /// A state began; `until` is the first estimate of its end.
    case paused(RequestGate.PauseReason, until: ContinuousClock.Instant?)
    /// A state ended.
    case resumed(RequestGate.PauseReason)
    /// An endpoint was refused twice in a row: ask `/status`, then call `learn(permitted:for:at:)`.
    case askStatus(Endpoint)
}

/// A token bucket that keeps a number of requests an hour, whichever hour one looks at.
struct RequestBudget: Sendable {
    private let capacity: Double
    /// Seconds from one request to the next; 0 for no limit.
    private let interval: Double
    private var tokens: Double
    private var filled: ContinuousClock.Instant?

    /// The bucket holds a hundredth of the hour, at least 1 and at most 20. What it holds beyond one is
    /// taken off the rate, and one in a hundred more, for the way to the server takes uneven time: so no
    /// hour has more than `requestsPerHour`.
    init(requestsPerHour: Int) {
        capacity = Double(min(max(requestsPerHour / 100, 1), 20))
        let rate = max(Double(requestsPerHour) - capacity + 1, 1) * 0.99
        interval = requestsPerHour > 0 ? 3_600 / rate : 0
        tokens = capacity
    }

    /// Takes one; or gives when there will be one.
    mutating func take(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard interval > 0 else { return nil }
        fill(at: now)
        // A millionth is what rounding may cost.
        guard tokens >= 1 - 1e-6 else { return now + .seconds((1 - tokens) * interval) }
        tokens -= 1
        return nil
    }

    /// Takes one that is used in any case, into debt if need be.
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
