import BitMindAPI
import SampleMedia
import Testing
import WatchCore

/// A planner with an API that the test plays, and a clock that stands still until it is moved.
struct PlannerBench {
    /// The API's answer to a request, by its endpoint and files.
    typealias API = (Endpoint, [Candidate], ContinuousClock.Instant) -> Response

    enum Response {
        case fine
        case fails(APIError)
        /// The answer takes that long.
        indirect case after(Duration, Response)
    }

    struct Request {
        let endpoint: Endpoint
        let names: [String]
        let began: Duration
        let isFine: Bool
    }

    var planner: RequestPlanner
    var now: ContinuousClock.Instant
    let start: ContinuousClock.Instant
    var random = SplitMix64(seed: 1)
    private var inFlight: [(ends: ContinuousClock.Instant, assignment: Assignment, response: Response)] = []
    private var settings: Configuration.Upload
    private(set) var requests: [Request] = []
    private(set) var filed: Set<String> = []
    private(set) var failed: [String: Sidecar.Failure] = [:]
    private(set) var reports: [PlannerReport] = []
    private(set) var mostInFlight = 0

    init(concurrency: Int = 1, batch: Configuration.Batch = .auto, giveUp: Duration = .seconds(86_400)) {
        settings = Configuration.Upload()
        settings.concurrency = concurrency
        settings.batch = batch
        settings.giveUp = giveUp
        planner = RequestPlanner(settings: settings)
        start = .now
        now = start
    }

    var elapsed: Duration { now - start }
    /// How often a state began.
    func begun(_ reason: RequestGate.PauseReason) -> Int {
        reports.count { if case .gate(.paused(reason, _), _) = $0 { true } else { false } }
    }
    func ended(_ reason: RequestGate.PauseReason) -> Int {
        reports.count { if case .gate(.resumed(reason), _) = $0 { true } else { false } }
    }

    /// A reload with another `base_url`, `proxy` or `ca_file`.
    mutating func changeWay() {
        reports += planner.apply(settings, isOtherWay: true, at: now)
    }

    mutating func add(_ candidates: [Candidate]) { planner.update(adding: candidates, withdrawing: []) }

    mutating func add(images names: [String]) {
        add(names.map { WaitingQueueTests.file(WaitingQueueTests.a, $0) })
    }

    mutating func add(videos names: [String]) {
        add(names.map { WaitingQueueTests.file(WaitingQueueTests.a, $0, .video) })
    }

    /// Lets time pass, with requests that the API answers, until a condition holds or the time is over.
    /// - Returns: whether the condition holds.
    @discardableResult
    mutating func run(
        for limit: Duration, _ api: API, until isDone: (PlannerBench) -> Bool = { _ in false }
    ) -> Bool {
        let end = now + limit
        while now < end {
            while let assignment = planner.next(at: now) {
                begin(assignment, api(assignment.endpoint, assignment.candidates, now))
            }
            mostInFlight = max(mostInFlight, inFlight.count)
            if isDone(self) { return true }
            let next = [inFlight.map(\.ends).min(), planner.wake].compactMap(\.self).min() ?? end
            now = min(max(next, now + .microseconds(1)), end)
            while let index = inFlight.firstIndex(where: { $0.ends <= now }) {
                finish(inFlight.remove(at: index))
            }
        }
        return isDone(self)
    }

    private mutating func begin(_ assignment: Assignment, _ response: Response) {
        var (response, took) = (response, Duration.milliseconds(5))
        if case .after(let time, let then) = response { (response, took) = (then, time) }
        var isFine = false
        if case .fine = response { isFine = true }
        requests.append(
            Request(
                endpoint: assignment.endpoint, names: WaitingQueueTests.names(assignment.candidates),
                began: elapsed, isFine: isFine))
        inFlight.append((now + took, assignment, response))
    }

    private mutating func finish(
        _ request: (ends: ContinuousClock.Instant, assignment: Assignment, response: Response)
    ) {
        let files = request.assignment.candidates
        let results: Result<[Result<Decision, APIError>], APIError> =
            switch request.response {
            case .fails(let error): .failure(error)
            case .fine, .after: .success(files.map { .success(Decision.sample($0.prospect)) })
            }
        let date = MachineBench.epoch
        let outcome = RequestOutcome(
            results: results, baseURL: "", endpoint: request.assignment.endpoint, submitted: date,
            classified: date, took: .zero)
        let ending = planner.ended(
            request.assignment, sent: files, outcome: outcome, at: now,
            random: Double(random.next() % 1_000) / 1_000)
        reports += ending.reports
        for case (let file, .decided(let decision)) in ending.answers {
            let name = WaitingQueueTests.names([file])[0]
            switch decision.outcome {
            case .failed(let failure): failed[name] = failure
            case .judged: filed.insert(name)
            }
        }
    }
}

extension Decision {
    static func sample(_ prospect: Prospect) -> Decision {
        Decision(
            outcome: .judged(Sidecar.Judgement(isAI: true, confidence: "0.9")), prospect: prospect,
            request: nil)
    }
}

/// A way to fail that is the service's, as the client describes it.
enum ServiceFault: String, CaseIterable, Sendable {
    case status500, status502, status503, status404, reset, hang, html

    var error: APIError {
        switch self {
        case .status500: APIError(.serverFailure, message: "", status: 500)
        case .status502: APIError(.serverFailure, message: "Bad Gateway", status: 502)
        case .status503: APIError(.serverFailure, message: "", status: 503)
        case .status404: APIError(.unexpectedStatus, message: "Not Found", status: 404)
        case .reset: APIError(.unreachable, message: "Connection reset by peer", mayHaveBeenProcessed: true)
        case .hang: APIError(.noProgress, message: "", mayHaveBeenProcessed: true)
        case .html: APIError(.notAVerdict, message: "<html>", status: 200)
        }
    }

    /// What the API does.
    var response: PlannerBench.Response {
        self == .hang ? .after(.seconds(120), .fails(error)) : .fails(error)
    }
}
