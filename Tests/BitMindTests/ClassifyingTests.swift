import TestSupport
import Testing

@testable import BitMind

@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 16))
struct ClassifyingTests {
    @Test func `a lone image goes raw, with its type, its length and its key`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let bytes: [UInt8] = Array(0...255)
        let result = try await client.classify(.jpeg(bytes))
        #expect(result.verdict.isAI)
        #expect(result.verdict.confidenceText == "0.8234")
        #expect(result.verdict.processingTime == "0.045")
        #expect(result.sha256.hex == "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880")
        #expect(result.endpoint == .image)
        #expect(result.batchPosition == nil && result.attempts == 1 && !result.isSimulated)
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/image" && request.body == bytes)
        #expect(request.headers["content-type"] == "image/jpeg")
        #expect(request.headers["content-length"] == "256")
        #expect(request.headers["authorization"] == "Bearer enterprise-1")
        #expect(request.headers["user-agent"] == "bitmind-watch/0.1.0")
        #expect(request.headers["expect"] == nil && request.headers["transfer-encoding"] == nil)
    }

    @Test func `options that are empty count as unset`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server) {
            $0.proxy = ""
            $0.caFile = ""
            $0.bandwidth = 0
        }
        #expect(try await client.classify(.jpeg()).verdict.isAI)
    }
}
