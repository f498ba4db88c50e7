import CCurl
import Glibc
import TestSupport
import Testing

@testable import BitMind

/// The answer that can be read from a broken connection.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 16))
struct BrokenConnectionTests {
    @Test func `what the server said before its reset still lies in the socket`() async throws {
        let sent = Latch()
        let server = try ScriptedServer { connection in
            connection.send(Reply(status: 413, body: "{}"))
            connection.fill()
            connection.close()
            sent.open()
        }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = server.port.bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(connected == 0)
        let body = [UInt8](repeating: 7, count: 1_000_000)
        #expect(send(descriptor, body, body.count, Int32(MSG_NOSIGNAL)) > 0)
        #expect(try await eventually { sent.isOpen })
        #expect(send(descriptor, body, body.count, Int32(MSG_NOSIGNAL)) == -1)
        let remains = SocketState.drain(descriptor, limit: 1 << 20)
        let answer = TransportAnswer(head: AnswerHead(), remains: remains, limit: 100)
        #expect(answer?.status == 413 && answer?.body == Array("{}".utf8))
    }

    @Test func `what the server said on one connection is no answer on the next`() throws {
        let settings = try CurlTransport.Settings(.init(baseURL: "http://127.0.0.1"))
        let order = TransferOrder(TransportRequest(path: "/", maximumAnswer: 1_000))
        let handle = try #require(EasyHandle())
        let transfer = Transfer(
            order: order, handle: handle, bandwidth: SharedAllowance(rate: nil), isTLS: false)
        defer {
            curl_slist_free_all(transfer.headers)
            handle.release()
        }
        let connections = Connections(settings: settings)
        connections.carry(transfer)
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &pair) == 0)
        defer { close(pair[1]) }
        let words = Array("HTTP/1.1 408 Idle\r\n\r\n".utf8)
        #expect(send(pair[1], words, words.count, Int32(MSG_NOSIGNAL)) == words.count)
        transfer.socket = pair[0]
        #expect(connections.close(pair[0]) == 0)
        #expect(transfer.remains == words)
        // libcurl replaces a connection that was closed while idle.
        let next = connections.open(family: AF_INET, type: Int32(SOCK_STREAM.rawValue), protocol: 0)
        #expect(transfer.remains.isEmpty)
        #expect(connections.close(next) == 0)
    }

    @Test(arguments: [
        ("HTTP/1.1 413 Too Large\r\nRetry-After: 7\r\n\r\nwords", 413, "words"),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 X\r\nContent-Length: 2\r\nRetry-After: 7\r\n\r\nwords",
            429, "wo"
        ),
        ("HTTP/1.0 503\nRetry-After:7\n\n", 503, ""),
    ])
    func `a whole head that refuses is an answer, wherever it was cut in two`(
        text: String, status: Int, body: String
    ) {
        let bytes = Array(text.utf8)
        for end in bytes.indices.prefix(bytes.count) where end == 0 || bytes[end - 1] == 10 {
            var head = AnswerHead()
            var lines = bytes[..<end]
            while let next = lines.firstIndex(of: 10) {
                #expect(lines[...next].withUnsafeBytes { head.add($0) })
                lines = lines[(next + 1)...]
            }
            if head.isFinal { continue }
            let answer = TransportAnswer(head: head, remains: Array(bytes[end...]), limit: 1_000)
            #expect(answer?.status == status && answer?.headers["retry-after"] == "7")
            #expect(answer.map { String(decoding: $0.body, as: UTF8.self) } == body)
        }
    }

    @Test(arguments: [
        "", "HTTP/1.1 413 Too Large\r\nA: b\r\n", "HTTP/1.1 200 OK\r\n\r\n{}", "HTTP/1.1 413",
        "nonsense\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
    ])
    func `what is cut, or no refusal, is no answer`(text: String) {
        #expect(TransportAnswer(head: AnswerHead(), remains: Array(text.utf8), limit: 1_000) == nil)
    }

    @Test func `a head without an end is read to 64 kB`() {
        let long = "HTTP/1.1 500 X\r\n" + String(repeating: "A: b\r\n", count: 20_000) + "\r\n"
        #expect(TransportAnswer(head: AnswerHead(), remains: Array(long.utf8), limit: 1_000) == nil)
    }
}
