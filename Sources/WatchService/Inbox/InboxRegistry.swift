import Synchronization
package import WatchCore

/// The inboxes that are served; they come and go with the configuration.
package final class InboxRegistry: Sendable {
    private struct State {
        var inboxes: [InboxID: Inbox] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())
    private let jobs: AsyncStream<Job>
    private let adder: AsyncStream<Job>.Continuation

    /// What `run` has done.
    private enum Job: Sendable {
        case serving(Inbox)
        case asking(@Sendable () async -> Void)
    }

    package init() {
        (jobs, adder) = AsyncStream.makeStream()
    }

    package subscript(_ id: InboxID) -> Inbox? { state.withLock { $0.inboxes[id] } }

    /// In the order in which they came.
    package var all: [Inbox] {
        state.withLock { $0.inboxes.values.sorted { $0.id.number < $1.id.number } }
    }

    /// A number that no inbox has had.
    package func nextID() -> InboxID {
        state.withLock { state in
            state.lastNumber += 1
            return InboxID(state.lastNumber)
        }
    }

    /// Has an inbox served.
    package func add(_ inbox: Inbox) {
        state.withLock { $0.inboxes[inbox.id] = inbox }
        adder.yield(.serving(inbox))
    }

    /// Has an inbox asked something while the caller goes on: one whose disk hangs may never answer.
    /// - Parameter question: asks, and deals with the answer; `run` waits for its end. It is dropped where `run` has
    ///   come to its end.
    func ask(_ question: @escaping @Sendable () async -> Void) {
        adder.yield(.asking(question))
    }

    /// Asks inboxes something, and waits a while for the answers: one whose disk hangs holds up nobody else.
    /// - Parameters:
    ///   - asked: those, which need not be served any more.
    ///   - patience: how long to wait for all.
    ///   - question: goes on after that where there is no answer yet.
    /// - Returns: the answers that came in time.
    func ask<Answer: Sendable>(
        _ asked: [Inbox], patience: Duration, _ time: any TimeSource,
        _ question: @escaping @Sendable (Inbox) async -> Answer
    ) async -> [InboxID: Answer] {
        let (answers, answer) = AsyncStream<(InboxID, Answer)>.makeStream()
        for inbox in asked {
            // No child of this task, which would wait for its end.
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

    /// Has no more inboxes come, nor questions, and those that are there end.
    package func close() {
        adder.finish()
        for inbox in all { inbox.stop() }
    }

    /// Serves inboxes, and has them asked, until `close()` was called and all have ended.
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
