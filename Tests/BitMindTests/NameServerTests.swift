import CTestSupport
import TestSupport
import Testing

@testable import BitMind

/// A name server that never answers.
@Suite(.timeLimit(.minutes(2)), .holds(descriptors: 16))
struct NameServerTests {
    @Test func `a name server that never answers holds no time-out, no thread and no shut-down`() async throws
    {
        let impatient = try Self.client(timeout: .milliseconds(200))
        // Twice, for the second goes by the thread of the first.
        for _ in 0..<2 {
            let error = await impatient.failure(.jpeg())
            #expect(error?.blame == .service && error?.mayHaveBeenProcessed == false)
        }
        await impatient.shutdown()
        #expect(dead_name_waiting() == 2)

        let patient = try Self.client(timeout: .seconds(1_000))
        let upload = Task { await patient.failure(.jpeg()) }
        try await wait(until: "the name is looked up") { dead_name_waiting() == 3 }
        await patient.shutdown()
        #expect(await upload.value?.kind == .cancelled)
        #expect(dead_name_waiting() == 3)

        // The abandoned look-up ends without harm.
        dead_name_server_gives_up()
        try await wait(until: "the look-ups end") { dead_name_waiting() == 0 }
    }

    private static func client(timeout: Duration) throws -> BitMindClient {
        var configuration = BitMindClient.Configuration(baseURL: "http://\(String(cString: dead_name)):9")
        configuration.requestTimeout = timeout
        configuration.maximumConnections = 1
        return try BitMindClient(
            configuration: configuration, credentials: FixedCredentials(.apiKey(Secret("enterprise-1"))))
    }
}
