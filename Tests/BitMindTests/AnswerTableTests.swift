import BitMind
import TestSupport
import Testing

/// The API's documentation of its answers, sentence by sentence: verdicts, batches and error messages.
@Suite(.timeLimit(.minutes(3)), .holds(descriptors: 10))
struct AnswerTableTests {
    private func verdict(_ body: String) async throws -> Verdict {
        let server = try ScriptedServer(answering: { _ in Reply(body: body) })
        return try await BitMindClient.of(server).classify(.jpeg()).verdict
    }

    @Test func `verdict: isAI, confidence and processingTime, with the digits that came`() async throws {
        let verdict = try await verdict(#"{"isAI": true, "confidence": 0.82340, "processingTime": 4.5e-2}"#)
        #expect(verdict.isAI && verdict.confidenceText == "0.82340" && verdict.processingTime == "4.5e-2")
    }

    @Test func `verdict: processingTime may be missing`() async throws {
        let verdict = try await verdict(#"{"isAI": false, "confidence": 0}"#)
        #expect(!verdict.isAI && verdict.confidenceText == "0" && verdict.processingTime == nil)
    }

    @Test(arguments: [(true, "0.1"), (false, "0.9"), (false, "0.5"), (true, "0.4999")])
    func `verdict: isAI decides where confidence is at odds with it`(isAI: Bool, confidence: String)
        async throws
    {
        let verdict = try await verdict(#"{"isAI": \#(isAI), "confidence": \#(confidence)}"#)
        #expect(verdict.isAI == isAI && verdict.confidenceText == confidence)
    }

    @Test func `verdict: more fields may come, and are kept as they are`() async throws {
        let body = #"{"model":"m-2","isAI":true,"confidence":1.0,"regions":[[1e-7,null]],"model":"\u00e9"}"#
        let verdict = try await verdict(body)
        #expect(verdict.response.text() == body.replacing(#"\u00e9"#, with: "é"))
    }

    @Test(arguments: [
        #"{"isAI": 1, "confidence": 0.9}"#, #"{"isAI": true}"#, #"{"confidence": 0.9}"#,
        #"{"isAI": true, "confidence": "0.9"}"#, #"{"isAI": true, "confidence": 1.0001}"#,
        #"{"isAI": true, "confidence": -0.1}"#, #"{"isAI": null, "confidence": 0.9}"#,
        #"{"isAI": true, "confidence": NaN}"#, #"[{"isAI": true, "confidence": 0.9}]"#,
    ])
    func `verdict: anything else is none, but a fault of the service`(body: String) async throws {
        let error = await #expect(throws: APIError.self) { try await verdict(body) }
        #expect(error?.kind == .notAVerdict && error?.blame == .service)
    }

    @Test func `batch: matched by batch_position, never by order; with its request_id`() async throws {
        let server = try ScriptedServer(answering: { _ in
            Reply(
                body: #"""
                    {"batch_results": [{"isAI": true, "confidence": 0.9, "batch_position": 1},
                    {"isAI": false, "confidence": 0.2, "batch_position": 0}],
                    "batch_count": 2, "total_time": 0.156, "request_id": "batch_img_1234567890"}
                    """#)
        })
        let results = try await BitMindClient.of(server).classify(batch: [.jpeg([1]), .jpeg([2])]).map {
            try $0.get()
        }
        #expect(results.map(\.verdict.isAI) == [false, true])
        #expect(results.map(\.batchPosition) == [0, 1])
        #expect(results.allSatisfy { $0.requestID == "batch_img_1234567890" })
        #expect(results.map(\.sha256) == [sha256([1]), sha256([2])])
    }

    /// The forms of error bodies, and the words in them.
    static let words = [
        (#"{"error": "bad file"}"#, "bad file"),
        (#"{"message": "bad file", "code": 400}"#, "bad file"),
        (#"{"detail": "bad file"}"#, "bad file"),
        (#"{"error": {}, "error_description": "bad file"}"#, "bad file"),
        (#"{"error": {"code": 400, "message": "bad file"}}"#, "bad file"),
        (#"{"detail": [{"loc": ["body"], "msg": "bad"}, {"msg": "file"}]}"#, "bad; file"),
        ("bad\r\n\u{1B}[31mfile", "bad [31mfile"),
        (String(repeating: "x", count: 1_000), String(repeating: "x", count: 200)),
        ("", ""),
    ]

    @Test(arguments: words)
    func `errors: the server's words, in whichever form`(body: String, words: String) async throws {
        let server = try ScriptedServer(answering: { _ in Reply(status: 400, body: body) })
        let error = await (try BitMindClient.of(server)).failure(.jpeg())
        #expect(error?.kind == .rejected && error?.message == words)
    }
}
