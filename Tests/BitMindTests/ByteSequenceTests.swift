import BitMind
import Glibc
import TestSupport
import Testing

/// Bytes that come as an async sequence.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 16))
struct ByteSequenceTests {
    /// Begins like a JPEG, with a size that is a multiple of nothing.
    private static let image: [UInt8] =
        [0xFF, 0xD8, 0xFF] + (0..<300_001).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    private struct Broken: Error {}

    /// The bytes in chunks of a size, and perhaps an error in place of the last.
    private static func chunks(_ bytes: [UInt8], of size: Int, breaks: Bool = false) -> AsyncThrowingStream<
        ArraySlice<UInt8>, any Error
    > {
        AsyncThrowingStream { continuation in
            for start in stride(from: 0, to: bytes.count, by: size) {
                continuation.yield(bytes[start..<min(start + size, bytes.count)])
            }
            continuation.finish(throwing: breaks ? Broken() : nil)
        }
    }

    @Test(arguments: [1_000, 131_072, 1_000_000])
    func `chunks are sent with their length, and judged by their digest`(size: Int) async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let result = try await client.classify(chunks: Self.chunks(Self.image, of: size))
        #expect(result.sha256 == sha256(Self.image))
        let request = try #require(server.requests.first)
        #expect(request.body == Self.image && request.headers["content-length"] == "\(Self.image.count)")
        #expect(request.headers["content-type"] == "image/jpeg")
    }

    @Test func `bytes one by one do as well`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let bytes = AsyncStream { continuation in
            for byte in Self.image { continuation.yield(byte) }
            continuation.finish()
        }
        #expect(try await client.classify(bytes: bytes).sha256 == sha256(Self.image))
        #expect(server.requests.first?.body == Self.image)
    }

    @Test func `they are there for a second try`() async throws {
        let server = try ScriptedServer { connection in
            if connection.number == 1 {
                _ = connection.readHead()
                return connection.reset()
            }
            while connection.readRequest() != nil { connection.send(.verdict) }
        }
        let client = try BitMindClient.of(server)
        _ = try await client.classify(chunks: Self.chunks(Self.image, of: 50_000))
        #expect(server.requests.map(\.body) == [Self.image])
    }

    @Test func `too many, of no format, or none at all: no request, and the reason is thrown`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let cases: [([UInt8], Int64, APIError.Kind)] = [
            (Self.image, 300_003, .tooLarge), (Array("%PDF-1.7".utf8), 100, .misuse), ([], 0, .misuse),
        ]
        for (bytes, limit, kind) in cases {
            let error = await #expect(throws: APIError.self) {
                try await client.classify(chunks: Self.chunks(bytes, of: 4_096), upTo: limit)
            }
            #expect(error?.kind == kind)
        }
        _ = try await client.classify(chunks: Self.chunks(Self.image, of: 4_096), upTo: 300_004)
        #expect(server.requests.count == 1)
    }

    @Test func `what the sequence throws is thrown, and nothing is sent`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        await #expect(throws: Broken.self) {
            try await client.classify(chunks: Self.chunks(Self.image, of: 4_096, breaks: true))
        }
        #expect(server.connectionCount == 0)
    }
}
