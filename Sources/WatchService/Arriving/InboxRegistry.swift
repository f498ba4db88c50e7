import Synchronization
package import WatchCore

/// The inboxes that are served; they come and go with the configuration.
package final class InboxRegistry: Sendable {
    private struct State {
        var inboxes: [InboxID: Inbox] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())
    private let added: AsyncStream<Inbox>
    private let adder: AsyncStream<Inbox>.Continuation

    package init() {
        (added, adder) = AsyncStream.makeStream()
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

    /// Has an inbox served that was started.
    package func add(_ inbox: Inbox) {
        state.withLock { $0.inboxes[inbox.id] = inbox }
        adder.yield(inbox)
    }

    /// Has no more inboxes come, and those that are there end.
    package func close() {
        adder.finish()
        for inbox in all { inbox.stop() }
    }

    /// Serves inboxes until `close()` was called and all have ended.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await inbox in added {
                group.addTask {
                    await inbox.run()
                    self.state.withLock { $0.inboxes[inbox.id] = nil }
                }
            }
        }
    }
}
