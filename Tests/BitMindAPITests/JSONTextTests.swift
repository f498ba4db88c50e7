import BitMindAPI
import SampleMedia
import Testing

struct JSONTextTests {
    /// Texts that are JSON, and what they look like written again.
    static let good: [(text: String, written: String)] = [
        (
            #"{"b":0.82340,"a":[1e-7,-0,12345678901234567890],"b":null}"#,
            #"{"b":0.82340,"a":[1e-7,-0,12345678901234567890],"b":null}"#
        ),
        (" \t\r\n[ ] ", "[]"), ("{ }", "{}"), ("true", "true"), ("null", "null"), ("-0.0E+10", "-0.0E+10"),
        (#""a\u00e9\n\/""#, "\"aé\\n/\""), (#""\ud83d\ude00""#, "\"😀\""), (#""\ud83d""#, "\"\u{FFFD}\""),
        (#""\ude00\ud83dx""#, "\"\u{FFFD}\u{FFFD}x\""),
        (#""\u0000\u001f\u007f\u009b\u2028""#, #""\u0000\u001f\u007f\u009b\u2028""#),
        ("\"\u{202E}ü\"", "\"\u{202E}ü\""), (#"{"":{"":[[],{}]}}"#, #"{"":{"":[[],{}]}}"#),
        (#""\ud83d\u0041""#, "\"\u{FFFD}A\""),
    ]

    static let bad = [
        "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#,
        "{'a':1}",
        "01", "1.", ".5", "-", "+1", "1e", "1e+", "0x10", "NaN", "Infinity", "-Infinity", "tru", "True",
        "nul", "1 2",
        "\"", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12G4\"", "\"\t\"", "\"\n\"", "[1}", "{]", "\u{FEFF}1",
        "1//", "/**/1",
        "[1 2]", #"{"a" 1}"#, #"{"a":1 "b":2}"#, "\"\\uD83D\\u12\"", "\"\\ud83d\\", "--1", "1.e5", "[\"a",
        "\u{0}",
    ]

    @Test(arguments: good)
    func `what is JSON is read and written again`(text: String, written: String) throws {
        #expect(try JSONText(parsing: text).text() == written)
    }

    @Test(arguments: bad)
    func `what isn't JSON is refused`(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: text) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xE2, 0x82, 0x22],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: bytes) }
    }

    @Test func `nesting is bounded, so that no answer exhausts the stack`() throws {
        let deep = String(repeating: "[", count: 200_000)
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: deep) }
        let objects = String(repeating: #"{"a":"#, count: 200_000)
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: objects) }
        let just = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(try JSONText(parsing: just).text() == just)
        #expect(throws: JSONSyntaxError.self) { try JSONText(parsing: "[\(just)]") }
    }

    @Test func `an error says where and why`() {
        #expect {
            try JSONText(parsing: #"{"a": tru}"#)
        } throws: {
            "\($0)" == "not JSON: a word is cut short at byte 6"
                || "\($0)" == "not JSON: no such word at byte 6"
        }
    }

    @Test func `keys are sorted by their bytes, and printed with a line each`() {
        let value: JSONText = ["b": 1, "ä": 2, "a": ["z": [1, 2], "y": []], "B": nil]
        #expect(value.text(sortedKeys: true) == #"{"B":null,"a":{"y":[],"z":[1,2]},"b":1,"ä":2}"#)
        let pretty = """
            {
              "a": {
                "y": [],
                "z": [
                  1
                ]
              }
            }
            """
        let nested: JSONText = ["a": ["z": [1], "y": []]]
        #expect(nested.text(sortedKeys: true, pretty: true) == pretty)
    }

    @Test func `what is written is always JSON, for any input`() throws {
        for digits in ["", "abc", "1 ", "01", "NaN", "1\n2", "\"}"] {
            let text = JSONText.array([.number(digits)]).text()
            #expect(try JSONText(parsing: text) == .array([.string(digits)]))
        }
        let every = String(String.UnicodeScalarView((0...0x3000).compactMap { Unicode.Scalar($0) }))
        #expect(try JSONText(parsing: JSONText.string(every).serialized()) == .string(every))
    }

    @Test func `of members with the same name the last counts, and all are kept`() throws {
        let value = try JSONText(parsing: #"{"a":1,"a":2}"#)
        #expect(value["a"] == 2 && value.count(of: "a") == 2 && value["b"] == nil)
        #expect(value.text() == #"{"a":1,"a":2}"#)
    }

    /// Every text of the corpus, cut anywhere and with any byte changed, is accepted or refused. An accepted
    /// value is the same when it is written and read again.
    @Test func `bytes cut and changed at random never trap, and what is read stays the same`() throws {
        var random = SplitMix64(seed: 20_261_124)
        let corpus = Self.good.map { Array($0.text.utf8) } + Self.bad.map { Array($0.utf8) } + Self.answers
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = corpus.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                let index = bytes.indices.randomElement(using: &random) ?? 0
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(bytes[index], at: index)
                default: bytes.removeSubrange(index...)
                }
            }
            do throws(JSONSyntaxError) {
                let value = try JSONText(parsing: bytes)
                accepted += 1
                #expect(try JSONText(parsing: value.serialized(pretty: true)) == value)
            } catch {
                #expect((0...bytes.count).contains(error.offset))
            }
        }
        #expect(accepted > 1_000)
    }

    static let answers: [[UInt8]] = [
        #"{"isAI": true, "confidence": 0.8234, "processingTime": 0.045}"#,
        #"{"batch_results": [{"isAI": false, "confidence": 0.1, "batch_position": 0}], "request_id": "b"}"#,
        #"{"detail": [{"loc": ["body"], "msg": "field required", "type": "value_error"}]}"#,
    ].map { Array($0.utf8) }
}
