import BitMind
import BitMindAPI
import BitMindSimulator
import Synchronization
import TestSupport
import Testing

/// What depends on both sides together: the client, and a server that knows the tokens it issued.
@Suite("Against the simulated API", .holds(descriptors: 8))
struct SimulatedAPITests {
    /// The first bytes of an image are enough for the simulator.
    static let image = Upload.jpeg([0xFF, 0xD8, 0xFF, 0xD9])

    /// Runs `body` with a new client for a simulator.
    func with(
        _ credentials: Credentials?, _ behaviour: SimulatorBehaviour = .init(),
        _ body: (BitMindClient, Simulator) async throws -> Void
    ) async throws {
        try await Simulator.with(behaviour) { simulator in
            let client = try BitMindClient(
                configuration: BitMindClient.Configuration(baseURL: simulator.baseURL),
                credentials: FixedCredentials(credentials))
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(client, simulator))
            } catch {
                result = .failure(error)
            }
            await client.shutdown()
            try result.get()
        }
    }

    static let ways: [(Credentials, RecordedAuthorization)] = [
        (.oauth(clientID: Secret("c"), secret: Secret("s")), .token),
        (.mtls(clientID: Secret("c"), certificate: Secret("-----BEGIN CERTIFICATE-----\nAA==\n")), .mtls),
        (.apiKey(Secret("enterprise-key")), .apiKey),
    ]

    @Test(arguments: ways)
    func `each way to authenticate is taken where it is the only one`(
        credentials: Credentials, shown: RecordedAuthorization
    ) async throws {
        let method: BitMindSimulator.AuthenticationMethod =
            switch credentials {
            case .oauth: .oauth
            case .mtls: .mtls
            case .apiKey: .apiKey
            }
        try await with(credentials, SimulatorBehaviour { $0.authentication = [method] }) {
            client, simulator in
            _ = try await client.classify(Self.image)
            let uploads = simulator.requests.filter { $0.endpoint == .image }
            #expect(uploads.map(\.authorization) == [shown])
            #expect(simulator.tokenRequests == (shown == .apiKey ? 0 : 1))
        }
    }

    @Test func `an API key without its prefix is refused`() async throws {
        try await with(.apiKey(Secret("key"))) { client, _ in
            let error = await #expect(throws: APIError.self) { try await client.classify(Self.image) }
            #expect(error?.kind == .credentialsRefused)
        }
    }

    @Test func `a token that the API has forgotten costs one refusal and one renewal`() async throws {
        try await with(Self.ways[0].0) { client, simulator in
            _ = try await client.classify(Self.image)
            simulator.revokeTokens()
            _ = try await client.classify(Self.image)
            _ = try await client.classify(Self.image)
            let uploads = simulator.requests.filter { $0.endpoint == .image }
            #expect(uploads.map(\.status) == [200, 401, 200, 200])
            #expect(simulator.tokenRequests == 2)
        }
    }

    /// How long a token lives, how long it is used, and when it has been renewed.
    static let lives: [(Duration, Duration, Duration)] = [
        (.seconds(3_600), .seconds(3_539), .seconds(3_540)),
        (.seconds(120), .seconds(59), .seconds(60)),
        (.seconds(100), .seconds(49), .seconds(50)),
        (.seconds(10), .seconds(4), .seconds(5)),
    ]

    @Test(arguments: lives)
    func `a token is renewed before it expires, by one of all who need it, and none is sent that has expired`(
        life: Duration, used: Duration, renewed: Duration
    ) async throws {
        let clock = ManualClock()
        let behaviour = SimulatorBehaviour { $0.tokenLifetime = life }
        try await Simulator.with(behaviour, clock: clock.reading) { simulator in
            let client = try BitMindClient(
                configuration: BitMindClient.Configuration(baseURL: simulator.baseURL),
                credentials: FixedCredentials(Self.ways[0].0), now: { clock.now })
            for round in 1...3 {
                clock.advance(to: renewed * (round - 1))
                await withTaskGroup { group in
                    for _ in 0..<8 { group.addTask { #expect(await client.failure(Self.image) == nil) } }
                }
                #expect(simulator.tokenRequests == round)
                clock.advance(to: renewed * (round - 1) + used)
                #expect(await client.failure(Self.image) == nil)
                #expect(simulator.tokenRequests == round)
            }
            // After a long rest it has expired, which is known.
            clock.advance(to: life * 100)
            #expect(await client.failure(Self.image) == nil)
            #expect(simulator.tokenRequests == 4)
            #expect(simulator.requests.allSatisfy { $0.status == 200 })
            await client.shutdown()
        }
    }

    @Test func `where only multipart is taken, one request finds it out`() async throws {
        try await with(Self.ways[0].0, SimulatorBehaviour { $0.imageForm = .multipart }) {
            client, simulator in
            for _ in 0..<3 { _ = try await client.classify(Self.image) }
            let uploads = simulator.requests.filter { $0.endpoint == .image }
            #expect(uploads.map(\.status) == [415, 200, 200, 200])
        }
    }

    /// How the API says 403, and what the client makes of it.
    static let refusals: [(String, @Sendable (inout SimulatorBehaviour) -> Void, APIError.Kind)] = [
        ("no permission", { $0.permissions = [] }, .forbidden),
        (
            "throttled",
            {
                $0.faults = [FaultRule(.rateLimited)]
                $0.rateLimitStatus = 403
                $0.retryAfter = .seconds(7)
            }, .rateLimited
        ),
    ]

    @Test(arguments: refusals)
    func `403 is a missing permission, or a limit where it says for how long`(
        name: String, change: @Sendable (inout SimulatorBehaviour) -> Void, kind: APIError.Kind
    ) async throws {
        for form in [BitMindSimulator.RetryAfterForm.seconds, .date] {
            let behaviour = SimulatorBehaviour {
                change(&$0)
                $0.retryAfterForm = form
            }
            try await with(Self.ways[0].0, behaviour) { client, _ in
                let error = await #expect(throws: APIError.self) { try await client.classify(Self.image) }
                #expect(error?.kind == kind && error?.status == 403)
                guard kind == .rateLimited else { return }
                let wait = try #require(error?.retryAfter)
                #expect((.seconds(5)...(.seconds(8))).contains(wait), "a date has whole seconds")
            }
        }
    }
}

/// A clock that a test sets.
private final class ManualClock: Sendable {
    private let start = ContinuousClock.now
    private let passed = Mutex(Duration.zero)

    var elapsed: Duration { passed.withLock { $0 } }
    var now: ContinuousClock.Instant { start + elapsed }
    /// How the simulator reads it.
    var reading: @Sendable () -> Duration { { self.elapsed } }

    func advance(to time: Duration) { passed.withLock { $0 = time } }
}
