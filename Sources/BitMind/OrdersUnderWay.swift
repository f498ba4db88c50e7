internal import Synchronization

/// The requests that have not ended yet, so that all can be ended, and one whose body is stuck in a read: what a
/// disk that hangs would hold for ever. The thread that sends it can't, for it is the one that hangs.
final class OrdersUnderWay: Sendable {
    private struct State {
        var orders: [ObjectIdentifier: TransferOrder] = [:]
        var isWatched = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Duration
    private let interval: Duration
    private let onStuck: @Sendable () -> Void

    /// - Parameters:
    ///   - limit: how long one read may take.
    ///   - interval: how often that is looked at, while there are requests.
    ///   - onStuck: called for each thread that is stuck in a read.
    init(limit: Duration, interval: Duration, onStuck: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.interval = interval
        self.onStuck = onStuck
    }

    func add(_ order: TransferOrder) {
        let (isClosed, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (true, false) }
            state.orders[ObjectIdentifier(order)] = order
            defer { state.isWatched = true }
            return (false, !state.isWatched)
        }
        if isClosed { order.end(.failure(.shutDown)) }
        if isFirst { Task { await watch() } }
    }

    func remove(_ order: TransferOrder) {
        state.withLock { $0.orders[ObjectIdentifier(order)] = nil }
    }

    /// Ends all, and whatever comes after.
    func close() {
        let orders = state.withLock { state in
            state.isClosed = true
            return state.orders.values
        }
        for order in orders {
            order.end(.failure(.shutDown))
            // Nobody waits for a disk any more.
            if order.endIfStuck(for: .zero, at: .now) { onStuck() }
        }
    }

    private func watch() async {
        while true {
            do { try await Task.sleep(for: interval) } catch { return }
            let orders = state.withLock { state in
                state.isWatched = !state.orders.isEmpty
                return state.orders.values
            }
            if orders.isEmpty { return }
            let now = ContinuousClock.now
            for order in orders where order.endIfStuck(for: limit, at: now) { onStuck() }
        }
    }
}
