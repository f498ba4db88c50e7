import BitMindAPI
import TestSupport
import Testing

@testable import BitMindSimulator

@Suite(.holds(descriptors: 8)) struct BatchFaultTests {
    private static let files = (0..<3).map { Samples.jpeg("number \($0)") }
    private static func entry(_ index: Int, at position: Int) -> String {
        Samples.verdict(files[index], position: position)
    }

    @Test(arguments: [
        (Fault.batchMissing, [entry(0, at: 0), entry(1, at: 1)]),
        (
            .batchError,
            [entry(0, at: 0), entry(1, at: 1), #"{"error": "internal error", "batch_position": 2}"#]
        ),
        (.batchDuplicate, [entry(0, at: 0), entry(1, at: 1), entry(2, at: 0)]),
        (.batchOutOfRange, [entry(0, at: 0), entry(1, at: 1), entry(2, at: 3)]),
        (.batchUnplaced, [entry(0, at: 0), entry(1, at: 1), Samples.verdict(files[2])]),
        (.batchShuffled, [entry(1, at: 1), entry(2, at: 2), entry(0, at: 0)]),
    ])
    func `batches fail as configured, and single files do not`(fault: Fault, entries: [String]) async throws {
        try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(fault)] }) { simulator throws in
            let answer = try simulator.ask(Samples.batch(Self.files))
            #expect(answer.body.hasPrefix("{\"batch_results\": [\(entries.joined(separator: ", "))], "))
            #expect(answer.body.contains("\"batch_count\": 3"))
            #expect(try simulator.ask(Samples.raw(Self.files[0])).body == Samples.verdict(Self.files[0]))
        }
    }

    @Test func `a batch is refused as a whole, or has its numbers as strings`() async throws {
        try await Simulator.with { simulator throws in
            for (fault, status) in [(Fault.batchRefused, 400), (.batchTooLarge, 413)] {
                simulator.behave { $0.faults = [FaultRule(fault)] }
                #expect(try simulator.ask(Samples.batch(Self.files)).status == status)
            }
            simulator.behave { $0.faults = [FaultRule(.batchStrings)] }
            let body = try simulator.ask(Samples.batch(Self.files)).body
            #expect(body.contains("\"batch_position\": \"2\"") && !body.contains("\"confidence\": 0."))
        }
    }

    @Test func `credentials are repeated in each verdict of a batch, and in a refusal`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(.echoCredentials)] }) {
            simulator throws in
            let batch = try simulator.ask(Samples.batch(Self.files)).body
            #expect(batch.split(separator: "\"received\": \"Bearer ").count == 4)
            let refusal = try simulator.ask(Samples.raw(Samples.badJPEG))
            #expect(refusal.status == 400 && refusal.body.hasPrefix("{\"received\": \"Bearer "))
        }
    }
}

@Suite(.holds(descriptors: 8)) struct OccasionTests {
    private static let request = Samples.raw(Samples.jpeg())

    @Test func `the next so many requests, and then no more`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(.status503, .next(2))] }) {
            simulator in
            let statuses = try (0..<4).map { _ in try simulator.ask(Self.request).status }
            #expect(statuses == [503, 503, 200, 200])
        }
    }

    @Test func `a rate is kept by chance, the same for the same seed`() async throws {
        func run(_ seed: UInt64) async throws -> [Int] {
            let behaviour = SimulatorBehaviour {
                $0.faults = [FaultRule(.status503, .rate(0.3))]
                $0.seed = seed
            }
            return try await Simulator.with(behaviour) { simulator throws in
                let connection = try RawConnection(port: simulator.port)
                return try (0..<300).map { _ in
                    try connection.send(Self.request)
                    return try connection.answer().status
                }
            }
        }
        let first = try await run(1)
        #expect((60...120).contains(first.count { $0 == 503 }))
        #expect(try await run(1) == first)
        #expect(try await run(2) != first)
    }

    @Test func `a fault strikes the endpoints that it is for, and what is refused anyway uses up none`()
        async throws
    {
        let rule = FaultRule(.status500, on: [.token, .health])
        try await Simulator.with(SimulatorBehaviour { $0.faults = [rule] }) { simulator throws in
            #expect(try simulator.ask(RawRequest("GET", "/health")).status == 500)
            #expect(try simulator.ask(Self.request).status == 200)
            simulator.behave { $0.faults = [FaultRule(.notJSON, .next(1))] }
            var refused = Self.request
            refused.headers[0].value = "Bearer x"
            #expect(try simulator.ask(refused).status == 401)
            #expect(try simulator.ask(Self.request).body.hasPrefix("Everything"))
            #expect(try simulator.ask(Self.request).body == Samples.verdict(Samples.jpeg()))
        }
    }

    @Test func `an answer given word for word is sent so`() async throws {
        let script = ScriptedAnswer(
            status: 422, headers: ["Content-Type": "text/plain", "X-Other": "1"], body: "in my words")
        try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(answer: script)] }) {
            simulator in
            let answer = try simulator.ask(Self.request)
            #expect(answer.status == 422)
            #expect(answer.body == "in my words")
            #expect(answer.headers["content-type"] == "text/plain")
            #expect(answer.headers["x-other"] == "1")
            #expect(answer.headers["x-simulated"] == "true")
            simulator.behave { $0.faults = [FaultRule(answer: ScriptedAnswer(status: 418))] }
            #expect(try simulator.ask(Self.request).status == 418)
        }
    }

    @Test func `latency passes between a request's end and its answer`() async throws {
        let behaviour = SimulatorBehaviour {
            $0.latency = .milliseconds(30)
            $0.latencyJitter = .milliseconds(10)
        }
        try await Simulator.with(behaviour) { simulator throws in
            let start = ContinuousClock.now
            _ = try simulator.ask(Self.request)
            #expect(ContinuousClock.now - start >= .milliseconds(30))
        }
    }

    @Test func `bodies are read no faster than configured`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.bodyBytesPerSecond = 100_000 }) { simulator throws in
            let start = ContinuousClock.now
            let answer = try simulator.ask(Samples.raw(Samples.jpeg(String(repeating: "x", count: 40_000))))
            #expect(answer.status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(250))
        }
    }

    @Test func `an idle connection is closed after its time`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.idleTimeout = .seconds(1) }) {
            simulator throws in
            let connection = try RawConnection(port: simulator.port)
            try connection.send(Self.request)
            #expect(try connection.answer().status == 200)
            #expect(try connection.readToEnd().end == .closed)
        }
    }

    @Test func `an outage refuses connections, and its end takes them on the same port`() async throws {
        try await Simulator.with { simulator throws in
            let held = try RawConnection(port: simulator.port)
            try held.send(Self.request)
            #expect(try held.answer().status == 200)
            await simulator.refuseConnections()
            #expect(try held.readToEnd().end == .closed)
            #expect(throws: RawConnection.Failure.self) { try RawConnection(port: simulator.port) }
            try await simulator.acceptConnections()
            #expect(try simulator.ask(Self.request).status == 200)
        }
    }

    @Test func `the record and the behaviour can be reached from outside`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.keepsRequests = false }) { simulator throws in
            #expect(try simulator.ask(Self.request).status == 200)
            let digest = Samples.sha256(Samples.jpeg())
            #expect(
                try simulator.ask(RawRequest("GET", "/_simulator/requests")).body == """
                    {"in_flight": 0, "maximum_in_flight": 1, "requests": {"/image": 1}, \
                    "statuses": {"200": 1}, \
                    "token_requests": 0, "uploads": {"\(digest)": 1}, "verdicts": {"\(digest)": 1}}\n
                    """)
            func change(_ form: String) throws -> Int {
                try simulator.ask(RawRequest("POST", "/_simulator/behaviour", body: Array(form.utf8))).status
            }
            #expect(try change("fault=status-503&next=1") == 200)
            #expect(try simulator.ask(Self.request).status == 503)
            #expect(try simulator.ask(Self.request).status == 200)
            #expect(try change("fault=nonsense") == 400)
            #expect(try change("permissions=video_inference&revoke-tokens=1") == 200)
            #expect(try simulator.ask(Self.request).status == 403)
            #expect(try simulator.ask(RawRequest("DELETE", "/_simulator/requests")).status == 200)
            #expect(simulator.uploads.isEmpty)
        }
    }
}
