import Glibc
import TestSupport
import Testing

@testable import BitMind

/// A connection that breaks when it is reused. After such a break, libcurl 8.7 and later keep state with
/// which every later request of the same handle fails.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 10))
struct ReusedConnectionTests {
    /// Where the first connection breaks, once it has carried a request.
    enum Break: CaseIterable {
        case afterAnswer, atHead, inBody, afterBody, inAnswersHead, inAnswersBody

        /// Whether the server had the whole request, so that it may be paid for.
        var isAfterRequest: Bool { self == .afterBody || self == .inAnswersHead || self == .inAnswersBody }

        /// Reads the part of the second request before the break.
        func serve(_ connection: ServerConnection) {
            if self == .afterAnswer { return }
            guard connection.readHead() != nil, self != .atHead else { return }
            if self == .inBody {
                connection.fill()
                return
            }
            var request = ServedRequest(headers: ["content-length": "\(ReusedConnectionTests.length)"])
            guard connection.readBody(of: &request) else { return }
            switch self {
            case .inAnswersHead: connection.send(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8))
            case .inAnswersBody: connection.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".utf8))
            default: break
            }
        }
    }

    /// More than libcurl and the kernel take at once.
    static let length = 6_000_000

    @Test(arguments: Break.allCases, [false, true])
    func `what comes after a break goes on, on a connection of its own`(
        breaks: Break, resets: Bool
    ) async throws {
        let server = try ScriptedServer { connection in
            connection.keepsBodies = false
            guard Self.serve(connection) else { return }
            if connection.number == 1 {
                breaks.serve(connection)
                return resets ? connection.reset() : connection.close()
            }
            while Self.serve(connection) {}
        }
        let client = try BitMindClient.of(server) { $0.maximumConnections = 1 }
        _ = try await client.classify(Self.upload)
        let broken = await client.failure(Self.upload)
        if breaks.isAfterRequest {
            #expect(broken?.blame == .service && broken?.mayHaveBeenProcessed == true)
        } else {
            #expect(broken == nil, "it is sent once more")
        }
        for _ in 0..<3 { #expect(await client.failure(Self.upload) == nil) }
        let connections = server.requests.suffix(3).map(\.connection)
        #expect(Set(connections).count == 1, "\(connections)")
    }

    @Test func `a break at every second request of a connection costs none of its successors`() async throws {
        let server = try ScriptedServer { connection in
            connection.keepsBodies = false
            if Self.serve(connection) { _ = connection.readHead() }
        }
        let client = try BitMindClient.of(server) { $0.maximumConnections = 1 }
        // More often than libcurl itself replaces a connection.
        for _ in 0..<20 { #expect(await client.failure(Self.upload) == nil) }
    }

    /// Reads a request and answers it.
    private static func serve(_ connection: ServerConnection) -> Bool {
        guard var request = connection.readHead() else { return false }
        // The second try asks.
        if request.headers["expect"] != nil {
            connection.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
        guard connection.readBody(of: &request) else { return false }
        connection.record(request)
        return connection.send(.verdict)
    }

    private static var upload: Upload {
        Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(Int64(length)))
    }
}
