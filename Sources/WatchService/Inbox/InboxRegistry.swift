import Synchronization
package import WatchCore

/// The served inboxes. They are added and removed with the configuration.
package final class InboxRegistry: Sendable {
    private struct State {
        var inboxes: [InboxID: Inbox] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())
    private let jobs: AsyncStream<Job>
    private let adder: AsyncStream<Job>.Continuation

    /// Work that `run` has to start.
    private enum Job: Sendable {
        case serving(Inbox)
        case asking(@Sendable () async -> Void)
    }

    package init() {
        (jobs, adder) = AsyncStream.makeStream()
    }

    package subscript(_ id: InboxID) -> Inbox? { state.withLock { $0.inboxes[id] } }

    /// In the order in which they were added.
    package var all: [Inbox] {
        state.withLock { $0.inboxes.values.sorted { $0.id.number < $1.id.number } }
    }

    /// A number that no earlier inbox had.
    package func nextID() -> InboxID {
        state.withLock { state in
            state.lastNumber += 1
            return InboxID(state.lastNumber)
        }
    }

    /// Adds an inbox to serve.
    package func add(_ inbox: Inbox) {
        state.withLock { $0.inboxes[inbox.id] = inbox }
        adder.yield(.serving(inbox))
    }

    /// Asks an inbox while the caller continues, because an inbox whose disk does not complete a call may
    /// never answer.
    /// - Parameter question: asks the inbox and uses the answer. `run` waits for its end. It is dropped if
    ///   `run` has ended.
    func ask(_ question: @escaping @Sendable () async -> Void) {
        adder.yield(.asking(question))
    }

    /// Asks inboxes, and waits a limited time for the answers, so that one blocked disk does not delay the
    /// others.
    /// - Parameters:
    ///   - asked: the inboxes; they need not be served any more.
    ///   - patience: the longest wait for all answers.
    ///   - question: continues after that if there is no answer yet.
    /// - Returns: the answers that arrived in time.
    func ask<Answer: Sendable>(
        _ asked: [Inbox], patience: Duration, _ time: any TimeSource,
        _ question: @escaping @Sendable (Inbox) async -> Answer
    ) async -> [InboxID: Answer] {
        let (answers, answer) = AsyncStream<(InboxID, Answer)>.makeStream()
        for inbox in asked {
            // Not a child of this task, which would have to wait for its end.
            ask { answer.yield((inbox.id, await question(inbox))) }
        }
        return await withTaskGroup(of: Void.self) { group in
            let deadline = time.now + patience
            group.addTask {
                await time.sleep(until: deadline)
                answer.finish()
            }
            var collected: [InboxID: Answer] = [:]
            var iterator = answers.makeAsyncIterator()
            while collected.count < asked.count, let (id, answer) = await iterator.next() {
                collected[id] = answer
            }
            group.cancelAll()
            return collected
        }
    }

    /// Accepts no more inboxes and questions. Those that exist end.
    package func close() {
        adder.finish()
        for inbox in all { inbox.stop() }
    }

    /// Serves inboxes, and runs questions, until `close()` was called and all have ended.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                group.addTask {
                    switch job {
                    case .serving(let inbox):
                        await inbox.run()
                        self.state.withLock { $0.inboxes[inbox.id] = nil }
                    case .asking(let question): await question()
                    }
                }
            }
        }
    }
}
