import Glibc
import Synchronization
import TestSupport
import Testing

@testable import BitMind

/// Events on the wire: breaks, early answers, standstill.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 50))
struct WireTests {
    @Test(arguments: [413, 401, 429])
    func `an answer before the body is sent is received, 50 times of 50`(status: Int) async throws {
        let server = try ScriptedServer { connection in
            guard connection.readHead() != nil else { return }
            connection.send(
                Reply(status: status, headers: [("Retry-After", "7")], body: #"{"error": "early"}"#))
        }
        let client = try BitMindClient.of(server)
        await withTaskGroup { group in
            for _ in 0..<10 {
                group.addTask {
                    for _ in 0..<5 {
                        let error = await client.failure(
                            Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(5_000_000)))
                        #expect(error?.status == status)
                        #expect(error?.message == "early")
                        #expect(error?.retryAfter == .seconds(7))
                    }
                }
            }
        }
        // Received the first time, without asking again.
        #expect(server.connectionCount == 50)
    }

    @Test func `a refusal that comes while the disk keeps the rest of the file waiting is read after it`()
        async throws
    {
        let (disk, waits) = (Latch(), Latch())
        let server = try ScriptedServer { connection in
            guard connection.readHead() != nil else { return }
            waits.wait()
            connection.send(Reply(status: 413, body: #"{"error": "early"}"#))
            disk.open()
        }
        let client = try BitMindClient.of(server)
        let zeros = ScriptedBody.zeros(3_000_000)
        let body = ScriptedBody(size: zeros.size) { buffer, offset in
            if offset > 0 {
                waits.open()
                disk.wait()
            }
            return try zeros.read(into: buffer, at: offset)
        }
        let error = await client.failure(Upload(type: .jpeg, fileName: "", body: body))
        #expect(error?.kind == .tooLarge && error?.message == "early")
        #expect(server.connectionCount == 1)
    }

    @Test func `a request that the server had whole is never sent again behind our back`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(.verdict)
            if connection.readRequest() != nil { connection.reset() }
        }
        let client = try BitMindClient.of(server)
        _ = try await client.classify(.jpeg())
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .unreachable)
        #expect(error?.mayHaveBeenProcessed == true)
        #expect(server.requests.count == 2)
    }

    @Test func `a connection closed while idle is replaced, and nobody notices`() async throws {
        let closed = Mutex(0)
        let server = try ScriptedServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(.verdict)
            connection.close()
            closed.withLock { $0 += 1 }
        }
        let client = try BitMindClient.of(server)
        for round in 1...5 {
            let result = try await client.classify(.jpeg())
            #expect(result.attempts == 1)
            #expect(try await eventually { closed.withLock { $0 } == round })
        }
        #expect(server.requests.count == 5)
    }

    @Test func `a reset in mid-body is tried once more, asking first`() async throws {
        let server = try ScriptedServer { connection in
            guard let head = connection.readHead() else { return }
            if connection.number == 1 { return connection.reset() }
            let reply = head.headers["expect"] == "100-continue" ? 413 : 500
            connection.send(Reply(status: reply, body: #"{"message": "asked"}"#, closes: true))
        }
        let client = try BitMindClient.of(server)
        let error = await client.failure(
            Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(20_000_000)))
        #expect(error?.kind == .tooLarge)
        #expect(error?.message == "asked")
        #expect(server.connectionCount == 2)
    }

    @Test func `a server that leaves the question open gets the body before the time-out`() async throws {
        let server = try ScriptedServer { connection in
            guard var head = connection.readHead() else { return }
            if connection.number == 1 { return connection.reset() }
            connection.keepsBodies = false
            if connection.readBody(of: &head) { connection.send(.verdict) }
        }
        let client = try BitMindClient.of(server) { $0.requestTimeout = .seconds(4) }
        let upload = Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(20_000_000))
        #expect(await client.failure(upload) == nil)
        #expect(server.connectionCount == 2)
    }

    @Test func `a server that takes nothing more is given up after the time-out, not sooner`() async throws {
        let ended = Latch()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            ended.wait()
        }
        defer { ended.open() }
        let client = try BitMindClient.of(server) { $0.requestTimeout = .milliseconds(400) }
        let begin = ContinuousClock.now
        let error = await client.failure(
            Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(90_000_000)))
        #expect(error?.kind == .noProgress)
        #expect(error?.mayHaveBeenProcessed == false)
        #expect(ContinuousClock.now - begin > .milliseconds(400))
    }

    @Test func `a server that has all and says nothing is given up too`() async throws {
        let ended = Latch()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            ended.wait()
        }
        defer { ended.open() }
        let client = try BitMindClient.of(server) { $0.requestTimeout = .milliseconds(300) }
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .noProgress)
        #expect(error?.mayHaveBeenProcessed == true)
    }

    @Test(arguments: [false, true])
    func `slow progress is never ended, however long it takes`(asksFirst: Bool) async throws {
        let server = try ScriptedServer { connection in
            connection.keepsBodies = false
            guard var head = connection.readHead() else { return }
            if asksFirst {
                // The second try asks.
                guard head.headers["expect"] == "100-continue" else { return connection.reset() }
                connection.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            }
            let begin = ContinuousClock.now
            while ContinuousClock.now - begin < .seconds(6) {
                connection.fill()
                usleep(20_000)
            }
            if connection.readBody(of: &head) { connection.send(.verdict) }
        }
        let client = try BitMindClient.of(server) { $0.requestTimeout = .seconds(3) }
        let result = try await client.classify(
            Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(30_000_000)))
        #expect(result.verdict.isAI)
    }

    @Test func `an answer that trickles for ever is given up`() async throws {
        let ended = Latch()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".utf8))
            while connection.send([0x20]) { usleep(10_000) }
            ended.open()
        }
        let client = try BitMindClient.of(server) { $0.requestTimeout = .milliseconds(300) }
        #expect(await client.failure(.jpeg())?.kind == .noProgress)
        #expect(try await eventually { ended.isOpen })
    }

    @Test func `an endless answer is read to 1 MiB and no further`() async throws {
        let sent = Mutex(0)
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n".utf8))
            let chunk = [UInt8](repeating: 0x20, count: 65_536)
            while connection.send(chunk) { sent.withLock { $0 += chunk.count } }
        }
        let client = try BitMindClient.of(server)
        #expect(await client.failure(.jpeg())?.kind == .notAVerdict)
        #expect(sent.withLock { $0 } < 100_000_000)
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 20_000),
    ])
    func `what isn't HTTP, or too much of it, is no verdict`(answer: String) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(Array(answer.utf8))
        }
        let client = try BitMindClient.of(server)
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .notAVerdict)
        #expect(error?.blame == .service)
    }

    @Test func `an answer cut short is the service's fault`() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"isAI\": true, ".utf8))
        }
        let client = try BitMindClient.of(server)
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .unreachable && error?.mayHaveBeenProcessed == true)
    }

    @Test func `a verdict before the file was sent is none`() async throws {
        let server = try ScriptedServer { connection in
            guard connection.readHead() != nil else { return }
            connection.send(Reply(headers: [("Connection", "close")], body: Reply.verdict.body))
            while connection.fill() {}
        }
        let client = try BitMindClient.of(server) { $0.requestTimeout = .seconds(2) }
        let body = ScriptedBody(size: 50_000_000) { buffer, offset in
            if offset > 10_000_000 { usleep(50_000) }
            return buffer.count
        }
        let error = await client.failure(Upload(type: .jpeg, fileName: "", body: body))
        #expect(error?.blame == .service)
        #expect(error?.kind == .notAVerdict || error?.kind == .noProgress)
    }

    @Test func `a redirect is not followed with the credentials`() async throws {
        let other = try ScriptedServer(answering: { _ in .verdict })
        let target = other.baseURL
        let server = try ScriptedServer(answering: { _ in Reply(status: 307, headers: [("Location", target)])
        })
        let client = try BitMindClient.of(server)
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .unexpectedStatus && error?.status == 307)
        #expect(other.connectionCount == 0)
    }

    @Test func `nobody listening is the service's fault and certainly cost nothing`() async throws {
        let port = try ScriptedServer { _ in }.port
        let configuration = BitMindClient.Configuration(baseURL: "http://127.0.0.1:\(port)")
        let client = try BitMindClient(
            configuration: configuration, credentials: FixedCredentials(.apiKey(Secret("enterprise-1"))))
        let error = await client.failure(.jpeg())
        #expect(error?.kind == .unreachable && error?.blame == .service)
        #expect(error?.mayHaveBeenProcessed == false)
    }

    @Test func `a cancelled task ends its upload`() async throws {
        let closed = Latch()
        let begun = Latch()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            begun.open()
            while connection.fill() {}
            closed.open()
        }
        let client = try BitMindClient.of(server)
        let task = Task {
            await client.failure(Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(1 << 40)))
        }
        #expect(try await eventually { begun.isOpen })
        task.cancel()
        let error = await task.value
        #expect(error?.kind == .cancelled && error?.mayHaveBeenProcessed == false)
        #expect(try await eventually { closed.isOpen })
    }

    @Test(arguments: [false, true])
    func `after a cancellation or shutdown, an error says that a wholly sent request may be paid for`(
        shutsDown: Bool
    ) async throws {
        let (has, ended) = (Latch(), Latch())
        defer { ended.open() }
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            has.open()
            ended.wait()
        }
        let client = try BitMindClient.of(server)
        let task = Task { await client.failure(.jpeg()) }
        try await wait(until: "the server has it") { has.isOpen }
        if shutsDown { await client.shutdown() } else { task.cancel() }
        let error = await task.value
        #expect(error?.kind == .cancelled && error?.mayHaveBeenProcessed == true)
    }

    @Test func `a shut-down ends what is under way, and all that comes after`() async throws {
        let begun = Latch()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            begun.open()
            while connection.fill() {}
        }
        let client = try BitMindClient.of(server)
        let task = Task {
            await client.failure(Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(1 << 40)))
        }
        #expect(try await eventually { begun.isOpen })
        await withTaskGroup { group in
            for _ in 0..<5 { group.addTask { await client.shutdown() } }
        }
        #expect(await task.value?.kind == .cancelled)
        #expect(await client.failure(.jpeg())?.kind == .cancelled)
    }
}
