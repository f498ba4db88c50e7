import Glibc
import Synchronization
import TestSupport
import Testing

@testable import BitMind

/// Bodies: streamed, hashed, and only ever sent whole.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 16))
struct BodyTests {
    @Test(arguments: [-1, 1])
    func `a file that shrinks or grows under way makes no whole request`(change: Int64) async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        for size in [Int64(10), 300_000, 3_000_000] {
            let real = size + change
            let body = ScriptedBody(size: size) { buffer, offset in
                Int(max(0, min(Int64(buffer.count), real - offset)))
            }
            let error = await client.failure(Upload(type: .png, fileName: "", body: body))
            #expect(error?.kind == .bodyFailed)
            #expect(error?.blame == .caller)
        }
        #expect(server.requests.isEmpty)
    }

    @Test(arguments: [-5, 5])
    func `a body that changes its mind about its size makes no whole request`(change: Int64) async throws {
        struct Fickle: BodySource {
            let asked = Counter()
            let change: Int64
            /// The first time it is what the request announces.
            var size: Int64 { asked.next() == 1 ? 10 : 10 + change }
            func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
                Int(max(0, min(Int64(buffer.count), 10 + change - offset)))
            }
        }
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let upload = Upload(type: .mp4, fileName: "", body: Fickle(change: change))
        #expect(await client.failure(upload)?.kind == .bodyFailed)
        #expect(server.requests.isEmpty)
    }

    @Test func `a read that fails in the middle ends the upload with its words`() async throws {
        struct Broken: Error, CustomStringConvertible { let description = "the disk is on fire" }
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let body = ScriptedBody(size: 10_000_000) { buffer, offset in
            if offset >= 5_000_000 { throw Broken() }
            return buffer.count
        }
        let error = await client.failure(Upload(type: .jpeg, fileName: "", body: body))
        #expect(error?.kind == .bodyFailed && error?.message == "the disk is on fire")
        #expect(server.requests.isEmpty)
        #expect(try await client.classify(.jpeg()).verdict.isAI)
    }

    @Test(arguments: [0, 1, 131_071, 131_072, 131_073, 262_144, 1_000_003])
    func `every size arrives byte for byte, read in odd pieces`(size: Int) async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server)
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let body = ScriptedBody(size: Int64(size)) { buffer, offset in
            let rest = bytes.dropFirst(Int(offset)).prefix(min(buffer.count, 7_001))
            buffer.copyBytes(from: rest)
            return rest.count
        }
        let result = try await client.classify(Upload(type: .webp, fileName: "", body: body))
        #expect(server.requests.first?.body == bytes)
        #expect(result.sha256 == sha256(bytes))
    }

    @Test func `a file of 200 MB is read only as fast as the server takes it`() async throws {
        let size: Int64 = 200_000_000
        let reached = Mutex<Int64>(0)
        let stalled = Latch()
        let server = try ScriptedServer { connection in
            connection.keepsBodies = false
            guard var head = connection.readHead() else { return }
            stalled.wait()
            if connection.readBody(of: &head) { connection.send(.verdict) }
        }
        let client = try BitMindClient.of(server)
        let zeros = ScriptedBody.zeros(size)
        let body = ScriptedBody(size: size) { buffer, offset in
            reached.withLock { $0 = max($0, offset) }
            return try zeros.read(into: buffer, at: offset)
        }
        async let result = client.classify(Upload(type: .jpeg, fileName: "", body: body))
        var last: Int64 = -1
        _ = try await eventually {
            defer { last = reached.withLock { $0 } }
            return last > 0 && last == reached.withLock { $0 }
        }
        #expect(reached.withLock { $0 } < 20_000_000)
        stalled.open()
        #expect(try await result.verdict.isAI)
        #expect(reached.withLock { $0 } == size)
    }

    @Test func `one file on a slow disk holds back no other`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server) { $0.maximumConnections = 2 }
        let disk = Latch()
        let slow = ScriptedBody(size: 10) { buffer, offset in
            disk.wait()
            return offset < 10 ? 10 : 0
        }
        async let late = client.classify(Upload(type: .jpeg, fileName: "", body: slow))
        for _ in 0..<20 { _ = try await client.classify(.jpeg()) }
        disk.open()
        _ = try await late
        #expect(server.requests.count == 21)
    }

    @Test func `files on a disk that hangs end after the time-out, keep no thread, and blame no API`()
        async throws
    {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server) {
            $0.maximumConnections = 2
            $0.requestTimeout = .seconds(5)
        }
        let disk = Latch()
        defer { disk.open() }
        // One blocks from its first byte on, the other once the request has begun.
        let bodies = [Int64(0), 600_000].map { start in
            ScriptedBody(size: 1_000_000) { buffer, offset in
                if offset >= start { disk.wait() }
                return Int(min(Int64(buffer.count), 1_000_000 - offset))
            }
        }
        await withTaskGroup { group in
            for body in bodies {
                group.addTask {
                    await client.failure(Upload(type: .jpeg, fileName: "", body: body))
                }
            }
            for await failure in group {
                #expect(failure?.kind == .bodyFailed && failure?.blame == .caller)
                #expect(failure?.mayHaveBeenProcessed == false)
            }
        }
        for _ in 0..<5 { _ = try await client.classify(.jpeg()) }
    }

    @Test func `bandwidth is kept by all uploads together`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let client = try BitMindClient.of(server) { $0.bandwidth = 1_000_000 }
        let begin = ContinuousClock.now
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    _ = await client.failure(
                        Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(200_000)))
                }
            }
        }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        #expect(server.requests.count == 4)
        #expect(seconds > 0.65)
    }

    @Test(arguments: [1, 100, 40_000, 10_000_000])
    func `the bucket gives its rate, neither more nor less`(rate: Int64) {
        var now = ContinuousClock.now
        var allowance = UploadAllowance(rate: rate, now: now)
        let end = now + .seconds(60)
        var sent = 0
        while now < end {
            let taken = allowance.take(65_536, at: now)
            sent += taken
            if taken == 0 { now += max(allowance.wait(at: now), .nanoseconds(1)) }
        }
        #expect(Double(sent) >= Double(rate) * 60 * 0.98)
        #expect(Double(sent) <= Double(rate) * 60.2 + 1)
    }

    @Test func `no file name breaks out of its header`() {
        let names = [
            "a\"; name=\"evil.jpg", "a\r\nX-Evil: 1\r\n\r\n.jpg", "ü🙂.JPG", "", "..", "photo.txt",
            String(repeating: "x", count: 300) + ".jpeg", "a%22b.jpg", "\u{202E}gpj.exe",
        ]
        for name in names {
            let safe = Multipart.fileName(of: .jpeg(name: name))
            #expect(safe.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C && $0 != 0x25 })
            #expect(safe.utf8.count <= 84)
            #expect(safe.lowercased().hasSuffix(".jpg") || safe.hasSuffix(".jpeg"))
        }
    }

    @Test func `base64 and percent encoding are those of their standards`() {
        #expect(
            ["", "f", "fo", "foo", "foob"].map { AuthorizationRequest.base64(Array($0.utf8)) }
                == ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="])
        #expect(
            AuthorizationRequest.percentEncoded(Array("a-b_c.d~e f&=ü".utf8)) == "a-b_c.d~e%20f%26%3D%C3%BC")
    }
}

func sha256(_ bytes: [UInt8]) -> SHA256Digest? {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finish()
}
