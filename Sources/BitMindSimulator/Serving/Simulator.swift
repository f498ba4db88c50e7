internal import BitMindAPI
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Stands in for the BitMind API on a TCP port: the same endpoints, limits and errors, verdicts derived from
/// the SHA-256 of the bytes, and faults as told.
///
/// It must be stopped with ``stop()`` before it is let go of.
package final class Simulator: Sendable {
    /// The port that it listens on.
    package let port: Int
    /// Such as `http://127.0.0.1:8080`, without a slash at its end.
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

    /// Starts one.
    ///
    /// - Parameters:
    ///   - behaviour: What it is like to begin with.
    ///   - host: The address to listen on.
    ///   - port: The port; 0: a free one.
    ///   - threads: How many threads serve.
    ///   - clock: The time since 1970, on which tokens, rate limit and time stamps go (latencies do not).
    ///   - log: Told each request when it ends, on a serving thread.
    /// - Throws: Where the port cannot be had.
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

    /// The verdict that a file with this SHA-256 (hex) gets.
    package static func verdict(forSHA256 digest: String) -> SimulatedVerdict {
        SimulatedVerdict(sha256: digest)
    }

    // MARK: Behaviour

    /// What holds now; the occasions of faults are counted down in it.
    package var behaviour: SimulatorBehaviour { core.with { $0.behaviour } }

    /// Changes the behaviour for all requests whose head comes after this returns.
    package func behave(_ change: @Sendable (inout SimulatorBehaviour) -> Void) {
        core.with { $0.behave(change) }
    }

    /// Makes every token given so far invalid.
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
    /// - Throws: Where another has taken it meanwhile.
    package func acceptConnections() async throws {
        guard listener.withLock({ $0 == nil }) else { return }
        core.admitConnections()
        let again = try await Self.listen(core, group, host: host, port: port)
        listener.withLock { $0 = again }
    }

    /// Closes everything, and returns when no thread of it is left; a second time it does nothing.
    package func stop() async {
        await refuseConnections()
        do {
            try await group.shutdownGracefully()
        } catch {
            // The only failure is that the threads have ended already.
        }
    }

    /// Runs `body` with a simulator of its own, stopped afterwards in any case.
    ///
    /// - Throws: What `body` throws, or that no port can be had.
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
    /// How many token requests came.
    package var tokenRequests: Int { core.with { $0.record.counts[.token] ?? 0 } }
    /// Uploads under way: from head to the last byte of the answer.
    package var inFlight: Int { core.with { $0.record.inFlight } }
    /// The most uploads that were under way at once.
    package var maximumInFlight: Int { core.with { $0.record.maximumInFlight } }
    /// How often a file with each SHA-256 came whole, answered or not.
    package var uploads: [String: Int] { core.with { $0.record.uploads } }

    /// How often a file with this SHA-256 (hex) came whole, answered or not.
    package func uploads(of digest: String) -> Int { core.with { $0.record.uploads[digest] ?? 0 } }

    /// How often a file with this SHA-256 (hex) got a verdict, spoilt or not.
    package func verdicts(of digest: String) -> Int { core.with { $0.record.verdicts[digest] ?? 0 } }

    /// Forgets the record, but not what is under way.
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
