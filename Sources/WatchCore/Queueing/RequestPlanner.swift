package import BitMindAPI

/// Which request goes next, and what follows from its end: the decisions of the dispatcher, as a value.
///
/// It joins the queue (whose turn it is), the gate (whether the API works at all), the states of the endpoints
/// (which of them work), the pace (how fast), the link (how much at a time), and the shares of inboxes and kinds. Time and chance are handed in.
///
/// A failure of the service is laid at one of three doors:
///
/// * **the file**, where the API has succeeded with others of its kind since it failed at this one. The file then
///   goes alone, at growing intervals, and nothing else waits for it;
/// * **the endpoint**, where others work. It alone is paused, or rests;
/// * **the service** else. Everything waits, and one single file at a time shows whether that is over.
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

    /// What is in flight: by kind, with failing files, and since the last hold began.
    var inFlight: [MediaKind: Int] = [:]
    var failingInFlight = 0
    var growing: Set<RequestGate.Permit> = []
    /// When each request in flight began.
    var began: [RequestGate.Permit: Instant] = [:]

    /// How many requests have been answered as they should be, and when the last one was.
    var successes: [MediaKind: UInt64] = [:]
    var lastSuccess: [MediaKind: Instant] = [:]
    /// When the request began that succeeded, the latest of them.
    var lastSuccessBegan: [MediaKind: Instant] = [:]
    /// How many requests have failed by the service's fault since it last answered as it should.
    var failuresInARow = 0
    var outage = Outage()
    var causes = PauseCauses()
    /// Whether tried files have had the last turn, of a kind.
    var lastWasTried: Set<MediaKind> = []
    /// When a failing file has a turn though others wait.
    var failingTurn: Instant?
    /// The states that are over for the gate, and reported as over once requests grow no more.
    var ending: [RequestGate.PauseReason] = []
    /// When to ask again though nothing happens.
    package private(set) var wake: Instant?

    /// What has failed since the API was last known to work.
    struct Outage: Sendable {
        struct Count: Sendable {
            var failures = 0
            var first = 0
            var cause = ""
        }

        var counts: [Endpoint: Count] = [:]
        var lastKind: MediaKind?
        var lastFile: FileKey?
        /// When the API went down for all files; nil while it is not.
        var began: Instant?
        /// How long it was down for all before that.
        var before = Duration.zero

        func total(at now: Instant) -> Duration { before + (began.map { now - $0 } ?? .zero) }
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

    /// How long ago others may have succeeded for a single file to be the cause, however many have failed since.
    static let recent = Duration.seconds(10)
    /// How many may have failed in a row meanwhile.
    static let mostInARow = 6
    /// A request that fails after so long is compared with those that began after it.
    static let long = Duration.seconds(10)
    /// How long a failing file waits for its turn while others go.
    static let failingWait = Duration.seconds(60)

    package init(settings: Configuration.Upload) {
        self.settings = settings
        gate = RequestGate(settings: RequestGate.Settings(settings))
    }

    /// Takes over changed settings, and lets credentials be tried at once that may be others now.
    /// - Parameter isOtherWay: whether the API, or the way to it, is another one: what was learned of the former one's
    ///   endpoints is forgotten, and what is held is tried at once.
    /// - Returns: the states that are over by that.
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

    /// Takes files into the queue, and others out of it.
    package mutating func update(adding candidates: [Candidate], withdrawing keys: [FileKey]) {
        for key in keys { queue.withdraw(key) }
        queue.add(candidates)
    }

    /// Lets an inbox's files wait, or go again.
    package mutating func setResting(_ rests: Bool, _ inbox: InboxID, because reason: RestReason) {
        if rests {
            resting[reason, default: []].insert(inbox)
        } else {
            resting[reason]?.remove(inbox)
        }
    }

    /// Takes files back that were assigned, and not sent.
    package mutating func putBack(_ candidates: [Candidate]) { queue.putBack(candidates) }

    /// How many requests are in flight.
    package var inFlightCount: Int { inFlight.values.reduce(0, +) }

    /// Has the planner be asked again by then.
    mutating func ask(by instant: Instant?) {
        guard let instant else { return }
        wake = wake.map { min($0, instant) } ?? instant
    }

    /// The next request to make; nil while there is none to make. Then `wake` is when to ask again at the latest.
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

    /// Takes note of whether the account may use an endpoint; nil where `/status` doesn't tell.
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
    /// With what the server, the library or the kernel said, where there is a cause.
    case gate(GateChange, cause: String?)
    /// A state goes on, for another cause.
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
