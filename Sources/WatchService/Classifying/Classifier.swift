import BitMind
import WatchCore

/// Makes the requests. Each worker takes assignments, sends them, and reports the results to the dispatcher
/// and the inboxes. There are as many workers as requests may be in flight.
package struct Classifier: Sendable {
    private let clients: ClientSlot
    private let dispatcher: Dispatcher
    private let time: any TimeSource
    private let inboxes: InboxRegistry
    private let openings: Openings

    package init(
        clients: ClientSlot, dispatcher: Dispatcher, time: any TimeSource, inboxes: InboxRegistry
    ) {
        self.clients = clients
        self.dispatcher = dispatcher
        self.time = time
        self.inboxes = inboxes
        openings = Openings(inboxes)
    }

    /// Makes requests until the dispatcher is stopped, or the task cancelled.
    /// - Parameter workers: the largest number of requests at once.
    package func run(workers: Int) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await openings.run() }
            await withDiscardingTaskGroup { working in
                for _ in 0..<workers { working.addTask { await work() } }
            }
            group.cancelAll()
        }
    }

    /// Makes one request after the other, until the dispatcher is stopped or the task cancelled.
    private func work() async {
        while !Task.isCancelled, let assignment = await dispatcher.next() {
            let (sent, bodies) = await open(assignment)
            let outcome = sent.isEmpty ? notSent(assignment) : await send(sent, bodies, assignment)
            let refused = await dispatcher.finished(assignment, sent: sent, outcome: outcome, post: post)
            if let refused { await askPermission(for: refused) }
        }
    }

    /// Opens the assigned files that have not changed.
    private func open(_ assignment: Assignment) async -> ([Candidate], [InboxFileBody]) {
        var opened: [(Candidate, InboxFileBody)] = []
        let isAlone = assignment.candidates.count == 1
        for (id, candidates) in Dictionary(grouping: assignment.candidates, by: \.key.inbox) {
            guard let inbox = inboxes[id] else { continue }
            let bodies: [InboxFileBody?]
            switch await openings.open(candidates, isAlone: isAlone, by: inbox) {
            case .inTime(let opened): bodies = opened
            case .late(let opening):
                await dispatcher.setResting(true, id, because: .disk)
                inboxes.ask { for await bodies in opening { await returned(id, candidates, bodies) } }
                continue
            }
            for case (let candidate, let body?) in zip(candidates, bodies) {
                opened.append((candidate, body))
            }
        }
        return (opened.map(\.0), opened.map(\.1))
    }

    /// An inbox's disk has completed a late call: the inbox's files are put back into the queue, and sent
    /// again.
    private func returned(_ id: InboxID, _ candidates: [Candidate], _ bodies: [InboxFileBody?]) async {
        let opened = zip(candidates, bodies).compactMap { candidate, body in body.map { _ in candidate } }
        post(opened.map { ($0, .postponed) })
        await dispatcher.putBack(opened)
        await dispatcher.setResting(false, id, because: .disk)
    }

    private func notSent(_ assignment: Assignment) -> RequestOutcome {
        .notSent(assignment, baseURL: clients.current.baseURL, at: time.date)
    }

    private func send(
        _ sent: [Candidate], _ bodies: [InboxFileBody], _ assignment: Assignment
    ) async -> RequestOutcome {
        let uploads = zip(sent, bodies).compactMap { candidate, body in
            candidate.prospect.type.map { type in
                Upload(type: type, fileName: DisplayName(candidate.key.path.name).lossy, body: body)
            }
        }
        let current = clients.current
        let (submitted, began) = (time.date, time.now)
        let answers: Result<[Result<Classification, APIError>], APIError>
        do throws(APIError) {
            if assignment.isBatch {
                answers = .success(try await current.client.classify(batch: uploads))
            } else {
                answers = .success([.success(try await current.client.classify(uploads[0]))])
            }
        } catch {
            answers = .failure(error)
        }
        return RequestOutcome(
            answers, for: sent, baseURL: current.baseURL, endpoint: assignment.endpoint, submitted: submitted,
            classified: time.date, took: time.now - began)
    }

    @Sendable private func post(_ answers: [(candidate: Candidate, answer: Answer)]) {
        for (id, answers) in Dictionary(grouping: answers, by: \.candidate.key.inbox) {
            inboxes[id]?.mailbox.post(
                answers.map { .answered($0.candidate.key, $0.candidate.submission, $0.answer) })
        }
    }

    /// Requests the account's permissions, after an endpoint was refused twice in a row (api.md, "Errors",
    /// 403).
    private func askPermission(for endpoint: Endpoint) async {
        do throws(APIError) {
            let status = try await clients.current.client.status()
            await dispatcher.learn(permitted: status.permits(endpoint), for: endpoint)
        } catch {
            await dispatcher.learn(permitted: nil, for: endpoint)
        }
    }
}
