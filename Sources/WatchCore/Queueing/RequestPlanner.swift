package import BitMindAPI

/// Chooses the next request, and decides the consequences of its end: the decisions of the dispatcher, as a
/// value.
///
/// It combines the queue (which files are next), the gate (whether the API works at all), the states of the
/// endpoints (which of them work), the pace (how fast), the link (how much at a time), and the shares of
/// inboxes and kinds. The caller passes time and random numbers.
///
/// A failure of the service is attributed to one of three:
///
/// * **the file**, if the API has succeeded with others of its kind since it failed at this one. The file is
///   then sent alone, at growing intervals, and nothing else waits for it;
/// * **the endpoint**, if others work. It alone is paused, or rests;
/// * **the service** otherwise. All requests wait, and one single file at a time shows whether the outage is
///   over.
package struct RequestPlanner: Sendable {
    package typealias Instant = ContinuousClock.Instant

    var settings: Configuration.Upload
    var queue = WaitingQueue()
    var gate: RequestGate
    var endpoints = EndpointStates()
    var pace = RequestPace()
    var link = LinkEstimate()
    var shares = SlotShares()
    var turns = KindsInTurn()
    var resting: [RestReason: Set<InboxID>] = [:]

    /// Requests in flight: by kind, with failing files, and since the last hold began.
    var inFlight: [MediaKind: Int] = [:]
    var failingInFlight = 0
    var growing: Set<RequestGate.Permit> = []
    /// When each request in flight began.
    var began: [RequestGate.Permit: Instant] = [:]

    /// The number of correctly answered requests, and the time of the last one.
    var successes: [MediaKind: UInt64] = [:]
    var lastSuccess: [MediaKind: Instant] = [:]
    /// The start of the successful request that began last.
    var lastSuccessBegan: [MediaKind: Instant] = [:]
    /// The number of service failures since the last correct answer.
    var failuresInARow = 0
    var outage = Outage()
    var causes = PauseCauses()
    /// The kinds whose last turn went to files that had failed.
    var lastWasTried: Set<MediaKind> = []
    /// When a failing file is sent although others wait.
    var failingTurn: Instant?
    /// The states that are over for the gate, and are reported as over once the growth of requests is
    /// complete.
    var ending: [RequestGate.PauseReason] = []
    /// When to call `next` again even if nothing happens.
    package private(set) var wake: Instant?

    /// The failures since the API was last known to work.
    struct Outage: Sendable {
        struct Count: Sendable {
            var failures = 0
            var first = 0
            var cause = ""
        }

        var counts: [Endpoint: Count] = [:]
        var lastKind: MediaKind?
        var lastFile: FileKey?
        /// When the API went down for all files; nil while it is not down.
        var began: Instant?
        /// The total duration of earlier outages for all files.
        var before = Duration.zero

        func total(at now: Instant) -> Duration { before + (began.map { now - $0 } ?? .zero) }
    }

    /// Why an inbox's files wait although requests could be made.
    package enum RestReason: Sendable {
        /// Too many of its files wait to be filed.
        case filing
        /// Its disk does not complete a call.
        case disk
        /// Its file system, or a destination's, lacks a call that filing needs.
        case lackingCall
    }

    /// A success with other files within this time shows that a single file is the cause, regardless of later
    /// failures.
    static let recent = Duration.seconds(10)
    /// The largest number of consecutive failures in that time.
    static let mostInARow = 6
    /// A request that fails after this time is compared with those that began after it.
    static let long = Duration.seconds(10)
    /// How long a failing file waits for its turn while others are sent.
    static let failingWait = Duration.seconds(60)

    package init(settings: Configuration.Upload) {
        self.settings = settings
        gate = RequestGate(settings: RequestGate.Settings(settings))
    }

    /// Applies changed settings, and allows credentials, which may be new, to be tried at once.
    /// - Parameter isOtherWay: whether the API, or the path to it, has changed. Then the knowledge of the
    ///   earlier endpoints is dropped, and held requests are tried at once.
    /// - Returns: the states that end.
    package mutating func apply(
        _ settings: Configuration.Upload, isOtherWay: Bool, at now: Instant
    ) -> [PlannerReport] {
        self.settings = settings
        gate.apply(RequestGate.Settings(settings))
        guard isOtherWay else {
            gate.credentialsChanged(at: now)
            return []
        }
        gate.tryNow(at: now)
        let over = endpoints.reported
        endpoints = EndpointStates()
        outage.counts = [:]
        return over.map { .gate(.resumed($0), cause: nil) }
    }

    /// Adds files to the queue, and removes others.
    package mutating func update(adding candidates: [Candidate], withdrawing keys: [FileKey]) {
        for key in keys { queue.withdraw(key) }
        queue.add(candidates)
    }

    /// Makes an inbox's files wait, or lets them be sent again.
    package mutating func setResting(_ rests: Bool, _ inbox: InboxID, because reason: RestReason) {
        if rests {
            resting[reason, default: []].insert(inbox)
        } else {
            resting[reason]?.remove(inbox)
        }
    }

    /// Puts assigned files back that were not sent.
    package mutating func putBack(_ candidates: [Candidate]) { queue.putBack(candidates) }

    /// The number of requests in flight.
    package var inFlightCount: Int { inFlight.values.reduce(0, +) }

    /// Makes sure that the caller calls `next` again by then.
    mutating func ask(by instant: Instant?) {
        guard let instant else { return }
        wake = wake.map { min($0, instant) } ?? instant
    }

    /// The next request to make; nil if there is none now. Then `wake` is the latest time to call again.
    package mutating func next(at now: Instant) -> Assignment? {
        wake = nil
        queue.admitDelayed(at: now)
        let assignment = inFlightCount < settings.concurrency ? choose(at: now) : nil
        if let assignment { begin(assignment, at: now) }
        ask(by: queue.nextDelayed)
        return assignment
    }

    private mutating func begin(_ assignment: Assignment, at now: Instant) {
        pace.began(inFlight: growing.count, at: now)
        growing.insert(assignment.permit)
        began[assignment.permit] = now
        inFlight[assignment.kind, default: 0] += 1
        shares.began(assignment)
        if assignment.isFailing { failingInFlight += 1 }
    }

    /// Records whether the account may use an endpoint; nil if `/status` does not say.
    package mutating func learn(permitted: Bool?, for endpoint: Endpoint, at now: Instant) -> [PlannerReport]
    {
        gate.charge(at: now)
        return gate.learn(permitted: permitted, for: endpoint, at: now).map { change in
            causes.move(.forbidden(endpoint), to: .permissionMissing(endpoint))
            return .gate(change, cause: causes[.permissionMissing(endpoint)])
        }
    }
}

/// What the planner has to report.
package enum PlannerReport: Sendable, Equatable {
    /// With what the server, the library or the kernel reported, if there is a cause.
    case gate(GateChange, cause: String?)
    /// A state continues, with another cause.
    case cause(RequestGate.PauseReason, String, until: ContinuousClock.Instant?)
    /// The API fails at a file alone.
    case failing(FileKey, cause: String, giveUp: Duration)
}

extension Assignment {
    /// Whether it carries a file that the API fails at alone.
    var isFailing: Bool { candidates.contains { $0.setbacks.isFailing } }
}

extension RequestGate.Settings {
    init(_ settings: Configuration.Upload) {
        self.init(
            requestsPerHour: settings.requestsPerHour, retryInitial: settings.retryInitial,
            retryMaximum: settings.retryMax)
    }
}
