import Synchronization
import TestSupport
import Testing

@testable import BitMindSimulator

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let time = Mutex(Duration.seconds(1_757_026_007))
    func now() -> Duration { time.withLock { $0 } }
    func advance(_ by: Duration) { time.withLock { $0 += by } }
}

@Suite(.holds(descriptors: 8)) struct AuthorityTests {
    private static let good = "grant_type=client_credentials&client_id=a%20b&client_secret=c%2Bd"

    private func status(_ simulator: Simulator, _ headers: [(name: String, value: String)]) throws -> Int {
        try simulator.ask(RawRequest("GET", "/status", headers)).status
    }

    @Test func `a token is good until it expires`() async throws {
        let clock = TestClock()
        let behaviour = SimulatorBehaviour { $0.tokenLifetime = .seconds(90) }
        try await Simulator.with(behaviour, clock: clock.now) { simulator throws in
            let bearer = (name: "Authorization", value: "Bearer \(try simulator.token())")
            clock.advance(.seconds(89))
            #expect(try status(simulator, [bearer]) == 200)
            clock.advance(.seconds(1))
            #expect(try status(simulator, [bearer]) == 401)
            #expect(simulator.tokenRequests == 1)
        }
    }

    @Test func `the token answer has the documented fields`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.tokenLifetime = .seconds(90) }) { simulator throws in
            let answer = try simulator.ask(Samples.token(Self.good))
            #expect(answer.body.hasPrefix(#"{"access_token": "token-"#))
            #expect(answer.body.hasSuffix(#""token_type": "Bearer", "expires_in": 90}"#))
        }
    }

    @Test func `only the configured credentials get a token`() async throws {
        let behaviour = SimulatorBehaviour {
            $0.clientID = "a b"
            $0.clientSecret = "c+d"
        }
        try await Simulator.with(behaviour) { simulator throws in
            #expect(try simulator.ask(Samples.token(Self.good)).status == 200)
            for (form, status) in [
                ("grant_type=client_credentials&client_id=a%20b&client_secret=wrong", 401),
                ("grant_type=client_credentials&client_id=wrong&client_secret=c%2Bd", 401),
                ("grant_type=client_credentials&client_id=a+b", 401),
                ("grant_type=password&client_id=a+b&client_secret=c%2Bd", 400),
                ("", 400),
            ] { #expect(try simulator.ask(Samples.token(form)).status == status, "\(form)") }
            simulator.behave { $0.clientSecret = "new" }
            #expect(try simulator.ask(Samples.token(Self.good)).status == 401)
        }
    }

    @Test func `revoked tokens, unknown ones and other schemes are refused with 401`() async throws {
        try await Simulator.with { simulator throws in
            let bearer = (name: "Authorization", value: "Bearer \(try simulator.token())")
            #expect(try status(simulator, [bearer]) == 200)
            simulator.revokeTokens()
            #expect(try status(simulator, [bearer]) == 401)
            for value in ["Bearer x", "Basic eDp5", "Bearer enterprise-", "Bearer KEY"] {
                #expect(try status(simulator, [("Authorization", value)]) == 401, "\(value)")
            }
            #expect(try status(simulator, []) == 401)
        }
    }

    @Test func `a token of a client certificate needs it in every call`() async throws {
        let behaviour = SimulatorBehaviour {
            $0.authentication = [.mtls]
            $0.clientCertificate = "Y2VydA=="
        }
        try await Simulator.with(behaviour) { simulator throws in
            let certificate = (name: "X-Client-Cert", value: "Y2VydA==")
            let form = "grant_type=client_credentials&client_id=a"
            #expect(try simulator.ask(Samples.token(form)).status == 401)
            #expect(try simulator.ask(Samples.token(Self.good)).status == 401)
            #expect(try simulator.ask(Samples.token(form, [("X-Client-Cert", "b3RoZXI=")])).status == 401)
            let answer = try simulator.ask(Samples.token(form, [certificate]))
            let token = String(answer.body.split(separator: "\"")[3])
            let bearer = (name: "Authorization", value: "Bearer \(token)")
            #expect(try status(simulator, [bearer, certificate]) == 200)
            #expect(try status(simulator, [bearer]) == 403)
            #expect(try status(simulator, [Samples.authorization]) == 401)
            #expect(simulator.requests.count { $0.authorization == .mtls } == 1)
        }
    }

    @Test func `an API key must be the configured one`() async throws {
        let behaviour = SimulatorBehaviour {
            $0.authentication = [.apiKey]
            $0.apiKey = "enterprise-1"
        }
        try await Simulator.with(behaviour) { simulator throws in
            #expect(try status(simulator, [("Authorization", "Bearer enterprise-1")]) == 200)
            #expect(try status(simulator, [("Authorization", "Bearer enterprise-2")]) == 401)
            #expect(try simulator.ask(Samples.token(Self.good)).status == 401)
        }
    }

    @Test func `a missing permission gives 403 without a wait`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.permissions = [.imageInference] }) {
            simulator throws in
            #expect(try simulator.ask(Samples.raw(Samples.jpeg())).status == 200)
            let answer = try simulator.ask(Samples.batch([Samples.jpeg()]))
            #expect(answer.status == 403)
            #expect(answer.headers["retry-after"] == nil)
            #expect(answer.body == #"{"error": "permission denied: batch_processing"}"#)
            let video = Samples.Part(name: "video", bytes: Samples.mp4)
            #expect(try simulator.ask(Samples.upload("/video", [video])).status == 403)
        }
    }
}
