import Glibc

/// A TCP connection to a simulator that sends and shows bytes as they are, with no HTTP client's own ideas.
final class RawConnection {
    enum Failure: Error {
        case connect(Int32)
        case send(Int32)
        case receive(Int32)
        /// The connection ended before the answer did.
        case cut(String)
        case notHTTP(String)
    }

    enum End: Equatable {
        case closed
        case reset
    }

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// Every wait on it is bounded by `timeout` seconds.
    init(port: Int, timeout: Int = 60) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.connect(errno) }
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result != 0 { throw Failure.connect(errno) }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 { throw Failure.send(errno) }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ request: RawRequest) throws { try send(request.bytes) }

    /// The next answer, 1xx included.
    func answer() throws -> RawAnswer {
        while headEnd == nil { try receive() }
        let end = headEnd ?? 0
        let head = String(decoding: received[..<end], as: UTF8.self)
        received.removeFirst(end + 4)
        var answer = try RawAnswer(head: head)
        if answer.headers["transfer-encoding"] == "chunked" {
            throw Failure.notHTTP("chunked")
        }
        let length = answer.headers["content-length"].flatMap { Int($0) } ?? 0
        while received.count < length { try receive() }
        answer.body = String(decoding: received[..<length], as: UTF8.self)
        received.removeFirst(length)
        return answer
    }

    /// Reads until the other side ends the connection, and returns the bytes.
    func readToEnd(atMost limit: Int = .max) throws -> (bytes: [UInt8], end: End?) {
        do {
            while received.count < limit { try receive() }
            return (received, nil)
        } catch Failure.cut {
            return (received, .closed)
        } catch Failure.receive(ECONNRESET) {
            return (received, .reset)
        }
    }

    /// Whether nothing comes within the connection's own timeout.
    func staysSilent() throws -> Bool {
        do {
            try receive()
            return false
        } catch Failure.receive(EAGAIN) {
            return true
        }
    }

    /// Ends this side's sending.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    private var headEnd: Int? {
        guard received.count >= 4 else { return nil }
        return (0...(received.count - 4)).first { received[$0..<($0 + 4)] == [13, 10, 13, 10] }
    }

    private func receive() throws {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count < 0 { throw Failure.receive(errno) }
        if count == 0 { throw Failure.cut(String(decoding: received, as: UTF8.self)) }
        received.append(contentsOf: bytes[..<count])
    }
}

struct RawAnswer {
    var status: Int
    /// Names in lower case.
    var headers: [String: String] = [:]
    var body = ""

    init(head: String) throws {
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw RawConnection.Failure.notHTTP(head)
        }
        self.status = status
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw RawConnection.Failure.notHTTP(head) }
            headers[line[..<colon].lowercased()] = String(line[line.index(colon, offsetBy: 2)...])
        }
    }
}

struct RawRequest {
    var method: String
    var path: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    /// What `Content-Length` says; nil: the truth.
    var announced: Int?

    init(
        _ method: String, _ path: String, _ headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        announced: Int? = nil
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.announced = announced
    }

    var head: [UInt8] {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"]
        lines += headers.map { "\($0.name): \($0.value)" }
        if method == "POST" { lines.append("Content-Length: \(announced ?? body.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    var bytes: [UInt8] { head + body }
}
