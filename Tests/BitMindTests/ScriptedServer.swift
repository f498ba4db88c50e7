import CTestSupport
import Glibc
import Synchronization

@testable import BitMind

/// A server on loopback that does what a test's script says, on the wire, connection by connection.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (ServerConnection) -> Void

    struct Failure: Error { let message: String }

    let port: UInt16
    private let listener: Int32
    private let recorded = Mutex<[ServedRequest]>([])
    private let connections = Mutex<[Int32]>([])

    /// - Parameter script: runs once for each connection, on its own thread.
    init(_ script: @escaping Script) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // Without this the next call fails with EBADF, and the cause is lost.
        guard listener >= 0 else { throw Failure(message: "socket: \(String(cString: strerror(errno)))") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) + listen(listener, 512)
                    + getsockname(listener, address, &length)
            }
        }
        guard code == 0 else {
            let failure = Failure(message: String(cString: strerror(errno)))
            Glibc.close(listener)
            throw failure
        }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        _ = WorkerThread.start(name: "scripted") { [weak self] in
            // Here alone, and only after the shutdown below: its number may be another's right after.
            defer { close(listener) }
            while true {
                let descriptor = test_accept(listener)
                if descriptor < 0 {
                    if errno == EINVAL { return }
                    // The client waits for this connection: a descriptor has to come free first.
                    if errno == EMFILE { usleep(10_000) }
                    continue
                }
                guard let self else {
                    close(descriptor)
                    continue
                }
                let number = connections.withLock { connections in
                    connections.append(descriptor)
                    return connections.count
                }
                let connection = AcceptedConnection(descriptor: descriptor, number: number, server: self)
                _ = WorkerThread.start(name: "scripted") {
                    let served = ServerConnection(connection)
                    script(served)
                    served.close()
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// A server that answers request after request.
    convenience init(answering reply: @escaping @Sendable (ServedRequest) -> Reply) throws {
        try self.init { connection in
            while let request = connection.readRequest() {
                let reply = reply(request)
                guard connection.send(reply), !reply.closes else { return }
            }
        }
    }

    var baseURL: String { "http://127.0.0.1:\(port)" }
    /// All requests that were read whole, in the order of their ends.
    var requests: [ServedRequest] { recorded.withLock { $0 } }
    var connectionCount: Int { connections.withLock { $0.count } }
    func requests(to path: String) -> [ServedRequest] { requests.filter { $0.path == path } }

    fileprivate func record(_ request: ServedRequest) { recorded.withLock { $0.append(request) } }
}

/// What a connection's thread gets from the one that accepts.
struct AcceptedConnection: Sendable {
    let descriptor: Int32
    let number: Int
    let server: ScriptedServer
}

struct ServedRequest: Sendable {
    var method = ""
    var path = ""
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    var bodyCount = 0
    /// Which connection of the server's it came on, from 1.
    var connection = 0
}

struct Reply: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body = ""
    var closes = false

    static let verdict = Reply(body: #"{"isAI": true, "confidence": 0.8234, "processingTime": 0.045}"#)
    static let token = Reply.token("token-1")
    static func token(_ token: String, expiresIn: Int = 3_600) -> Reply {
        Reply(body: #"{"access_token": "\#(token)", "token_type": "Bearer", "expires_in": \#(expiresIn)}"#)
    }

    var bytes: [UInt8] {
        var text = "HTTP/1.1 \(status) Because\r\nContent-Length: \(body.utf8.count)\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n" + body).utf8)
    }
}

/// One connection, read and written by its script's thread.
final class ServerConnection {
    /// How bytes come and go: plain, or through TLS.
    var receive: (UnsafeMutableRawBufferPointer) -> Int
    var transmit: (UnsafeRawBufferPointer) -> Int
    let number: Int
    let descriptor: Int32
    private let server: ScriptedServer
    private var buffer: [UInt8] = []
    private var scratch = [UInt8](repeating: 0, count: 65_536)
    private var isClosed = false
    /// Whether bodies are kept, or only counted.
    var keepsBodies = true

    fileprivate init(_ connection: AcceptedConnection) {
        let descriptor = connection.descriptor
        self.descriptor = descriptor
        number = connection.number
        server = connection.server
        receive = { recv(descriptor, $0.baseAddress, $0.count, 0) }
        transmit = { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    func readRequest() -> ServedRequest? {
        guard var request = readHead() else { return nil }
        guard readBody(of: &request) else { return nil }
        server.record(request)
        return request
    }

    /// Counts a request among those that were read whole.
    func record(_ request: ServedRequest) { server.record(request) }

    /// The request line and headers; nil if the peer has closed.
    func readHead() -> ServedRequest? {
        let end: [UInt8] = [13, 10, 13, 10]
        while true {
            if let range = buffer.firstRange(of: end) {
                let text = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
                buffer.removeSubrange(..<range.upperBound)
                return parse(text)
            }
            guard fill() else { return nil }
        }
    }

    func readBody(of request: inout ServedRequest) -> Bool {
        var left = Int(request.headers["content-length"] ?? "0") ?? 0
        request.bodyCount = left
        while true {
            let count = min(left, buffer.count)
            if keepsBodies { request.body += buffer[..<count] }
            left -= count
            if count == buffer.count {
                buffer.removeAll(keepingCapacity: true)
            } else {
                buffer.removeFirst(count)
            }
            if left == 0 { return true }
            guard fill() else { return false }
        }
    }

    /// Reads the next bytes, at least one.
    @discardableResult
    func fill() -> Bool {
        let count = scratch.withUnsafeMutableBytes { receive($0) }
        if count > 0 { buffer.append(contentsOf: scratch[..<count]) }
        return count > 0
    }

    @discardableResult
    func send(_ reply: Reply) -> Bool { send(reply.bytes) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { transmit($0) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Closes by a reset, as a server does that dies.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    private func parse(_ text: String) -> ServedRequest {
        let lines = text.split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        var request = ServedRequest(method: String(words[0]), path: String(words[1]), connection: number)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            request.headers[line[..<colon].lowercased()] = String(line[colon...].dropFirst(2))
        }
        return request
    }
}
