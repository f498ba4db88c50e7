import BitMind
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 16))
struct BatchTests {
    /// An answer with these entries.
    private static func answer(_ entries: [String]) -> Reply {
        Reply(body: #"{"batch_results": [\#(entries.joined(separator: ","))], "request_id": "batch_img_7"}"#)
    }

    private static func entry(_ position: Int, _ confidence: String) -> String {
        #"{"isAI": true, "confidence": \#(confidence), "batch_position": \#(position)}"#
    }

    @Test(arguments: [MediaKind.image, .video])
    func `a full batch goes in one request, and each verdict finds its file`(kind: MediaKind) async throws {
        let count = kind.maximumBatchCount
        let entries = (0..<count).map { Self.entry($0, "0.5\($0 + 10)") }.reversed()
        let server = try ScriptedServer(answering: { _ in Self.answer(Array(entries)) })
        let client = try BitMindClient.of(server)
        let bodies = (0..<count).map { [UInt8](repeating: UInt8($0), count: 1 + 7_000 * $0) }
        let results = try await client.classify(
            batch: bodies.enumerated().map { index, bytes in
                Upload(type: kind == .image ? .png : .avi, fileName: "\(index).x", body: BytesBody(bytes))
            })
        #expect(results.count == count)
        for (position, result) in results.enumerated() {
            let classification = try result.get()
            #expect(classification.verdict.confidenceText == "0.5\(position + 10)")
            #expect(classification.batchPosition == position && classification.requestID == "batch_img_7")
            #expect(classification.sha256 == sha256(bodies[position]))
        }
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1 && request.path == kind.batchEndpoint.path)
        let parts = try #require(MultipartParts(request))
        #expect(parts.bodies == bodies)
        let name = kind == .image ? "images" : "videos"
        let type = kind == .image ? "image/png" : "video/x-msvideo"
        #expect(
            parts.heads.allSatisfy { $0.contains("name=\"\(name)\"") && $0.contains("Content-Type: \(type)") }
        )
        #expect(parts.heads[3].contains("filename=\"3.x.\(kind == .image ? "png" : "avi")\""))
    }

    @Test func `a missing, wrong or doubled entry costs its neighbours nothing`() async throws {
        let entries = [
            Self.entry(0, "0.6"), #"{"batch_position": 1, "error": "corrupt image"}"#, Self.entry(3, "7"),
            Self.entry(4, "0.7"), Self.entry(4, "0.8"), Self.entry(50, "0.9"), Self.entry(5, "0.5"),
        ]
        let server = try ScriptedServer(answering: { _ in Self.answer(entries) })
        let client = try BitMindClient.of(server)
        let results = try await client.classify(batch: (0..<6).map { .jpeg([UInt8($0)]) })
        let told = results.map { result in
            switch result {
            case .success: "verdict"
            case .failure(let error): "\(error.kind) \(error.blame)"
            }
        }
        let wrong = "notAVerdict service"
        #expect(told == ["verdict", "rejected file", wrong, wrong, wrong, "verdict"])
    }

    @Test func `a batch refused as a whole is one error`() async throws {
        for (status, kind) in [(413, APIError.Kind.tooLarge), (400, .rejected), (403, .forbidden)] {
            let server = try ScriptedServer(answering: { _ in Reply(status: status) })
            let client = try BitMindClient.of(server)
            await #expect {
                try await client.classify(batch: [.jpeg(), .jpeg()])
            } throws: { ($0 as? APIError)?.kind == kind && ($0 as? APIError)?.endpoint == .batchImage }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a batch of two kinds, of none or of too many makes no request`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let video = Upload(type: .mp4, fileName: "", body: BytesBody([1]))
        let batches = [
            [], [.jpeg(), video], Array(repeating: .jpeg(), count: 51), Array(repeating: video, count: 21),
        ]
        for batch in batches {
            await #expect {
                try await client.classify(batch: batch)
            } throws: { ($0 as? APIError)?.kind == .misuse }
        }
        #expect(server.connectionCount == 0)
    }

    @Test func `a batch answer may be four times as long as a single one`() async throws {
        let long = String(repeating: " ", count: 3 << 20)
        let server = try ScriptedServer(answering: { request in
            request.path == "/image"
                ? Reply(body: long) : Reply(body: long + Self.answer([Self.entry(0, "1")]).body)
        })
        let client = try BitMindClient.of(server)
        #expect(try await client.classify(batch: [.jpeg()])[0].get().verdict.confidence == 1)
        #expect(await client.failure(.jpeg())?.kind == .notAVerdict)
    }

    @Test func `files by their paths, as a program would`() async throws {
        let folder = try TemporaryFolder()
        let png = folder.write(
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3, 4, 5], to: "a b.jpg")
        let text = folder.write(Array("hello".utf8), to: "b.jpg")
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        #expect(try await client.classify(image: png).verdict.isAI)
        #expect(try await client.classify(image: "file://" + folder.path + "/a%20b.jpg").verdict.isAI)
        #expect(server.requests.map { $0.headers["content-type"] } == ["image/png", "image/png"])
        for (path, kind) in [
            (text, APIError.Kind.misuse), (folder.path, .bodyFailed), ("/no/such", .bodyFailed),
        ] {
            await #expect {
                try await client.classify(image: path)
            } throws: { ($0 as? APIError)?.kind == kind }
        }
    }
}

@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 16))
struct SequenceTests {
    @Test func `files as they come, never more at once than asked for, each reported`() async throws {
        let folder = try TemporaryFolder()
        let atOnce = Mutex((now: 0, most: 0))
        let third = Latch()
        let server = try ScriptedServer(answering: { _ in
            let now = atOnce.withLock { atOnce in
                atOnce = (atOnce.now + 1, max(atOnce.most, atOnce.now + 1))
                return atOnce.now
            }
            if now == 3 { third.open() }
            third.wait()
            usleep(2_000)
            atOnce.withLock { $0.now -= 1 }
            return .verdict
        })
        let paths =
            (0..<30).map { folder.write([0xFF, 0xD8, 0xFF, UInt8($0)], to: "\($0).jpg") } + ["/no/such"]
        let stream = AsyncThrowingStream<String, any Error> { continuation in
            for path in paths { continuation.yield(path) }
            continuation.finish()
        }
        var told: [String: Bool] = [:]
        try await BitMindClient.of(server).classify(files: stream, concurrency: 3) { path, result in
            if case .success = result { told[path] = true } else { told[path] = false }
        }
        #expect(told.count == 31 && told.values.count { $0 } == 30 && told["/no/such"] == false)
        #expect(atOnce.withLock { $0.most } == 3)
    }
}

/// What a request's multipart body holds, read by the letter of RFC 7578.
struct MultipartParts {
    var heads: [String] = []
    var bodies: [[UInt8]] = []

    init?(_ request: ServedRequest) {
        let type = request.headers["content-type"] ?? ""
        guard let boundary = type.firstRange(of: "boundary=").map({ type[$0.upperBound...] }) else {
            return nil
        }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        var rest = ([13, 10] + request.body)[...]
        guard rest.starts(with: delimiter) else { return nil }
        rest = rest.dropFirst(delimiter.count)
        while rest.starts(with: [13, 10]) {
            rest = rest.dropFirst(2)
            guard let head = rest.firstRange(of: [13, 10, 13, 10] as [UInt8]),
                let end = rest[head.upperBound...].firstRange(of: delimiter)
            else { return nil }
            heads.append(String(decoding: rest[..<head.lowerBound], as: UTF8.self))
            bodies.append(Array(rest[head.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        guard Array(rest) == Array("--\r\n".utf8) else { return nil }
    }
}
