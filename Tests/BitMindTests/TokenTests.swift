import Synchronization
import TestSupport
import Testing

@testable import BitMind

@Suite(.timeLimit(.minutes(3)))
struct TokenTests {
    @Test(.holds(descriptors: 340))
    func `256 callers make one token request`() async throws {
        let server = try ScriptedServer(answering: { $0.path == "/v1/oauth/token" ? .token : .verdict })
        let client = try BitMindClient.of(server, credentials: FixedCredentials.oauth) {
            $0.maximumConnections = 64
        }
        let verdicts = await withTaskGroup { group in
            for _ in 0..<256 { group.addTask { await client.failure(.jpeg()) == nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(verdicts == 256)
        let tokens = server.requests(to: "/v1/oauth/token")
        #expect(tokens.count == 1)
        let credentials = "client_id=the-client&client_secret=s3cret%2F%2B%26%3D%20%C3%BC"
        #expect(
            String(decoding: tokens[0].body, as: UTF8.self) == "grant_type=client_credentials&" + credentials)
        #expect(tokens[0].headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(server.requests(to: "/image").allSatisfy { $0.headers["authorization"] == "Bearer token-1" })
    }

    @Test func `credentials are read while files hang`() async throws {
        let (hangs, disk, back) = (Counter(), Latch(), Counter())
        defer { disk.open() }
        let server = try ScriptedServer(answering: { _ in .token })
        let client = try BitMindClient.of(server, credentials: FixedCredentials.oauth) {
            $0.maximumConnections = 1
        }
        let stuck = Task { [transport = client.transport] in
            await transport.offload {
                hangs.next()
                disk.wait()
                back.next()
            }
        }
        try await wait(until: "a reader hangs") { hangs.value == 1 }
        try await client.authenticate()
        #expect(back.value == 0)
        disk.open()
        await stuck.value
    }

    @Test(.holds(descriptors: 180))
    func `a refused token is replaced once, for all who held it`() async throws {
        let issued = Counter()
        let server = try ScriptedServer(answering: { request in
            if request.path == "/v1/oauth/token" {
                return .token("token-\(issued.next())")
            }
            return request.headers["authorization"] == "Bearer token-1" ? Reply(status: 401) : .verdict
        })
        let client = try BitMindClient.of(server, credentials: FixedCredentials.oauth) {
            $0.maximumConnections = 32
        }
        await withTaskGroup { group in
            for _ in 0..<32 { group.addTask { #expect(await client.failure(.jpeg()) == nil) } }
        }
        #expect(issued.value == 2)
    }

    @Test func `refused again with a fresh token, it is the account's fault`() async throws {
        let server = try ScriptedServer(answering: {
            $0.path == "/v1/oauth/token" ? .token : Reply(status: 401, body: #"{"error": "no, token-1!"}"#)
        })
        let credentials = FixedCredentials.oauth
        let client = try BitMindClient.of(server, credentials: credentials)
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .credentialsRefused && error?.blame == .account)
        #expect(error?.message == "no, redacted!")
        #expect(server.requests(to: "/image").count == 2)
        #expect(credentials.readCount == 2)
    }

    @Test func `a rotated key is read again after a refusal, an unchanged one not sent again`() async throws {
        let server = try ScriptedServer(answering: {
            $0.headers["authorization"] == "Bearer enterprise-new" ? .verdict : Reply(status: 401)
        })
        let credentials = FixedCredentials(.apiKey(Secret("enterprise-old")))
        let client = try BitMindClient.of(server, credentials: credentials)
        #expect(await client.failure(.jpeg())?.kind == .credentialsRefused)
        #expect(server.requests.count == 1)
        credentials.set(.apiKey(Secret("enterprise-new")))
        #expect(await client.failure(.jpeg()) == nil)
        #expect(server.requests.count == 3)
    }

    @Test func `mTLS sends the certificate with the token request and with every call`() async throws {
        let server = try ScriptedServer(answering: { $0.path == "/v1/oauth/token" ? .token : .verdict })
        let certificate = "-----BEGIN CERTIFICATE-----\nMII\n"
        let credentials = FixedCredentials(.mtls(clientID: Secret("c"), certificate: Secret(certificate)))
        let client = try BitMindClient.of(server, credentials: credentials)
        #expect(await client.failure(.jpeg()) == nil)
        let expected = AuthorizationRequest.base64(Array(certificate.utf8))
        #expect(server.requests.map { $0.headers["x-client-cert"] } == [expected, expected])
        #expect(
            String(decoding: server.requests[0].body, as: UTF8.self)
                == "grant_type=client_credentials&client_id=c")
        #expect(server.requests[1].headers["authorization"] == "Bearer token-1")
    }

    @Test func `the secret shows in no error, even where the server repeats it`() async throws {
        let server = try ScriptedServer(answering: { _ in
            Reply(status: 400, body: #"{"error_description": "client_secret s3cret/+&= ü is wrong"}"#)
        })
        let client = try BitMindClient.of(server, credentials: FixedCredentials.oauth)
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .credentialsRefused)
        #expect(error?.message == "client_secret redacted is wrong")
        let credentials = try #require(FixedCredentials.oauth.credentials())
        let shown = [
            "\(credentials)", String(reflecting: credentials), "\(Mirror(reflecting: credentials).children)",
        ]
        for text in shown { #expect(!text.contains("s3cret") && !text.contains("the-client")) }
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(dumped.contains("redacted") && !dumped.contains("s3cret"))
    }

    @Test func `missing credentials and a key that fits no header are said so`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        for credentials in [nil, Credentials.apiKey(Secret("enterprise-\r\nX-Evil: 1"))] {
            let client = try BitMindClient.of(server, credentials: FixedCredentials(credentials))
            #expect(await client.failure(.jpeg())?.kind == .missingCredentials)
        }
        #expect(server.connectionCount == 0)
    }

    @Test func `a cancelled caller leaves the renewal to the next`() async throws {
        let release = Latch()
        let asked = Counter()
        let server = try ScriptedServer(answering: { request in
            guard request.path == "/v1/oauth/token" else { return .verdict }
            if asked.next() == 1 {
                release.wait()
            }
            return .token
        })
        let client = try BitMindClient.of(server, credentials: FixedCredentials.oauth)
        let first = Task { await client.failure(.jpeg()) }
        #expect(try await eventually { asked.value == 1 })
        let second = Task { await client.failure(.jpeg()) }
        let third = Task { await client.failure(.jpeg()) }
        third.cancel()
        #expect(await third.value?.kind == .cancelled)
        first.cancel()
        #expect(await first.value?.kind == .cancelled)
        #expect(await second.value == nil)
        release.open()
        #expect(asked.value == 2)
    }

    @Test func `tokens are renewed 60 s before their end, short-lived ones at half their life`() {
        let table: [(Duration, Duration)] = [
            (.seconds(3_600), .seconds(3_540)), (.seconds(120), .seconds(60)),
            (.seconds(119), .seconds(59.5)),
            (.seconds(10), .seconds(5)), (.seconds(1), .seconds(0.5)),
        ]
        for (lifetime, renewal) in table {
            var state = TokenState()
            let start = ContinuousClock.now
            guard case .renew(let epoch) = state.next(at: start) else { return #expect(Bool(false)) }
            let authorization = Authorization(serial: 1, headers: [], lifetime: lifetime)
            state.renewed(authorization, requested: start, epoch: epoch)
            #expect(state.next(at: start + renewal - .milliseconds(1)).isUse)
            #expect(!state.next(at: start + renewal).isUse)
        }
    }

    @Test func `a token asked for with old credentials is not kept`() {
        var state = TokenState()
        let now = ContinuousClock.now
        guard case .renew(let epoch) = state.next(at: now) else { return #expect(Bool(false)) }
        state.forget()
        state.renewed(Authorization(serial: 1, headers: [], lifetime: nil), requested: now, epoch: epoch)
        #expect(!state.next(at: now).isUse)
    }
}

extension TokenState.Step {
    fileprivate var isUse: Bool {
        if case .use = self { true } else { false }
    }
}
