import CCrypto
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import BitMind

/// What a server received.
private final class Heard: Sendable {
    let bytes = Mutex<[UInt8]>([])
}

/// What a compromised API may answer.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 10))
struct HostileAnswerTests {
    private static func kept(
        _ text: String, piece: Int, isSuccess: Bool = true
    ) -> (count: Int, end: String?) {
        var screen = AnswerScreen(limit: 1 << 20)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            let end = bytes[start..<min(bytes.count, start + piece)].withUnsafeBytes {
                screen.take($0, isSuccess: isSuccess)
            }
            if let end { return (screen.bytes.count, end) }
        }
        return (screen.bytes.count, nil)
    }

    @Test(arguments: [1, 7, 16_384])
    func `an answer that is made to cost memory is not read to its end`(piece: Int) {
        let zeros = "[" + String(repeating: "0,", count: 100_000)
        #expect(Self.kept(zeros, piece: piece).count <= 40_001 + piece)
        #expect(Self.kept(zeros, piece: piece).end == "the answer has more than 20000 values")
        let digits = #"{"isAI":true,"confidence":0."# + String(repeating: "1", count: 100_000)
        #expect(Self.kept(digits, piece: piece).count <= 100 + piece)
        let deep = String(repeating: #"{"a":"#, count: 10_000)
        #expect(Self.kept(deep, piece: piece).end == "the answer has values nested more than 128 deep")
        let page = "<html>" + String(repeating: "0,[", count: 100_000)
        #expect(Self.kept(page, piece: piece).count == 64 << 10 && Self.kept(page, piece: piece).end == nil)
        let refusal = Self.kept(zeros, piece: piece, isSuccess: false)
        #expect(refusal.count == 64 << 10 && refusal.end == nil)
    }

    @Test func `what stands in a string counts as nothing else, and honest answers are kept whole`() {
        let text = #"{"s":"\"[[[,,,"# + String(repeating: "1,", count: 90_000) + #"\\","isAI":true}"#
        let kept = Self.kept(text, piece: 5)
        #expect(kept.count == text.utf8.count && kept.end == nil)
        #expect(Self.kept(String(repeating: " ", count: 2 << 20), piece: 4_096).end != nil)
    }

    @Test(arguments: ["gzip", "deflate"])
    func `a compressed answer is read, though none was asked for`(encoding: String) async throws {
        let body = Self.compressed[encoding] ?? []
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                let head =
                    "HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: \(body.count)\r\n\r\n"
                connection.send(Array(head.utf8) + body)
            }
        }
        let client = try BitMindClient.of(server)
        #expect(try await client.classify(.jpeg()).verdict.confidenceText == "0.8234")
        #expect(server.requests.allSatisfy { $0.headers["accept-encoding"] == nil })
    }

    @Test func `a few compressed bytes that become many are no verdict, and take no memory`() async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                let body = Self.bomb
                let head =
                    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n"
                connection.send(Array(head.utf8) + body)
            }
        }
        let error = await (try BitMindClient.of(server)).failure(.jpeg())
        #expect(error?.kind == .notAVerdict && error?.message.contains("more than 1048576 bytes") == true)
    }

    /// `{"isAI": true, "confidence": 0.8234}`, compressed.
    private static let compressed: [String: [UInt8]] = [
        "gzip": hex(
            "1f8b0800000000000203ab56ca2c76f454b25228292a4dd551504acecf4bcb4c49cd4b4e058a19e85918199bd4020007a779ef24000000"
        ),
        "deflate": hex(
            "789cab56ca2c76f454b25228292a4dd551504acecf4bcb4c49cd4b4e058a19e85918199bd40200d1310ae4"),
    ]
    /// Four megabytes of spaces.
    private static let bomb =
        hex("1f8b0800000000000203edc18100000000c32095f9531ee45501") + [UInt8](repeating: 0, count: 4063)
        + hex("7c1b153efafc00004000")

    private static func hex(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// The account's secrets, in the forms in which a server may write them.
    static let echoes = [
        "s3cret/+&= ü", "the-client", "s3cret%2F%2B%26%3D%20%C3%BC", "s3cret%2f%2b%26%3d%20%c3%bc",
        "s3cret%2F%2B%26%3D+%C3%BC", "s3cret/%2B%26%3D%20%C3%BC", "s3cret/+&amp;= ü", "czNjcmV0LysmPSDDvA",
        "dGhlLWNsaWVudDpzM2NyZXQvKyY9IMO8", "czNjcmV0LysmPSDDvA", "the-token-of-now",
    ]

    @Test(arguments: echoes, [200, 400, 500])
    func `no endpoint's answer shows a secret of the account`(echo: String, status: Int) async throws {
        let server = try ScriptedServer(answering: { request in
            if request.path == "/v1/oauth/token" { return .token("the-token-of-now") }
            let json = echo.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return Reply(
                status: status, headers: [("X-Request-Id", "r-" + echo)],
                body: #"{"isAI": true, "confidence": 0.9, "note": "saw \#(json) here"}"#)
        })
        let client = try BitMindClient.of(server, credentials: FixedCredentials.oauth)
        if status == 200 {
            let answer = try await client.classify(.jpeg())
            #expect(answer.verdict.response["note"]?.string == "saw redacted here")
            #expect(answer.requestID == "r-redacted" && answer.verdict.confidenceText == "0.9")
            #expect(try await client.health()["note"]?.string == "saw redacted here")
            #expect(try await client.status().response["note"]?.string == "saw redacted here")
        } else {
            let error = await client.failure(.jpeg())
            #expect(error?.answer?.response?["note"]?.string == "saw redacted here")
            #expect(error?.answer?.requestID == "r-redacted" && error?.message.contains(echo) == false)
        }
    }

    @Test func `TLS 1.2 is the least that is offered, whatever the configuration of OpenSSL allows`()
        async throws
    {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = folder.path + "/openssl.cnf"
            let text = """
                openssl_conf = a
                [a]
                ssl_conf = b
                [b]
                system_default = c
                [c]
                MinProtocol = TLSv1
                CipherString = DEFAULT@SECLEVEL=0

                """
            guard let file = fopen(path, "w") else { exit(2) }
            fputs(text, file)
            fclose(file)
            setenv("OPENSSL_CONF", path, 1)
            let heard = Latch()
            let hello = Heard()
            let server = try ScriptedServer { connection in
                var bytes = [UInt8](repeating: 0, count: 4_096)
                let count = bytes.withUnsafeMutableBytes { connection.receive($0) }
                hello.bytes.withLock { $0 = Array(bytes.prefix(max(0, count))) }
                heard.open()
            }
            let client = try BitMindClient.of(server) { $0.baseURL = "https://127.0.0.1:\(server.port)" }
            _ = await client.failure(.jpeg())
            // The extension supported_versions: its number, lengths, then two bytes for each version.
            let bytes = hello.bytes.withLock { $0 }
            guard let place = bytes.firstRange(of: [0x00, 0x2B, 0x00]) else { exit(3) }
            let versions = bytes[place.upperBound...].dropFirst(2).prefix(Int(bytes[place.upperBound + 1]))
            guard versions.count >= 2, versions.count % 2 == 0 else { exit(4) }
            let minors = stride(from: versions.startIndex, to: versions.endIndex, by: 2).map {
                versions[$0 + 1]
            }
            // 3.3 is TLS 1.2, 3.4 is TLS 1.3.
            guard minors.allSatisfy({ $0 >= 3 }) else { exit(5) }
        }
    }
}
