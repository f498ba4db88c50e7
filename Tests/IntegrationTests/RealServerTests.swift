import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

extension BuiltProgramTests {
    /// The servers and proxies that stand before an API, as they are, and what is to be read of their refusals.
    struct RealServerTests {
        struct Case: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let server: FrontServer.Kind
            /// What the server is told to do, in its own words.
            let rule: String
            let words: String
            var state = "the API is unavailable"
            var isProxy = false
            var scheme = "http"
        }

        static let cases = [
            Case(
                testDescription: "nginx refuses", server: .nginx, rule: "location / { return 403; }",
                words: "answered with a web page: 403 Forbidden"),
            Case(
                testDescription: "nginx has no upstream", server: .nginx,
                rule: "location / { proxy_pass http://127.0.0.1:1; }",
                words: "answered with a web page: 502 Bad Gateway"),
            Case(
                testDescription: "nginx redirects", server: .nginx,
                rule: "location / { return 301 https://login.example.org$request_uri; }",
                words: "it redirects to https://login.example.org/"),
            Case(
                testDescription: "haproxy has no server", server: .haproxy, rule: "default_backend none",
                words: "answered with a web page: 503 Service Unavailable"),
            Case(
                testDescription: "haproxy refuses", server: .haproxy, rule: "http-request deny",
                words: "answered with a web page: 403 Forbidden"),
            Case(
                testDescription: "haproxy counts requests", server: .haproxy,
                rule: "http-request deny deny_status 429",
                words: "answered with a web page: 429 Too Many Requests", state: "rate-limited"),
            Case(
                testDescription: "squid refuses", server: .squid, rule: "http_access deny all",
                words: "answered with a web page: ERROR: The requested URL could not be retrieved",
                isProxy: true),
            Case(
                testDescription: "squid refuses a tunnel", server: .squid, rule: "http_access deny all",
                words: "the proxy refused", isProxy: true, scheme: "https"),
        ]

        @Test(arguments: cases)
        func `what a server before the API says is the cause that is reported`(one: Case) async throws {
            try await FrontServer.with(one.server, rule: one.rule) { address in
                let baseURL = one.isProxy ? "\(one.scheme)://api.example.org" : "http://\(address)"
                let environment = one.isProxy ? ["\(one.scheme)_proxy": "http://\(address)"] : [:]
                try await CauseTests.expect(
                    one.state, one.words, at: baseURL, environment: environment)
            }
        }
    }
}

/// A server from the distribution, with a rule of its own, on a free port.
enum FrontServer {
    enum Kind: String, Sendable {
        case nginx, haproxy, squid
    }

    /// Runs it while `body` runs.
    /// - Parameter body: gets its host and port.
    static func with(_ kind: Kind, rule: String, _ body: (String) async throws -> Void) async throws {
        let folder = try Site.makeFolder(in: "/tmp")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let port = try freePort()
        let file = "\(folder)/configuration"
        try Data(configuration(kind, rule, folder, port).utf8).write(to: URL(filePath: file))
        // Squid gives up root, and reads its configuration as another user.
        chmod(folder, 0o755)
        _ = try await Subprocess.run(
            .path(FilePath("/usr/sbin/\(kind.rawValue)")),
            arguments: Arguments(arguments(kind, file, folder)),
            input: .none, output: .discarded, error: .discarded
        ) { execution in
            let process = RunningProcess(execution.processIdentifier.value)
            defer { process.send(SIGTERM) }
            try await wait(until: "\(kind.rawValue) listens") { try accepts(port) }
            try await body("127.0.0.1:\(port)")
        }
    }

    private static func arguments(_ kind: Kind, _ file: String, _ folder: String) -> [String] {
        switch kind {
        case .nginx: ["-c", file]
        case .haproxy: ["-db", "-f", file]
        // Its shared memory is named so.
        case .squid: ["-N", "-n", "bitmind\(getpid())", "-f", file]
        }
    }

    private static func configuration(_ kind: Kind, _ rule: String, _ folder: String, _ port: UInt16)
        -> String
    {
        switch kind {
        case .nginx:
            let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
            return """
                daemon off; pid \(folder)/pid; error_log /dev/null;
                events {}
                http { access_log off; \(temporary) server { listen 127.0.0.1:\(port); \(rule) } }

                """
        case .haproxy:
            return """
                defaults
                  mode http
                  timeout connect 1s
                  timeout client 5s
                  timeout server 5s
                frontend api
                  bind 127.0.0.1:\(port)
                  \(rule)
                backend none
                  server none 127.0.0.1:1

                """
        case .squid:
            return """
                http_port 127.0.0.1:\(port)
                \(rule)
                cache deny all
                memory_cache_shared off
                access_log none
                cache_log /dev/null
                pid_filename none
                netdb_filename none
                pinger_enable off
                visible_hostname wall.example.org
                shutdown_lifetime 0 seconds

                """
        }
    }

    /// A port that nobody listens on, as the kernel gives them.
    private static func freePort() throws -> UInt16 {
        try withSocket { socket in
            var address = loopback(0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
                }
            }
            guard isBound else { throw SystemFailure("bind", "127.0.0.1") }
            return UInt16(bigEndian: address.sin_port)
        }
    }

    private static func accepts(_ port: UInt16) throws -> Bool {
        try withSocket { socket in
            var address = loopback(port)
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
    }

    private static func withSocket<Result>(_ body: (Int32) throws -> Result) throws -> Result {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw SystemFailure("socket", "AF_INET") }
        defer { close(socket) }
        return try body(socket)
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return address
    }
}
