import Testing

@testable import BitMindAPI

/// Answers made to use much memory, or to fill journals and sidecars.
struct HostileJSONTests {
    static let limits = JSONLimits.answer

    /// Answers of some megabytes, each beyond one of the limits.
    static let excessive = [
        "[" + String(repeating: "0,", count: 500_000) + "0]",
        #"{"isAI":true,"confidence":0."# + String(repeating: "1", count: 1_000_000) + "}",
        #"{"isAI":true,"confidence":0.5,"n":1e"# + String(repeating: "0", count: 100) + "}",
        #"{"isAI":true,"confidence":0.5,"x":"# + String(repeating: "[", count: 200_000) + "}",
        #"{"isAI":true,"confidence":0.5"# + String(repeating: #","a":0"#, count: 100_000) + "}",
        "[" + String(repeating: "[],", count: 100_000) + "0]",
    ]

    @Test(arguments: excessive)
    func `an answer beyond the limits is the service's fault, and shows nowhere`(text: String) {
        #expect {
            try AnswerDecoder.verdict(from: Array(text.utf8), endpoint: .image)
        } throws: { error in
            let error = error as? APIError
            return error?.kind == .notAVerdict && (error?.message.unicodeScalars.count ?? .max) <= 200
        }
        #expect(AnswerDecoder.jsonIfAny(in: Array(text.utf8)) == nil)
        #expect(AnswerDecoder.errorMessage(from: Array(text.utf8)).unicodeScalars.count <= 200)
    }

    @Test func `each limit is exact`() throws {
        let digits = String(repeating: "7", count: 64)
        #expect(try JSONText(parsing: digits, limits: Self.limits) == .number(digits))
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: digits + "7", limits: Self.limits) }
        #expect(try JSONText(parsing: digits + "7") == .number(digits + "7"))
        let zeros = Array(repeating: "0", count: 19_999).joined(separator: ",")
        #expect(try JSONText(parsing: "[\(zeros)]", limits: Self.limits).elements?.count == 19_999)
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: "[0,\(zeros)]", limits: Self.limits) }
    }

    @Test func `an answer is kept as bytes, and is the same when it is asked for`() throws {
        let text = #"{"isAI":true,"confidence":0.82340,"x":[1e-7,{"a":1,"a":2}],"s":"\u00e9\n"}"#
        let json = try JSONText(parsing: text)
        let verdict = try #require(Verdict(response: json))
        #expect(verdict.response == json)
        #expect(MemoryLayout<KeptJSON>.size == MemoryLayout<[UInt8]>.size)
        let answer = APIError.Answer(isSimulated: false, requestID: nil, response: json)
        #expect(answer.response == json)
        #expect(APIError.Answer(isSimulated: false, requestID: nil, response: nil).response == nil)
    }

    @Test(arguments: [
        (#"{"isAI": "yes", "confidence": 0.9}"#, #"isAI is "yes", not true or false"#),
        (#"{"confidence": 0.9}"#, "the answer has no isAI"),
        (#"{"isAI": true}"#, "the answer has no confidence"),
        (#"{"isAI": true, "confidence": 1.7}"#, "confidence is 1.7, not a number from 0 to 1"),
        (#"{"isAI": true, "confidence": null}"#, "confidence is null, not a number from 0 to 1"),
        (#"{"isAI": true, "isAI": true, "confidence": 1}"#, "the answer has isAI more than once"),
        ("[]", "the answer is no JSON object"), ("", "the answer is empty"),
        ("<html><head><title>Sign  in &amp; pay</title>", "answered with a web page: Sign in & pay"),
        ("<!DOCTYPE html>\n<TITLE lang='en'>Blocked</TITLE>", "answered with a web page: Blocked"),
        ("<html><body><h1>502 <b>Bad</b> Gateway</h1>", "answered with a web page: 502 Bad Gateway"),
        ("<html>", "answered with a web page"),
        (
            "<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
            "answered with XML: AccessDenied: Request has expired"
        ),
        (
            "<?xml version='1.0'?><soap:Fault><faultstring>no such service</faultstring></soap:Fault>",
            "answered with XML: no such service"
        ),
        ("<?xml version='1.0'?><nothing/>", "answered with XML"),
        (
            "<?xml version='1.0'?><html xmlns='x'><head><title>Sign in</title></head></html>",
            "answered with a web page: Sign in"
        ),
    ])
    func `what is no verdict is reported with what is wrong with it`(body: String, words: String) {
        let error = #expect(throws: APIError.self) {
            try AnswerDecoder.verdict(from: Array(body.utf8), endpoint: .image)
        }
        #expect(error?.message == words)
    }

    @Test(arguments: [
        (
            #"{"error": "bad_request", "message": "image has more than 178 megapixels"}"#,
            "bad_request: image has more than 178 megapixels"
        ),
        (
            #"{"error": "invalid_client", "error_description": "Client authentication failed"}"#,
            "invalid_client: Client authentication failed"
        ),
        (#"{"error": {"code": "too_odd", "message": "m"}, "detail": "d"}"#, "too_odd: m; d"),
        (#"{"error": "same", "message": "same"}"#, "same"),
        (#"{"title": "Bad", "status": 400, "detail": "too wide"}"#, "Bad: too wide"),
        (#"{"detail": ["a", {"msg": "b"}, 3]}"#, "a; b"), (#"{"detail": {"message": "m"}}"#, "m"),
        (#"{"errors": [{"message": "one"}, {"detail": "two"}]}"#, "one; two"),
        ("<html><head><title>403 Forbidden</title></head><body>…", "403 Forbidden"),
        ("<!DOCTYPE html><html><body><p>Ask your <b>administrator</b></p></body>", "Ask your administrator"),
    ])
    func `all that the server says is reported, the code first`(body: String, message: String) {
        #expect(AnswerDecoder.errorMessage(from: Array(body.utf8)) == message)
    }
}
