import BitMindAPI
import BitMindSimulator
import Foundation
import TestSupport
import Testing

extension BuiltProgramTests {
    /// Everything that holds up files is reported with its cause, in the words of its source, everywhere.
    struct CauseTests {
        /// A fault of the API, or of a server in its place, and the expected message.
        struct Trouble: Sendable, CustomTestStringConvertible {
            let testDescription: String
            var on = FaultRule.fileEndpoints
            var status = 200
            var headers: [String: String] = [:]
            var body = ""
            let state: String
            let words: String
        }

        static let troubles = [
            Trouble(
                testDescription: "500 with words", status: 500,
                body: #"{"error":"internal","message":"database is down","detail":"shard seven"}"#,
                state: "the API is unavailable", words: "internal: database is down; shard seven"),
            Trouble(
                testDescription: "a portal", on: [.token],
                body: "<!DOCTYPE html><html><head><title>Hotel WiFi: log in</title></head></html>",
                state: "the API is unavailable", words: "answered with a web page: Hotel WiFi: log in"),
            Trouble(
                testDescription: "a firewall's 403", status: 403,
                body: "<html><head><title>Access denied | Wall</title></head></html>",
                state: "the API is unavailable", words: "answered with a web page: Access denied | Wall"),
            Trouble(
                testDescription: "a proxy's 401", on: [.token], status: 401,
                body: "<html><body><h1>Sign in to the proxy</h1></body></html>",
                state: "the API is unavailable", words: "answered with a web page: Sign in to the proxy"),
            Trouble(
                testDescription: "a redirect", status: 302,
                headers: ["Location": "https://login.example.org/sso?user=x"],
                state: "the API is unavailable", words: "it redirects to https://login.example.org/sso"),
            Trouble(
                testDescription: "another program's JSON", body: #"{"hello":1}"#,
                state: "the API is unavailable", words: "the answer has no isAI"),
            Trouble(
                testDescription: "a quota", status: 429, headers: ["Retry-After": "600"],
                body: #"{"error":"quota_exceeded","message":"the monthly quota is used up"}"#,
                state: "rate-limited", words: "quota_exceeded: the monthly quota is used up"),
            Trouble(
                testDescription: "an expired secret", on: [.token], status: 401,
                body: #"{"error":"invalid_client","error_description":"the secret has expired"}"#,
                state: "credentials refused", words: "invalid_client: the secret has expired"),
            Trouble(
                testDescription: "a plan without images", status: 403,
                body: #"{"error":"forbidden","message":"not in your plan"}"#,
                state: "/image refused", words: "forbidden: not in your plan"),
        ]

        @Test(arguments: troubles)
        func `what holds files up has its cause in the journal, STATUS= and status`(trouble: Trouble)
            async throws
        {
            let answer = ScriptedAnswer(status: trouble.status, headers: trouble.headers, body: trouble.body)
            let behaviour = SimulatorBehaviour { $0.faults = [FaultRule(answer: answer, on: trouble.on)] }
            try await Simulator.with(behaviour) { simulator in
                try await Self.expect(trouble.state, trouble.words, at: simulator.baseURL)
            }
        }

        /// Addresses at which no server answers.
        @Test(arguments: [
            ("http://127.0.0.1:1", "Connection refused"), ("http://nobody.invalid", "nobody.invalid"),
        ])
        func `an API that is not there says so`(baseURL: String, words: String) async throws {
            try await Self.expect("the API is unavailable", words, at: baseURL)
        }

        /// Has the service wait for an API, and expects its state and the cause in each place.
        /// - Parameter environment: what the service gets besides.
        static func expect(
            _ state: String, _ words: String, at baseURL: String, environment: [String: String] = [:]
        ) async throws {
            try await Site.with { site in
                try site.moveIn(DroppedFile("a.jpg", seed: 1))
                var settings = Site.Settings()
                settings.upload = "retry_initial = \"300ms\"\nretry_max = \"2s\""
                settings.environment["RUNTIME_DIRECTORY"] = site.root
                settings.environment.merge(environment) { _, new in new }
                let status = ["status", "--status-file", "\(site.root)/status.json"]
                let ending = try await site.serve(baseURL, settings) { service in
                    try await service.wait(until: "STATUS= has it") {
                        service.manager.lines.contains {
                            $0.hasPrefix("STATUS=") && $0.contains(state) && $0.contains(words)
                        }
                    }
                    try await service.wait(until: "a line of the journal has it") {
                        !service.lines(with: words).isEmpty
                    }
                    try await service.wait(until: "status has it") {
                        try await Program.run(Program.watch, status).output.contains(words)
                    }
                    try await service.wait(until: "so has the status of the file") {
                        let told = try await Program.run(Program.watch, status + ["\(site.inbox)/a.jpg"])
                        return told.output.contains(state) && told.output.contains(words)
                    }
                }
                #expect(ending.lines.count { $0.contains(words) } == 1, "\(ending.lines)")
                if state != "credentials refused" {
                    #expect(!ending.lines.contains { $0.contains("credential") }, "\(ending.lines)")
                }
            }
        }
    }
}
