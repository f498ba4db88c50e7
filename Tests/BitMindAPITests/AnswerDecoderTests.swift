import BitMindAPI
import Testing

struct AnswerDecoderTests {
    @Test func `a verdict keeps its digits, its unknown fields and their order`() throws {
        let text = #"{"model":"v3","isAI":true,"confidence":0.82340,"processingTime":4.5e-2,"extra":[1]}"#
        let verdict = try AnswerDecoder.verdict(from: Array(text.utf8), endpoint: .image)
        #expect(verdict.isAI && verdict.confidence == 0.8234 && verdict.isConsistent)
        #expect(verdict.confidenceText == "0.82340" && verdict.processingTime == "4.5e-2")
        #expect(verdict.response.text() == text)
    }

    @Test(arguments: [
        (#"{"isAI":true,"confidence":0.5}"#, true), (#"{"isAI":false,"confidence":0.49999}"#, true),
        (#"{"isAI":true,"confidence":0.4}"#, false), (#"{"isAI":false,"confidence":0.5}"#, false),
        (#"{"isAI":true,"confidence":1,"processingTime":"soon"}"#, true),
        (#"{"isAI":false,"confidence":0}"#, true),
    ])
    func `isAI decides, whether or not confidence agrees`(text: String, isConsistent: Bool) throws {
        let verdict = try AnswerDecoder.verdict(from: Array(text.utf8), endpoint: .image)
        #expect(verdict.isConsistent == isConsistent)
        #expect(verdict.isAI == text.contains("true") && verdict.processingTime == nil)
    }

    @Test(arguments: [
        "", "{}", "[]", "null", "<html>", #"{"isAI":true}"#, #"{"confidence":0.9}"#,
        #"{"isAI":1,"confidence":0.9}"#,
        #"{"isAI":"true","confidence":0.9}"#, #"{"isAI":true,"confidence":"0.9"}"#,
        #"{"isAI":true,"confidence":1.01}"#,
        #"{"isAI":true,"confidence":-0.1}"#, #"{"isAI":true,"confidence":1e400}"#,
        #"{"isAI":true,"confidence":NaN}"#,
        #"{"isAI":true,"isAI":false,"confidence":0.9}"#, #"{"isAI":true,"confidence":0.9,"confidence":0.1}"#,
        #"{"isAI":null,"confidence":null}"#, #"[{"isAI":true,"confidence":0.9}]"#,
        #"{"isAI":true,"confidence":0.9"#,
        #"{"isAI":true,"confidence":0.9} {"isAI":false,"confidence":0.1}"#,
        #"{"IsAI":true,"confidence":0.9}"#,
    ])
    func `what is no verdict is the service's fault, never the file's`(text: String) {
        #expect {
            try AnswerDecoder.verdict(from: Array(text.utf8), endpoint: .image)
        } throws: { error in
            let error = error as? APIError
            return error?.kind == .notAVerdict && error?.blame == .service
                && error?.mayHaveBeenProcessed == true
        }
    }

    @Test func `results find their files by position, never by order`() throws {
        let text = #"""
            {"batch_results": [
              {"isAI": true, "confidence": 0.9, "batch_position": 4},
              {"isAI": false, "confidence": 0.2, "batch_position": 0.0},
              {"error": "corrupt", "batch_position": 1},
              {"isAI": true, "confidence": 0.6, "batch_position": 2},
              {"isAI": false, "confidence": 0.1, "batch_position": 2},
              {"isAI": true, "confidence": 0.6, "batch_position": 5},
              {"isAI": true, "confidence": 0.6, "batch_position": -1},
              {"isAI": true, "confidence": 0.6, "batch_position": "3"},
              {"isAI": true, "confidence": 0.6},
              {"isAI": true, "confidence": 7, "batch_position": 6}, 17, null
            ], "batch_count": 2, "request_id": "batch_img_1\u001b[31m"}
            """#
        let answer = try AnswerDecoder.batch(from: Array(text.utf8), count: 5, endpoint: .batchImage)
        #expect(answer.requestID == "batch_img_1 [31m")
        let kinds = answer.results.map { result -> String in
            switch result {
            case .success(let verdict): verdict.isAI ? "ai" : "human"
            case .failure(let error): error.kind.rawValue
            }
        }
        #expect(kinds == ["human", "rejected", "notAVerdict", "notAVerdict", "ai"])
        if case .failure(let error) = answer.results[1] {
            #expect(error.message == "corrupt" && error.blame == .file)
        }
    }

    @Test(arguments: [
        "{}", #"{"batch_results": {}}"#, #"{"batch_results": []}"#,
        #"{"batch_results": [{"batch_position": 9}]}"#,
        #"{"batch_results": [{"isAI": true, "confidence": 0.9}]}"#,
    ])
    func `a batch answer without a single position is the service's fault as a whole`(text: String) {
        #expect(throws: APIError.self) {
            try AnswerDecoder.batch(from: Array(text.utf8), count: 2, endpoint: .batchImage)
        }
    }

    @Test func `of two lists of results none is believed`() {
        let lists = [true, false].map {
            #""batch_results": [{"isAI": \#($0), "confidence": 0.5, "batch_position": 0}]"#
        }
        #expect(throws: APIError.self) {
            try AnswerDecoder.batch(
                from: Array("{\(lists.joined(separator: ","))}".utf8), count: 1, endpoint: .batchImage)
        }
    }

    @Test(arguments: [[1, 2, 3], [3, 2, 1], [2, 3]])
    func `positions that count from 1 give no file the verdict of its neighbour`(positions: [Int]) {
        let entries = positions.map { #"{"isAI": true, "confidence": 0.9, "batch_position": \#($0)}"# }
        let text = #"{"batch_results": [\#(entries.joined(separator: ","))]}"#
        #expect(throws: APIError.self) {
            try AnswerDecoder.batch(from: Array(text.utf8), count: 3, endpoint: .batchImage)
        }
    }

    @Test(arguments: [
        (#"{"error": {"message": "too odd"}}"#, "too odd"),
        (#"{"error": {"code": 3}, "error_description": "d"}"#, "d"),
        (#"{"error": "bad"}"#, "bad"), (#"{"message": "m"}"#, "m"), (#"{"detail": "d"}"#, "d"),
        (#"{"detail": [{"msg": "one"}, {"msg": "two"}, {"x": 1}]}"#, "one; two"),
        ("plain\r\ntext", "plain text"),
        ("<html>\u{1b}[2J\u{202E}</html>", "[2J"), ("", ""), ("{}", "{}"),
        (#"{"error": "", "message": "fallback"}"#, "fallback"),
    ])
    func `the server's words are found in every form`(body: String, message: String) {
        #expect(AnswerDecoder.errorMessage(from: Array(body.utf8)) == message)
    }

    @Test func `the server's words are bounded, even as one character with a million marks`() {
        let long = AnswerDecoder.errorMessage(from: [UInt8](repeating: 0x61, count: 1 << 20))
        #expect(long.count == 200)
        let marks = #"{"error": "a"# + String(repeating: "\u{301}", count: 100_000) + #""}"#
        #expect(AnswerDecoder.errorMessage(from: Array(marks.utf8)).unicodeScalars.count == 200)
    }

    @Test func `a token has its lifetime`() throws {
        let table: [(String, Duration)] = [
            (#"{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}"#, .seconds(3_600)),
            (#"{"access_token": "t", "token_type": "bearer", "expires_in": "60"}"#, .seconds(60)),
            (#"{"access_token": "t"}"#, .seconds(3_600)),
            (#"{"access_token": "t", "expires_in": 1e300}"#, .seconds(2_592_000)),
        ]
        for (text, lifetime) in table {
            let answer = try TokenAnswer(parsing: Array(text.utf8))
            #expect(answer.token == Secret("t") && answer.lifetime == lifetime)
        }
    }

    @Test(arguments: [
        "{}", #"{"access_token": ""}"#, #"{"access_token": 5}"#, #"{"access_token": "a\r\nX-Evil: 1"}"#,
        #"{"access_token": "t", "token_type": "mac"}"#, #"{"access_token": "t", "expires_in": 0}"#,
        #"{"access_token": "t", "expires_in": -5}"#, #"{"access_token": "t", "expires_in": true}"#,
        "nonsense",
    ])
    func `what is no token is the service's fault`(text: String) {
        #expect(throws: APIError.self) { try TokenAnswer(parsing: Array(text.utf8)) }
    }

    @Test func `a status has the account's permissions`() throws {
        let text = #"""
            {"client": {"permissions": ["image_inference", "batch_processing"]},
             "features": {"image_inference": true, "batch_processing": true, "video_inference": false}}
            """#
        let status = AccountStatus(response: try JSONText(parsing: text))
        #expect(status.permits(.image) == true && status.permits(.batchImage) == true)
        #expect(status.permits(.video) == false && status.permits(.batchVideo) == false)
        #expect(AccountStatus(response: .null).permits(.image) == nil)
        let off = try JSONText(parsing: #"{"features": {"image_inference": false}}"#)
        #expect(AccountStatus(response: off).permits(.image) == false)
    }
}
