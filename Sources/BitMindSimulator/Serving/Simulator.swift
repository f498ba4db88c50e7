internal import BitMindAPI
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Replaces the BitMind API on a TCP port: the same endpoints, limits and errors, verdicts derived from the
/// SHA-256 of the bytes, and faults on request.
///
/// Call ``stop()`` before it is released.
package final class Simulator: Sendable {
    /// The port that it listens on.
    package let port: Int
    /// Such as `http://127.0.0.1:8080`, without a trailing slash.
    package let baseURL: String

    private let core: SimulatorCore
    private let group: MultiThreadedEventLoopGroup
    private let host: String
    private let listener: Mutex<(any Channel)?>

    private init(
        core: SimulatorCore, group: MultiThreadedEventLoopGroup, host: String, port: Int,
        listener: any Channel
    ) {
        self.core = core
        self.group = group
        self.host = host
        self.port = port
        self.listener = Mutex(listener)
        baseURL = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Starts a simulator.
    ///
    /// - Parameters:
    ///   - behaviour: Its initial behaviour.
    ///   - host: The address to listen on.
    ///   - port: The port; 0: a free one.
    ///   - threads: The number of serving threads.
    ///   - clock: The time since 1970, for tokens, rate limit and time stamps (not for latencies).
    ///   - log: Called with each request when it ends, on a serving thread.
    /// - Throws: If the port is not available.
    package static func start(
        _ behaviour: SimulatorBehaviour = .init(), host: String = "127.0.0.1", port: Int = 0,
        threads: Int = 1,
        clock: @escaping @Sendable () -> Duration = systemTime,
        log: (@Sendable (RecordedRequest) -> Void)? = nil
    ) async throws -> Simulator {
        let core = SimulatorCore(behaviour, clock: clock, log: log)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        do {
            let listener = try await listen(core, group, host: host, port: port)
            let bound = listener.localAddress?.port ?? port
            return Simulator(core: core, group: group, host: host, port: bound, listener: listener)
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    /// The real time since 1970.
    package static let systemTime: @Sendable () -> Duration = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// The verdict for a file with this SHA-256 (hex).
    package static func verdict(forSHA256 digest: String) -> SimulatedVerdict {
        SimulatedVerdict(sha256: digest)
    }

    // MARK: Behaviour

    /// The current behaviour, with the remaining counts of its faults.
    package var behaviour: SimulatorBehaviour { core.with { $0.behaviour } }

    /// Changes the behaviour for all requests whose head arrives after this returns.
    package func behave(_ change: @Sendable (inout SimulatorBehaviour) -> Void) {
        core.with { $0.behave(change) }
    }

    /// Makes all issued tokens invalid.
    package func revokeTokens() { core.with { $0.revokeTokens() } }

    /// Closes the port and every connection: new ones are refused until ``acceptConnections()``.
    package func refuseConnections() async {
        if let listener = listener.withLock({ $0.take() }) {
            listener.close(promise: nil)
            _ = await listener.closeFuture.asResult()
        }
        await core.closeConnections()
    }

    /// Opens the port again.
    ///
    /// - Throws: If another process has taken it.
    package func acceptConnections() async throws {
        guard listener.withLock({ $0 == nil }) else { return }
        core.admitConnections()
        let again = try await Self.listen(core, group, host: host, port: port)
        listener.withLock { $0 = again }
    }

    /// Closes everything, and returns when none of its threads is left. A second call does nothing.
    package func stop() async {
        await refuseConnections()
        do {
            try await group.shutdownGracefully()
        } catch {
            // The only failure is that the threads have ended already.
        }
    }

    /// Runs `body` with a new simulator, which is always stopped afterwards.
    ///
    /// - Throws: The errors of `body`, or that no port is available.
    package static func with<Result>(
        _ behaviour: SimulatorBehaviour = .init(), clock: @escaping @Sendable () -> Duration = systemTime,
        _ body: (Simulator) async throws -> Result
    ) async throws -> Result {
        let simulator = try await start(behaviour, clock: clock)
        do {
            let result = try await body(simulator)
            await simulator.stop()
            return result
        } catch {
            await simulator.stop()
            throw error
        }
    }

    // MARK: The record

    /// The requests so far, in the order of their heads.
    package var requests: [RecordedRequest] { core.with { $0.record.requests } }
    /// The number of token requests.
    package var tokenRequests: Int { core.with { $0.record.counts[.token] ?? 0 } }
    /// Uploads in progress: from the head to the last byte of the answer.
    package var inFlight: Int { core.with { $0.record.inFlight } }
    /// The largest number of uploads in progress at once.
    package var maximumInFlight: Int { core.with { $0.record.maximumInFlight } }
    /// How often a file with each SHA-256 was completely received, answered or not.
    package var uploads: [String: Int] { core.with { $0.record.uploads } }

    /// How often a file with this SHA-256 (hex) was completely received, answered or not.
    package func uploads(of digest: String) -> Int { core.with { $0.record.uploads[digest] ?? 0 } }

    /// How often a file with this SHA-256 (hex) got a verdict, altered or not.
    package func verdicts(of digest: String) -> Int { core.with { $0.record.verdicts[digest] ?? 0 } }

    /// Clears the record, except requests in progress.
    package func clearRecord() { core.with { $0.record.clear() } }

    // MARK: Listening

    private static func listen(
        _ core: SimulatorCore, _ group: MultiThreadedEventLoopGroup, host: String, port: Int
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 65_536, maximum: 262_144)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let digest = SHA256Digest() else { throw ChannelError.operationUnsupported }
                    let handler = HTTPHandler(core: core, digest: digest, connection: core.register(channel))
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: host, port: port).get()
    }
}
