import CCrypto
import TestSupport
import Testing

@testable import BitMind

/// TLS against a server whose certificate is signed by a test authority.
@Suite(.serialized, .timeLimit(.minutes(3)), .holds(descriptors: 16))
struct TLSTests {
    private let folder: TemporaryFolder
    private let authority: String

    init() throws {
        folder = try TemporaryFolder()
        authority = folder.path + "/ca.pem"
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try folder.run(
            "openssl", "req", "-x509", key[0], key[1], key[2], key[3], key[4], "-keyout", "ca.key", "-out",
            "ca.pem",
            "-subj", "/CN=Test Authority", "-days", "2")
        try folder.run(
            "openssl", "req", "-x509", key[0], key[1], key[2], key[3], key[4], "-keyout", "server.key",
            "-out",
            "server.pem", "-subj", "/CN=localhost", "-days", "2", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-addext",
            "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE")
    }

    private func server(_ script: @escaping ScriptedServer.Script) throws -> ScriptedServer {
        let path = folder.path
        return try ScriptedServer { connection in
            guard let session = TLSSession(connection.descriptor, folder: path) else { return }
            connection.receive = { Int(SSL_read(session.pointer, $0.baseAddress, Int32($0.count))) }
            connection.transmit = { Int(SSL_write(session.pointer, $0.baseAddress, Int32($0.count))) }
            script(connection)
        }
    }

    private func client(
        of server: ScriptedServer, trusting file: String?, requestTimeout: Duration = .seconds(120)
    ) throws -> BitMindClient {
        var configuration = BitMindClient.Configuration(baseURL: "https://127.0.0.1:\(server.port)")
        configuration.caFile = file
        configuration.requestTimeout = requestTimeout
        return try BitMindClient(
            configuration: configuration, credentials: FixedCredentials(.apiKey(Secret("enterprise-1"))))
    }

    @Test func `a server of an unknown authority gets nothing, with ca_file it gets the file`() async throws {
        let server = try server { connection in
            while connection.readRequest() != nil { connection.send(.verdict) }
        }
        let error = await (try client(of: server, trusting: nil)).failure(.jpeg())
        #expect(error?.kind == .unreachable && error?.message.contains("certificate") == true)
        #expect(server.requests.isEmpty)
        let client = try client(of: server, trusting: authority)
        for _ in 0..<3 { #expect(try await client.classify(.jpeg()).verdict.isAI) }
        #expect(server.requests.count == 3 && server.connectionCount == 2)
    }

    @Test func `an early answer is received over TLS, at the latest when asked first`() async throws {
        let server = try server { connection in
            guard connection.readHead() != nil else { return }
            connection.send(Reply(status: 413, body: #"{"error": "early"}"#))
        }
        let client = try client(of: server, trusting: authority, requestTimeout: .seconds(10))
        for _ in 0..<20 {
            let error = await client.failure(
                Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(3_000_000)))
            #expect(error?.kind == .tooLarge && error?.message == "early")
        }
        #expect(server.connectionCount <= 40)
    }

    @Test func `a verdict before the file is sent is no verdict over TLS either, and holds nothing up`()
        async throws
    {
        let server = try server { connection in
            guard connection.readHead() != nil else { return }
            connection.send(.verdict)
        }
        let client = try client(of: server, trusting: authority, requestTimeout: .seconds(10))
        for _ in 0..<5 {
            let error = await client.failure(
                Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(3_000_000)))
            #expect(error?.blame == .service && error?.kind != .noProgress)
        }
    }

    @Test func `a large file arrives whole over TLS`() async throws {
        let server = try server { connection in
            connection.keepsBodies = false
            while connection.readRequest() != nil { connection.send(.verdict) }
        }
        let client = try client(of: server, trusting: authority)
        let upload = Upload(type: .jpeg, fileName: "", body: ScriptedBody.zeros(20_000_000))
        #expect(try await client.classify(upload).verdict.isAI)
        #expect(server.requests.first?.bodyCount == 20_000_000)
    }

    @Test func `a ca_file that holds no certificates is refused at the start`() {
        for file in [folder.path + "/none.pem", folder.path + "/ca.key"] {
            #expect(throws: ConfigurationError.self) {
                var configuration = BitMindClient.Configuration()
                configuration.caFile = file
                _ = try BitMindClient(configuration: configuration, credentials: FixedCredentials(nil))
            }
        }
    }

    @Test(arguments: ["", "ftp://example.org", "enterprise.bitmind.ai", "https://", "http://a b"])
    func `a base URL that is none is refused at the start`(url: String) {
        #expect(throws: ConfigurationError.self) {
            let configuration = BitMindClient.Configuration(baseURL: url)
            _ = try BitMindClient(configuration: configuration, credentials: FixedCredentials(nil))
        }
    }
}

/// The server's side of a TLS connection.
private final class TLSSession {
    let pointer: OpaquePointer
    private let context: OpaquePointer

    /// - Returns: nil if the handshake fails.
    init?(_ descriptor: Int32, folder: String) {
        guard let context = SSL_CTX_new(TLS_server_method()), let pointer = SSL_new(context) else {
            return nil
        }
        self.context = context
        self.pointer = pointer
        SSL_use_certificate_file(pointer, folder + "/server.pem", SSL_FILETYPE_PEM)
        SSL_use_PrivateKey_file(pointer, folder + "/server.key", SSL_FILETYPE_PEM)
        SSL_set_fd(pointer, descriptor)
        guard SSL_accept(pointer) == 1 else { return nil }
    }

    deinit {
        SSL_free(pointer)
        SSL_CTX_free(context)
    }
}
