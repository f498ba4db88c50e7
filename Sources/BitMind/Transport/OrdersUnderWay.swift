internal import Glibc
internal import Synchronization

/// The current requests. The list allows all to be ended, and those whose body is stuck in a read, which may
/// last forever on a blocked disk. The sending thread cannot end such a request, because it is the thread
/// that is stuck.
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
    ///   - limit: the longest time of one read that libcurl requests.
    ///   - interval: how often to check, while there are requests.
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
        if isFirst, !WorkerThread.start(name: "bitmind-watch", watch) {
            // The next request tries again.
            state.withLock { $0.isWatched = false }
        }
    }

    func remove(_ order: TransferOrder) {
        state.withLock { $0.orders[ObjectIdentifier(order)] = nil }
    }

    /// Ends all current and later requests. From now on no thread waits long for a disk.
    func close() {
        let orders = state.withLock { state in
            state.isClosed = true
            return state.orders.values
        }
        // The callers are informed after all requests have ended. Otherwise the thread of one would continue
        // with the next.
        for tell in orders.map({ $0.ending(.failure(.shutDown)) }) { tell() }
    }

    private func watch() {
        while true {
            usleep(UInt32(interval / .microseconds(1)))
            let (orders, isClosed) = state.withLock { state in
                state.isWatched = !state.orders.isEmpty
                return (state.orders.values, state.isClosed)
            }
            let limit = isClosed ? min(limit, .seconds(1)) : limit
            if orders.isEmpty { return }
            let now = ContinuousClock.now
            for order in orders where order.endIfStuck(for: limit, at: now) {
                remove(order)
                onStuck()
            }
        }
    }
}
