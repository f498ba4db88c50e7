import Glibc
import TestSupport
import Testing

@testable import BitMind

/// Proxies, by the configuration and by the environment.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 16))
struct ProxyTests {
    /// A proxy that answers in place of the host.
    private static func proxy() throws -> ScriptedServer { try ScriptedServer(answering: { _ in .verdict }) }

    private static func client(_ url: String, proxy: String? = nil) throws -> BitMindClient {
        var configuration = BitMindClient.Configuration(baseURL: url)
        configuration.proxy = proxy
        return try BitMindClient(
            configuration: configuration, credentials: FixedCredentials(.apiKey(Secret("enterprise-1"))))
    }

    @Test func `the configured proxy is used`() async throws {
        let proxy = try Self.proxy()
        let client = try Self.client("http://api.invalid", proxy: proxy.baseURL)
        #expect(try await client.classify(.jpeg()).verdict.isAI)
        #expect(proxy.requests.map(\.path) == ["http://api.invalid/image"])
    }

    @Test(arguments: ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
    func `a proxy in the environment is used`(variable: String) async throws {
        await #expect(processExitsWith: .success) { [variable = variable as String] in
            let proxy = try Self.proxy()
            setenv(variable, proxy.baseURL, 1)
            _ = try await Self.client("http://api.invalid").classify(.jpeg())
            guard proxy.requests.count == 1 else { exit(1) }
        }
    }

    @Test func `a host in NO_PROXY is asked directly, but for a configured proxy`() async throws {
        await #expect(processExitsWith: .success) {
            let proxy = try Self.proxy()
            let server = try Self.proxy()
            setenv("HTTP_PROXY", proxy.baseURL, 1)
            setenv("NO_PROXY", "example.org,127.0.0.1", 1)
            _ = try await Self.client(server.baseURL).classify(.jpeg())
            guard proxy.requests.isEmpty, server.requests.count == 1 else { exit(1) }
            _ = try await Self.client(server.baseURL, proxy: proxy.baseURL).classify(.jpeg())
            guard proxy.requests.count == 1, server.requests.count == 1 else { exit(1) }
        }
    }

    @Test func `HTTPS goes through the tunnel of HTTPS_PROXY, and its refusal is the service's fault`()
        async throws
    {
        await #expect(processExitsWith: .success) {
            let proxy = try ScriptedServer(answering: { _ in Reply(status: 407) })
            setenv("HTTPS_PROXY", proxy.baseURL, 1)
            let error = await (try Self.client("https://api.invalid")).failure(.jpeg())
            guard error?.kind == .unreachable, proxy.requests.first?.method == "CONNECT" else { exit(1) }
            guard proxy.requests.allSatisfy({ $0.headers["authorization"] == nil }) else { exit(1) }
        }
    }
}
