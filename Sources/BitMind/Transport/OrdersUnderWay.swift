internal import Glibc
internal import Synchronization

/// The requests that were asked for and are not over: so that all can be ended, and those whose body is stuck in a
/// read, which a disk that hangs would hold for ever. The thread that sends one can't end it, for it is that thread
/// that hangs.
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
    ///   - limit: how long it may take to read what libcurl asks for at a time.
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
        if isFirst, !WorkerThread.start(name: "bitmind-watch", watch) {
            // The next one tries again.
            state.withLock { $0.isWatched = false }
        }
    }

    func remove(_ order: TransferOrder) {
        state.withLock { $0.orders[ObjectIdentifier(order)] = nil }
    }

    /// Ends all, and whatever comes after. Nobody waits long for a disk from now on.
    func close() {
        let orders = state.withLock { state in
            state.isClosed = true
            return state.orders.values
        }
        // None is told before all have ended, for the thread of one would go on with the next.
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
