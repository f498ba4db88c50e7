import Glibc
import Synchronization
import TestSupport
import Testing

@testable import BitMind

/// How requests share connections, and wait for each other or not.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 16))
struct ConnectionTests {
    @Test func `requests one after the other go over one connection, that for the token too`() async throws {
        let server = try ScriptedServer(answering: { request in
            request.path == "/v1/oauth/token"
                ? Reply(body: #"{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}"#)
                : .verdict
        })
        let client = try BitMindClient.of(server, credentials: FixedCredentials.oauth)
        for _ in 0..<20 { _ = try await client.classify(.jpeg()) }
        #expect(server.requests.count == 21)
        #expect(server.connectionCount == 1)
    }

    /// What a server may say unasked, after its answer.
    static let unasked = [
        Reply(body: #"{"isAI": false, "confidence": 0.1}"#),
        // As load balancers do before they close an idle connection.
        Reply(status: 408), Reply(status: 503, body: "{}"),
    ]

    @Test(arguments: unasked)
    func `what a server says unasked is no answer to the next request`(unasked: Reply) async throws {
        let said = Latch()
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                connection.send(.verdict)
                guard connection.number == 1 else { continue }
                connection.send(unasked)
                said.open()
            }
        }
        let client = try BitMindClient.of(server)
        for _ in 0..<3 {
            let result = try await client.classify(.jpeg())
            #expect(result.verdict.isAI && result.verdict.confidenceText == "0.8234")
            #expect(try await eventually { said.isOpen })
        }
        #expect(server.requests.map(\.connection) == [1, 2, 2])
    }

    @Test func `as many uploads as allowed are under way, and what is no upload waits for none`() async throws
    {
        let gate = Latch()
        defer { gate.open() }
        let heads = Mutex(0)
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() {
                guard request.path == "/image" else {
                    connection.send(Reply(body: #"{"status": "ok"}"#))
                    continue
                }
                heads.withLock { $0 += 1 }
                gate.wait()
                connection.send(.verdict)
            }
        }
        let client = try BitMindClient.of(server) { $0.maximumConnections = 2 }
        let uploads = (0..<5).map { _ in Task { await client.failure(.jpeg()) } }
        #expect(try await eventually { heads.withLock { $0 } == 2 })
        _ = try await client.health()
        #expect(heads.withLock { $0 } == 2)
        gate.open()
        for upload in uploads { #expect(await upload.value == nil) }
        #expect(server.requests(to: "/image").count == 5)
    }

    @Test func `an upload that waits for its turn can be cancelled, and a shut-down ends it`() async throws {
        let (begun, gate) = (Latch(), Latch())
        defer { gate.open() }
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            begun.open()
            gate.wait()
        }
        let client = try BitMindClient.of(server) { $0.maximumConnections = 1 }
        let first = Task { await client.failure(.jpeg()) }
        #expect(try await eventually { begun.isOpen })
        let (second, third) = (Task { await client.failure(.jpeg()) }, Task { await client.failure(.jpeg()) })
        second.cancel()
        #expect(await second.value?.kind == .cancelled)
        await client.shutdown()
        #expect(await first.value?.kind == .cancelled)
        #expect(await third.value?.kind == .cancelled)
        #expect(server.requests.count == 1)
    }

    @Test func `a shut-down waits for no disk that hangs`() async throws {
        let (hangs, disk) = (Latch(), Latch())
        defer { disk.open() }
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server) { $0.requestTimeout = .seconds(1000) }
        let body = ScriptedBody(size: 10) { buffer, offset in
            hangs.open()
            disk.wait()
            return offset < 10 ? 10 : 0
        }
        let upload = Task { await client.failure(Upload(type: .jpeg, fileName: "", body: body)) }
        #expect(try await eventually { hangs.isOpen })
        await client.shutdown()
        #expect(await upload.value?.kind == .cancelled)
        #expect(!disk.isOpen)
    }

    @Test func `a program that is started meanwhile holds no connection`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        _ = try await client.classify(.jpeg())
        let ours = (Int32(0)..<4_096).filter { Self.peerPort(of: $0) == server.port }
        #expect(ours.count == 1)
        for socket in ours { #expect(fcntl(socket, F_GETFD) & FD_CLOEXEC != 0) }
        await client.shutdown()
    }

    private static func peerPort(of socket: Int32) -> UInt16? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(socket, $0, &length) }
        }
        return code == 0 ? UInt16(bigEndian: address.sin_port) : nil
    }

    @Test func `a client that nobody holds any more closes its connections`() async throws {
        let closed = Latch()
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.send(.verdict) }
            closed.open()
        }
        var client: BitMindClient? = try BitMindClient.of(server)
        _ = try await client?.classify(.jpeg())
        client = nil
        #expect(try await eventually { closed.isOpen })
    }

    @Test func `a shut-down hangs on no disk that hangs from then on`() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            while connection.fill() {}
        }
        for _ in 0..<8 {
            let (begun, hangs, disk) = (Latch(), Latch(), Latch())
            defer { disk.open() }
            let client = try BitMindClient.of(server) { $0.requestTimeout = .seconds(1000) }
            let zeros = ScriptedBody.zeros(1 << 40)
            let body = ScriptedBody(size: zeros.size) { buffer, offset in
                if offset > 1_000_000 { begun.open() }
                if hangs.isOpen { disk.wait() }
                return try zeros.read(into: buffer, at: offset)
            }
            let upload = Task { await client.failure(Upload(type: .jpeg, fileName: "", body: body)) }
            #expect(try await eventually { begun.isOpen })
            hangs.open()
            await client.shutdown()
            #expect(await upload.value?.kind == .cancelled)
            #expect(!disk.isOpen)
        }
    }

    @Test func `an empty upload that is cancelled while its disk hangs is not sent`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let (hangs, disk) = (Latch(), Latch())
        let body = ScriptedBody(size: 0) { _, _ in
            hangs.open()
            disk.wait()
            return 0
        }
        let upload = Task { await client.failure(Upload(type: .jpeg, fileName: "", body: body)) }
        #expect(try await eventually { hangs.isOpen })
        upload.cancel()
        #expect(await upload.value?.kind == .cancelled)
        disk.open()
        // Goes by the same thread, after it.
        _ = try await client.classify(.jpeg())
        await client.shutdown()
        #expect(server.requests.count == 1)
    }

    @Test func `a file that can't be read costs no connection`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        struct Broken: Error {}
        for size in [Int64(0), 10, 1_000_000] {
            let body = ScriptedBody(size: size) { _, _ in throw Broken() }
            #expect(await client.failure(Upload(type: .jpeg, fileName: "", body: body))?.kind == .bodyFailed)
        }
        #expect(server.connectionCount == 0)
    }

    @Test func `what was sent is let go of`() async throws {
        final class Source: BodySource {
            let size: Int64 = 3
            let gone: Latch
            init(_ gone: Latch) { self.gone = gone }
            deinit { gone.open() }
            func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
                Int(min(Int64(buffer.count), size - offset))
            }
        }
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        for _ in 0..<3 {
            let gone = Latch()
            _ = try await client.classify(Upload(type: .jpeg, fileName: "", body: Source(gone)))
            #expect(try await eventually { gone.isOpen })
        }
    }
}
