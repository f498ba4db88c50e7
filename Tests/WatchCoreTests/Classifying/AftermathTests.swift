import BitMindAPI
import Testing
import WatchCore

@Suite("Aftermath and Routing")
struct AftermathTests {
    static let settings = RequestGate.Settings(retryInitial: .seconds(1), retryMaximum: .seconds(300))

    static func files(_ count: Int, failures: Int = 0, before: UInt64 = 0, unreadable: Int = 0) -> [Candidate]
    {
        WaitingQueueTests.files(WaitingQueueTests.a, count).map { file in
            var file = file
            file.setbacks.failures = failures
            file.setbacks.successesBefore = before
            file.setbacks.unreadable = unreadable
            return file
        }
    }

    static func aftermath(
        _ kind: APIError.Kind, status: Int? = nil, _ files: [Candidate], isBatch: Bool? = nil,
        successes: UInt64 = 0, failuresBefore: Int = 0
    ) -> Aftermath {
        .following(
            APIError(kind, message: "", status: status), candidates: files,
            isBatch: isBatch ?? (files.count > 1),
            successes: successes, failuresBefore: failuresBefore, settings: settings)
    }

    static let kinds = APIError.Kind.allCases

    @Test(arguments: kinds.filter { $0.blame == .file })
    func `a refused batch is halved until the file at fault is alone, and that one fails`(kind: APIError.Kind)
    {
        for count in [50, 3, 2] { #expect(Self.aftermath(kind, Self.files(count)) == .halves) }
        #expect(Self.aftermath(kind, Self.files(1), isBatch: true) == .alone)
        let code: Sidecar.FailureCode = kind == .tooLarge ? .tooLarge : .rejected
        #expect(Self.aftermath(kind, Self.files(1)) == .fail(code))
    }

    @Test(arguments: kinds.filter { $0.blame != .file })
    func `what is not the file's fault never fails it, however often it happens`(kind: APIError.Kind) {
        for status in [nil, 503] {
            for count in [1, 2, 50] {
                for failures in [0, 1, 3, 100] {
                    let files = Self.files(count, failures: failures, unreadable: failures)
                    let aftermath = Self.aftermath(kind, status: status, files, successes: 9)
                    if case .fail = aftermath { Issue.record("\(kind) fails \(count) files") }
                    if count == 1 { #expect(aftermath != .halves) }
                }
            }
        }
    }

    @Test(arguments: kinds.filter { $0.blame == .account })
    func `what is the account's fault leaves the files first in the queue`(kind: APIError.Kind) {
        // By a 403 one file may be refused alone, and then is not to be tried first each time.
        let expected: Aftermath = kind == .forbidden ? .later(after: .zero) : .again
        #expect(Self.aftermath(kind, Self.files(50, failures: 9), successes: 99) == expected)
    }

    @Test(arguments: kinds.filter { $0.blame == .service })
    func `a service that fails at everything has the files go last, for as long as it is down`(
        kind: APIError.Kind
    ) {
        #expect(Self.aftermath(kind, status: 503, Self.files(50)) == .later(after: .zero))
        #expect(Self.aftermath(kind, status: 503, Self.files(50, failures: 2)) == .later(after: .zero))
        #expect(
            Self.aftermath(kind, Self.files(50, failures: 1000)) == .later(after: .zero), "no answer at all")
    }

    @Test
    func `a service that fails at the same files again, and at no others, has these halved`() {
        let suspects = Self.files(8, failures: 1, before: 5)
        #expect(Self.aftermath(.serverFailure, status: 500, suspects, successes: 5) == .later(after: .zero))
        #expect(Self.aftermath(.serverFailure, status: 500, suspects, successes: 6) == .halves)
        #expect(Self.aftermath(.noProgress, suspects, successes: 6) == .halves)
        let tried = Self.files(8, failures: 3)
        #expect(Self.aftermath(.serverFailure, status: 500, tried) == .later(after: .zero), "none succeed")
        #expect(Self.aftermath(.serverFailure, status: 500, [tried[0]]) == .later(after: .zero))
        #expect(Self.aftermath(.noProgress, tried) == .later(after: .zero), "no answer at all")
    }

    @Test
    func `while the service fails at one request after the other, no file is suspected for what was before`()
    {
        let suspects = Self.files(8, failures: 1, before: 5)
        for count in [8, 1] {
            let files = Array(suspects.prefix(count))
            let aftermath = Self.aftermath(
                .serverFailure, status: 500, files, successes: 6, failuresBefore: 2)
            #expect(aftermath == .later(after: .zero))
            let earlier = Self.aftermath(.serverFailure, status: 500, files, successes: 6, failuresBefore: 1)
            #expect(earlier != .later(after: .zero))
        }
    }

    @Test func `the wait of a suspected file doubles, up to the longest one`() {
        let waits = [0, 1, 2, 8, 9, 62, 63, 64, .max].map { failures in
            Self.aftermath(.noProgress, Self.files(1, failures: failures, before: 0), successes: 1)
        }
        let expected: [Duration] =
            [.zero, .seconds(2), .seconds(4), .seconds(256)]
            + Array(repeating: .seconds(300), count: 5)
        #expect(waits == expected.map { .later(after: $0) })
    }

    @Test func `a file whose bytes cannot be read is told apart from the others in its request`() {
        #expect(Self.aftermath(.bodyFailed, Self.files(50)) == .again)
        #expect(Self.aftermath(.bodyFailed, Self.files(50, unreadable: 1)) == .halves)
        #expect(Self.aftermath(.bodyFailed, Self.files(1, unreadable: 5)) == .lookAnew)
        #expect(Self.aftermath(.bodyFailed, Self.files(1), isBatch: true) == .lookAnew)
    }

    /// `isAI`, the confidence, and the destination without a band, with the usual one, and with another.
    static let routes: [(Bool, String, DestinationRole, DestinationRole, DestinationRole)] = [
        (true, "0.9", .ai, .ai, .review), (false, "0.1", .human, .human, .human),
        (true, "0.5", .ai, .review, .ai), (false, "0.4", .human, .review, .human),
        (true, "0.6", .ai, .review, .ai), (true, "0.60000001", .ai, .ai, .ai),
        (false, "0.39999999", .human, .human, .human), (true, "0.1", .ai, .ai, .ai),
        (false, "0.9", .human, .human, .review), (false, "4.5E-1", .human, .review, .human),
        (true, "1", .ai, .ai, .review), (false, "0", .human, .human, .human),
    ]

    @Test(arguments: routes)
    func `isAI decides, and confidences within the band go to review where there is one`(
        isAI: Bool, confidence: String, plain: DestinationRole, usual: DestinationRole, high: DestinationRole
    ) {
        var watch = Configuration.Watch(inbox: "/srv/inbox")
        let outcome = Sidecar.Outcome.judged(.init(isAI: isAI, confidence: confidence))
        #expect(Routing(watch).role(of: outcome) == plain)
        watch.review = "/srv/review"
        #expect(Routing(watch).role(of: outcome) == usual)
        watch.reviewBand.lower = 0.9
        watch.reviewBand.upper = 1
        #expect(Routing(watch).role(of: outcome) == high)
    }

    @Test func `a failed file goes to failed, with any band`() {
        var watch = Configuration.Watch(inbox: "/srv/inbox")
        watch.review = "/srv/review"
        watch.reviewBand.lower = 0
        watch.reviewBand.upper = 1
        for code in Sidecar.FailureCode.allCases {
            #expect(Routing(watch).role(of: .failed(.init(code: code, message: ""))) == .failed)
        }
    }

    @Test func `a decision's sidecar describes the bytes that were judged, and its request`() {
        let file = Sighting.sample(size: 4711)
        var decision = Decision.sample(file, isAI: false)
        decision.request?.isSimulated = true
        decision.prospect.complete = false
        let digest = String(repeating: "ab", count: 32)
        let filed = MachineBench.epoch.advanced(by: .seconds(9))
        let by = Sidecar.Producer(host: "h", version: "1")
        let path = RelativePath(Array("a/b.jpg".utf8))
        func sidecar() -> Sidecar {
            decision.sidecar(
                path: path, inbox: "/in", sha256: digest, modified: file.identity.modified, by: by,
                found: MachineBench.epoch, filed: filed)
        }
        let judged = sidecar()
        #expect(judged.outcome == decision.outcome && judged.api == decision.request?.api && judged.by == by)
        #expect(judged.isSimulated && !judged.media.isComplete)
        #expect(judged.media.size == 4711 && judged.media.sha256 == digest && judged.media.path == path.bytes)
        #expect(judged.media.modified == file.identity.modified && judged.media.inbox == "/in")
        #expect(judged.times.submitted == decision.request?.submitted && judged.times.filed == filed)
        decision.request = nil
        let failed = sidecar()
        #expect(failed.api == nil && failed.times.submitted == nil && failed.times.classified == nil)
        #expect(!failed.isSimulated && failed.times.found == MachineBench.epoch)
    }
}
