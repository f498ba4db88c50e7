import BitMind
import TestSupport
import Testing

/// Each row of the API's table of errors, by its name, as far as a single request can show it.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 10))
struct ErrorTableTests {
    private func error(_ reply: Reply, _ upload: Upload = .jpeg()) async throws -> (APIError?, ScriptedServer)
    {
        let server = try ScriptedServer(answering: { _ in reply })
        return (await (try BitMindClient.of(server)).failure(upload), server)
    }

    @Test(arguments: [400, 422])
    func `400, 422: the input is bad, with the server's words`(status: Int) async throws {
        let (error, server) = try await error(Reply(status: status, body: #"{"error": "not\nan image"}"#))
        #expect(error?.kind == .rejected && error?.blame == .file && error?.status == status)
        #expect(error?.message == "not an image" && server.requests.count == 1)
    }

    @Test func `415: once more as multipart, then what was accepted`() async throws {
        let server = try ScriptedServer(answering: { request in
            request.headers["content-type"]?.hasPrefix("multipart/") == true ? .verdict : Reply(status: 415)
        })
        let client = try BitMindClient.of(server)
        #expect(try await client.classify(.jpeg([1, 2], name: "a.jpg")).verdict.isAI)
        #expect(try await client.classify(.jpeg()).verdict.isAI)
        #expect(server.requests.count == 3)
        let parts = try #require(MultipartParts(server.requests[1]))
        #expect(parts.bodies == [[1, 2]] && parts.heads[0].contains(#"name="image"; filename="a.jpg""#))
    }

    @Test func `415 in both forms: the service's fault at first, the file's once others were accepted`()
        async throws
    {
        let server = try ScriptedServer(answering: { request in
            request.body.contains(77) ? Reply(status: 415, body: "odd") : .verdict
        })
        let client = try BitMindClient.of(server)
        let odd = Upload.jpeg([0, 1, 77], name: "x.jpg")
        let first = await client.failure(odd)
        #expect(first?.kind == .unsupportedForm && first?.blame == .service)
        _ = try await client.classify(.jpeg([1]))
        let second = await client.failure(odd)
        #expect(second?.kind == .unsupportedForm && second?.blame == .file && second?.message == "odd")
        #expect(server.requests.count == 5)
    }

    @Test func `401: refused again with a new token, the account's fault`() async throws {
        let server = try ScriptedServer(answering: { $0.path == "/image" ? Reply(status: 401) : .token })
        let error = await (try BitMindClient.of(server, credentials: FixedCredentials.oauth)).failure(.jpeg())
        #expect(error?.kind == .credentialsRefused && error?.blame == .account && error?.endpoint == .image)
        #expect(server.requests.map(\.path) == ["/v1/oauth/token", "/image", "/v1/oauth/token", "/image"])
    }

    @Test func `403: rate limited with Retry-After, else forbidden at its endpoint`() async throws {
        let limited = try await error(Reply(status: 403, headers: [("Retry-After", "9")])).0
        #expect(limited?.kind == .rateLimited && limited?.retryAfter == .seconds(9))
        let forbidden = try await error(Reply(status: 403)).0
        #expect(
            forbidden?.kind == .forbidden && forbidden?.blame == .account && forbidden?.endpoint == .image)
    }

    @Test func `413: too large, the file's fault`() async throws {
        let (error, _) = try await error(Reply(status: 413, body: #"{"detail": "max 100 MB"}"#))
        #expect(error?.kind == .tooLarge && error?.blame == .file && error?.message == "max 100 MB")
    }

    @Test(arguments: [(413, APIError.Kind.tooLarge), (400, .rejected), (422, .rejected)])
    func `413, 400, 422: of a batch, said of one of its files`(status: Int, kind: APIError.Kind) async throws
    {
        let server = try ScriptedServer(answering: { _ in Reply(status: status) })
        let client = try BitMindClient.of(server)
        let error = await #expect(throws: APIError.self) {
            try await client.classify(batch: [.jpeg(), .jpeg()])
        }
        #expect(error?.kind == kind && error?.blame == .file && error?.endpoint == .batchImage)
    }

    @Test(arguments: ["30", "Wed, 21 Oct 2015 07:28:30 GMT"])
    func `429: rate limited, with Retry-After in both forms`(retryAfter: String) async throws {
        let headers = [("Date", "Wed, 21 Oct 2015 07:28:00 GMT"), ("Retry-After", retryAfter)]
        let (error, _) = try await error(Reply(status: 429, headers: headers))
        #expect(error?.kind == .rateLimited && error?.blame == .account && error?.retryAfter == .seconds(30))
        #expect(try await self.error(Reply(status: 429)).0?.retryAfter == nil)
    }

    @Test(arguments: [500, 502, 503, 504])
    func `5xx: the service's fault, and it may have been paid for`(status: Int) async throws {
        let (error, server) = try await error(Reply(status: status, body: "<html>oops</html>"))
        #expect(error?.kind == .serverFailure && error?.blame == .service && error?.status == status)
        #expect(error?.message == "answered with a web page: oops" && error?.mayHaveBeenProcessed == true)
        #expect(server.requests.count == 1)
    }

    @Test(arguments: ["", "null", "[]", "<html></html>", #"{"isAI": "yes", "confidence": 0.9}"#])
    func `an answer that is not the documented JSON: the service's fault`(body: String) async throws {
        let (error, _) = try await error(Reply(body: body))
        #expect(error?.kind == .notAVerdict && error?.blame == .service)
    }

    @Test func `time-out: the service's fault, and it may have been paid for`() async throws {
        let ended = Latch()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            ended.wait()
        }
        defer { ended.open() }
        let client = try BitMindClient.of(server) { $0.requestTimeout = .milliseconds(200) }
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .noProgress && error?.blame == .service && error?.mayHaveBeenProcessed == true)
    }

    @Test func `reset: the service's fault, and it may have been paid for`() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.reset()
        }
        let error = await (try BitMindClient.of(server)).failure(.jpeg())
        #expect(error?.kind == .unreachable && error?.blame == .service)
        #expect(error?.mayHaveBeenProcessed == true && server.requests.count == 1)
    }

    @Test func `TLS failure: the service's fault, and certainly cost nothing`() async throws {
        let server = try ScriptedServer { connection in
            connection.fill()
            connection.send(Array("this is no TLS".utf8))
        }
        let client = try BitMindClient.of(server) { $0.baseURL = "https://127.0.0.1:\(server.port)" }
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .unreachable && error?.blame == .service)
        #expect(error?.mayHaveBeenProcessed == false && server.requests.isEmpty)
    }

    @Test func `DNS failure: the service's fault, and certainly cost nothing`() async throws {
        let client = try BitMindClient(
            configuration: .init(baseURL: "http://api.invalid"),
            credentials: FixedCredentials(.apiKey(Secret("enterprise-1"))))
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .unreachable && error?.mayHaveBeenProcessed == false)
        #expect(error?.message.contains("api.invalid") == true)
    }

    @Test func `the token endpoint down: the service's fault, not the account's`() async throws {
        let server = try ScriptedServer(answering: { _ in Reply(status: 503) })
        let error = await (try BitMindClient.of(server, credentials: FixedCredentials.oauth)).failure(.jpeg())
        #expect(error?.kind == .serverFailure && error?.endpoint == .token)
    }
}
