internal import BitMindAPI
import SampleMedia

/// Everything that changes while the simulator runs.
struct SimulatorState: Sendable {
    private(set) var behaviour: SimulatorBehaviour
    private(set) var authority = Authority()
    private var rate: RateLimit?
    private var random: SplitMix64
    private var batches = 1_000_000_000
    var record = RequestRecord()

    /// What is decided for a request when its head has arrived.
    struct Opening: Sendable {
        var behaviour: SimulatorBehaviour
        /// Why it will be refused, for any body.
        var refusal: Refusal?
        var effect: FaultRule.Effect?
        /// From the end of the request to the answer.
        var latency: Duration
        var ticket: RequestRecord.Ticket

        var fault: Fault? {
            if case .fault(let fault) = effect { fault } else { nil }
        }
    }

    init(_ behaviour: SimulatorBehaviour) {
        self.behaviour = behaviour
        random = SplitMix64(seed: behaviour.seed)
    }

    mutating func behave(_ change: (inout SimulatorBehaviour) -> Void) {
        let before = behaviour
        change(&behaviour)
        if (before.requestsPerHour, before.burst) != (behaviour.requestsPerHour, behaviour.burst) {
            rate = nil
        }
        if before.seed != behaviour.seed { random = SplitMix64(seed: behaviour.seed) }
    }

    mutating func revokeTokens() { authority.revokeAll() }

    /// Records a request and decides what its head alone decides.
    ///
    /// - Parameter now: Since 1970.
    mutating func open(_ head: RequestHead, connection: Int, now: Duration) -> Opening {
        let refusal = refusal(head, now: now)
        let effect = head.endpoint.flatMap {
            behaviour.faults.strike($0, refused: refusal != nil, random: &random)
        }
        var latency = behaviour.latency
        if behaviour.latencyJitter > .zero {
            latency += behaviour.latencyJitter * Double.random(in: 0..<1, using: &random)
        }
        let ticket = record.begin(
            RecordedRequest(head, connection: connection), keep: behaviour.keepsRequests)
        return Opening(
            behaviour: behaviour, refusal: refusal, effect: effect, latency: latency, ticket: ticket)
    }

    /// Answers a token request. Other requests change no state.
    mutating func issueToken(_ body: [UInt8], _ head: RequestHead, now: Duration) -> Answer {
        guard head.contentType.flatMap({ HeaderValue($0) })?.essence == "application/x-www-form-urlencoded"
        else {
            return Answer(
                Refusal(415, "expected application/x-www-form-urlencoded"), form: behaviour.errorBody)
        }
        let issued = authority.issue(
            form: formFields(body), certificate: head.certificate, behaviour: behaviour, now: now,
            random: &random)
        return switch issued {
        case .success(let token): StatusAnswers.token(token, lifetime: behaviour.tokenLifetime)
        case .failure(let refusal): Answer(refusal, form: behaviour.errorBody)
        }
    }

    /// The next number for a batch's `request_id`.
    mutating func nextBatch() -> Int {
        batches += 1
        return batches
    }

    private mutating func refusal(_ head: RequestHead, now: Duration) -> Refusal? {
        guard let endpoint = head.endpoint else { return Refusal(404, "not found: \(head.path)") }
        guard head.method == endpoint.method else { return Refusal(405, "method not allowed") }
        guard endpoint != .token, endpoint != .health else { return nil }
        let unauthorized = authority.refusal(
            authorization: head.authorization, certificate: head.certificate, behaviour: behaviour, now: now)
        if let unauthorized { return unauthorized }
        if let missing = endpoint.permissions.subtracting(behaviour.permissions).map(\.rawValue).min() {
            return Refusal(403, "permission denied: \(missing)")
        }
        guard let kind = endpoint.kind else { return nil }
        return rateRefusal(now) ?? Responder.formRefusal(head, endpoint, kind, behaviour)
    }

    private mutating func rateRefusal(_ now: Duration) -> Refusal? {
        guard let perHour = behaviour.requestsPerHour else { return nil }
        var bucket = rate ?? RateLimit(perHour: perHour, burst: behaviour.burst, now: now)
        let wait = bucket.take(at: now)
        rate = bucket
        return wait.map { Responder.rateRefusal(wait: $0, behaviour, now: now) }
    }
}

extension RecordedRequest {
    init(_ head: RequestHead, connection: Int) {
        endpoint = head.endpoint
        method = head.method
        path = head.path
        contentType = head.contentType
        contentLength = head.contentLength
        credential = head.authorization
        expectsContinue = head.expectsContinue
        started = .now
        self.connection = connection
        authorization =
            switch head.authorization?.lowercased() {
            case nil: .none
            case .some(let text) where text.hasPrefix("bearer enterprise-"): .apiKey
            case .some(let text) where text.hasPrefix("bearer "): head.certificate == nil ? .token : .mtls
            case .some: .other
            }
    }
}
