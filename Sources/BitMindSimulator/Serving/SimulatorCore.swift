internal import NIOCore
internal import Synchronization

/// The state that all connections share.
final class SimulatorCore: Sendable {
    private let state: Mutex<SimulatorState>
    private let connections = Mutex(Connections())
    private let clock: @Sendable () -> Duration
    private let log: (@Sendable (RecordedRequest) -> Void)?

    private struct Connections {
        var count = 0
        /// Whether new connections are closed at once: one may be accepted while the port is being closed.
        var areRefused = false
        var open: [Int: any Channel] = [:]
    }

    init(
        _ behaviour: SimulatorBehaviour, clock: @escaping @Sendable () -> Duration,
        log: (@Sendable (RecordedRequest) -> Void)?
    ) {
        state = Mutex(SimulatorState(behaviour))
        self.clock = clock
        self.log = log
    }

    /// Since 1970.
    func now() -> Duration { clock() }

    func with<Result: Sendable>(_ body: (inout SimulatorState) -> Result) -> Result {
        state.withLock { state in body(&state) }
    }

    /// Keeps a new connection until it closes, and returns its number.
    func register(_ channel: any Channel) -> Int {
        let (number, isRefused) = connections.withLock { connections in
            connections.count += 1
            connections.open[connections.count] = channel
            return (connections.count, connections.areRefused)
        }
        if isRefused { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { [self] _ in
            connections.withLock { _ = $0.open.removeValue(forKey: number) }
        }
        return number
    }

    func admitConnections() { connections.withLock { $0.areRefused = false } }

    /// Closes all connections, and new ones until ``admitConnections()``.
    func closeConnections() async {
        let open = connections.withLock { connections in
            connections.areRefused = true
            return Array(connections.open.values)
        }
        for channel in open {
            channel.close(promise: nil)
            // If the client closed a connection first, the result is the same.
            _ = await channel.closeFuture.asResult()
        }
    }

    func report(_ request: @autoclosure () -> RecordedRequest) {
        log?(request())
    }
}

extension EventLoopFuture where Value == Void {
    /// Waits for the end, good or bad.
    func asResult() async -> Result<Void, any Error> {
        do {
            return .success(try await get())
        } catch {
            return .failure(error)
        }
    }
}
