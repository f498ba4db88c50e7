import BitMind
import TestSupport
import Testing

/// Each row of the API's table of endpoints, by its name.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 10))
struct EndpointTableTests {
    @Test func `POST /v1/oauth/token`() async throws {
        let server = try ScriptedServer(answering: { _ in .token })
        let client = try BitMindClient.of(server, credentials: FixedCredentials.oauth)
        try await client.authenticate()
        try await client.authenticate()
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request.method == "POST" && request.path == "/v1/oauth/token")
        #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(request.headers["authorization"] == nil)
    }

    @Test func `GET /health`() async throws {
        let text = #"{"status":"healthy","timestamp":1757026007.64969}"#
        let server = try ScriptedServer(answering: { _ in Reply(body: text) })
        let client = try BitMindClient.of(server, credentials: FixedCredentials(nil))
        #expect(try await client.health().text() == text)
        let request = try #require(server.requests.first)
        #expect(
            request.method == "GET" && request.path == "/health" && request.headers["authorization"] == nil)
    }

    @Test func `GET /status`() async throws {
        let text = #"{"client":{"permissions":["image_inference","video_inference","batch_processing"]}}"#
        let server = try ScriptedServer(answering: { $0.path == "/status" ? Reply(body: text) : .token })
        let client = try BitMindClient.of(server, credentials: FixedCredentials.oauth)
        let status = try await client.status()
        #expect(status.permits(.batchVideo) == true && status.response.text() == text)
        #expect(server.requests.last?.headers["authorization"] == "Bearer token-1")
    }

    @Test(arguments: MediaType.allCases.filter { $0.kind == .image })
    func `POST /image`(type: MediaType) async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let result = try await client.classify(Upload(type: type, fileName: "x", body: BytesBody([1, 2, 3])))
        #expect(result.endpoint == .image)
        let request = try #require(server.requests.first)
        #expect(request.path == "/image" && request.headers["content-type"] == type.contentType)
        #expect(request.body == [1, 2, 3])
    }

    @Test func `POST /image, in the newer form: one part named image`() async throws {
        let server = try ScriptedServer(answering: { request in
            MultipartParts(request) == nil ? Reply(status: 415) : .verdict
        })
        let client = try BitMindClient.of(server)
        _ = try await client.classify(.jpeg([1, 2, 3]))
        let parts = try #require(server.requests.last.flatMap(MultipartParts.init))
        #expect(parts.bodies == [[1, 2, 3]] && parts.heads[0].contains(#"name="image""#))
        #expect(parts.heads[0].contains("Content-Type: image/jpeg"))
    }

    @Test(arguments: MediaType.allCases.filter { $0.kind == .video })
    func `POST /video`(type: MediaType) async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let result = try await client.classify(
            Upload(type: type, fileName: "clip", body: BytesBody([1, 2, 3])))
        #expect(result.endpoint == .video)
        let request = try #require(server.requests.first)
        let parts = try #require(MultipartParts(request))
        #expect(request.path == "/video" && parts.bodies == [[1, 2, 3]])
        #expect(parts.heads[0].contains(#"name="video"; filename="clip."#))
        #expect(parts.heads[0].contains("Content-Type: \(type.contentType)"))
    }

    @Test(arguments: MediaType.allCases.filter { $0.kind == .image })
    func `POST /batch_image`(type: MediaType) async throws {
        try await expectBatch(of: type, partName: "images", at: "/batch_image", most: 50)
    }

    @Test(arguments: MediaType.allCases.filter { $0.kind == .video })
    func `POST /batch_video`(type: MediaType) async throws {
        try await expectBatch(of: type, partName: "videos", at: "/batch_video", most: 20)
    }

    private func expectBatch(of type: MediaType, partName: String, at path: String, most: Int) async throws {
        let server = try ScriptedServer(answering: { _ in
            Reply(body: #"{"batch_results": [{"isAI": false, "confidence": 0.0, "batch_position": 0}]}"#)
        })
        let client = try BitMindClient.of(server)
        let upload = Upload(type: type, fileName: "", body: BytesBody([9]))
        let results = try await client.classify(batch: Array(repeating: upload, count: most))
        #expect(try results[0].get().verdict.isAI == false && results.count == most)
        let request = try #require(server.requests.first)
        #expect(request.path == path && request.headers["authorization"] == "Bearer enterprise-1")
        let parts = try #require(MultipartParts(request))
        #expect(parts.bodies.count == most)
        #expect(parts.heads.allSatisfy { $0.contains("name=\"\(partName)\"") })
        #expect(parts.heads.allSatisfy { $0.contains("Content-Type: \(type.contentType)") })
        await #expect(throws: APIError.self) {
            try await client.classify(batch: Array(repeating: upload, count: most + 1))
        }
        #expect(server.requests.count == 1)
    }

    @Test func `an answer of the simulator's is marked, and names its request`() async throws {
        let server = try ScriptedServer(answering: { _ in
            Reply(headers: [("X-Simulated", "true"), ("X-Request-ID", "r-1")], body: Reply.verdict.body)
        })
        let result = try await BitMindClient.of(server).classify(.jpeg())
        #expect(result.isSimulated && result.requestID == "r-1")
    }

    @Test func `a base URL with a path and a slash at its end is joined right`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server) { $0.baseURL += "/api/" }
        _ = try await client.classify(.jpeg())
        #expect(server.requests.first?.path == "/api/image")
    }
}
