internal import Synchronization

/// Ends the requests whose body is stuck in a read: what a disk that hangs would hold for ever.
///
/// The thread of transfers can't: it hears of a request when there is something of its body to send.
final class BodyWatch: Sendable {
    private struct State {
        var bodies: [ObjectIdentifier: (order: TransferOrder, body: UploadBody)] = [:]
        var isWatching = false
    }

    private let state = Mutex(State())
    private let limit: Duration
    private let interval: Duration
    private let end: @Sendable (TransferOrder, TransportFailure) -> Void

    /// - Parameters:
    ///   - limit: how long one read may take.
    ///   - interval: how often that is looked at, while there are bodies.
    ///   - end: ends a request.
    init(
        limit: Duration, interval: Duration,
        end: @escaping @Sendable (TransferOrder, TransportFailure) -> Void
    ) {
        self.limit = limit
        self.interval = interval
        self.end = end
    }

    func add(_ order: TransferOrder, _ body: UploadBody) {
        let begins = state.withLock { state in
            state.bodies[ObjectIdentifier(order)] = (order, body)
            defer { state.isWatching = true }
            return !state.isWatching
        }
        if begins { Task { await watch() } }
    }

    func remove(_ order: TransferOrder) {
        state.withLock { $0.bodies[ObjectIdentifier(order)] = nil }
    }

    private func watch() async {
        while true {
            do { try await Task.sleep(for: interval) } catch { return }
            let now = ContinuousClock.now
            let bodies = state.withLock { state in
                state.isWatching = !state.bodies.isEmpty
                return Array(state.bodies.values)
            }
            if bodies.isEmpty { return }
            for (order, body) in bodies {
                guard let failure = body.abandon(after: limit, at: now) else { continue }
                end(order, TransportFailure(.bodyFailed, failure.message))
            }
        }
    }
}
