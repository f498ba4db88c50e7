import BitMindAPI
import Synchronization
import WatchCore
import WatchService

/// A dispatcher whose requests the test makes itself.
struct DispatcherBench {
    let dispatcher: Dispatcher
    let status = StatusBoard()
    private let run: Task<Void, Never>

    init(
        concurrency: Int, batch: Configuration.Batch = .off, time: any TimeSource = SystemTimeSource()
    ) throws {
        var settings = Configuration.Upload()
        settings.concurrency = concurrency
        settings.batch = batch
        let dispatcher = Dispatcher(
            settings: settings, time: time, journal: try Journal(RecordingSink(), level: .info),
            status: status)
        self.dispatcher = dispatcher
        run = Task { await dispatcher.run() }
    }

    func stop() { run.cancel() }

    /// Images that wait.
    static func candidates(_ inbox: InboxID, _ numbers: Range<Int>) -> [Candidate] {
        numbers.map { number in
            let moment = Timestamp(seconds: 0)
            let identity = FileIdentity(
                device: 1, inode: UInt64(number), size: 1000, modified: moment, changed: moment)
            let sighting = Sighting(
                identity: identity, seen: moment, openForWriting: false, obstacle: nil,
                identification: .media(.jpeg, complete: true))
            return Candidate(
                key: FileKey(inbox: inbox, path: RelativePath(Array("\(number).jpg".utf8))),
                submission: Submission(1), prospect: Prospect(sighting, type: .jpeg, complete: true),
                kind: .image)
        }
    }

    /// Ends a request that the API answered as it should, but for some of its files alone.
    /// - Parameter results: for the first of those sent.
    func end(
        _ assignment: Assignment, sent: [Candidate], results: [Result<Decision, APIError>]
    ) async -> RequestPlanner.Ending {
        await end(assignment, sent, .success(results))
    }

    /// Ends a request that failed as a whole.
    func fail(_ assignment: Assignment, _ error: APIError) async {
        _ = await end(assignment, assignment.candidates, .failure(error))
    }

    private func end(
        _ assignment: Assignment, _ sent: [Candidate],
        _ results: Result<[Result<Decision, APIError>], APIError>
    ) async -> RequestPlanner.Ending {
        let now = Timestamp(seconds: 0)
        let outcome = RequestOutcome(
            results: results, baseURL: "", endpoint: assignment.endpoint, submitted: now, classified: now,
            took: .zero)
        let posted = PostedAnswers()
        let refused = await dispatcher.finished(assignment, sent: sent, outcome: outcome) { answers in
            posted.all.withLock { $0 += answers }
        }
        var ending = RequestPlanner.Ending()
        ending.answers = posted.all.withLock { $0 }
        ending.endpointToAskFor = refused
        return ending
    }
}

/// The answers reported to inboxes.
private final class PostedAnswers: Sendable {
    let all = Mutex<[(candidate: Candidate, answer: Answer)]>([])
}

extension Decision {
    /// Any decision for a file.
    static func failed(_ candidate: Candidate) -> Decision {
        Decision(
            outcome: .failed(Sidecar.Failure(code: .rejected, message: "")), prospect: candidate.prospect,
            request: nil)
    }
}
