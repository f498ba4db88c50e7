import BitMindAPI
import TestSupport
import Testing

/// Any bytes are refused as JSON, or the value read from them can be written and read again.
@Suite struct JSONFuzzTests {
    private static let corpus = [
        "{\"a\":[1,2.50,-0,1e-7,{\"b\":null}],\"a\":\"\\u00e9\\ud83d\\ude00\",\"c\":true}", "[]", "{}",
        "\"\\\"\"",
        "-12.5E+10", "[[[[[[]]]]]]", " \t\r\n null ",
    ].map { Array($0.utf8) }

    private static let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\uD800", "0", "-", ".", "e", "1e999", "\u{FEFF}",
    ].map { Array($0.utf8) }

    @Test func `what is read can be written and read again, digits and doubles and all`() {
        for round in FuzzRounds(usual: 20_000) {
            var random = round.random
            var bytes = Self.corpus[round.number % Self.corpus.count]
            Mutation.mutate(
                &bytes, blows: .random(in: 0...4, using: &random), pieces: Self.pieces, using: &random)
            guard let value = AnswerDecoder.jsonIfAny(in: bytes) else { continue }
            #expect(AnswerDecoder.jsonIfAny(in: value.serialized()) == value, "\(round)")
            #expect(AnswerDecoder.jsonIfAny(in: value.serialized(pretty: true)) == value, "\(round)")
        }
    }

    @Test func `any text is a pause of a bounded length, or none`() {
        let corpus = [
            "60", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ]
        .map { Array($0.utf8) }
        let pieces = ["9", "-1", " ", ":", ",", "Feb", "0000", "99999999999999999999", "GMT"].map {
            Array($0.utf8)
        }
        for round in FuzzRounds(usual: 20_000) {
            var random = round.random
            var texts: [String] = []
            for _ in 0..<2 {
                var bytes = corpus[Int.random(in: corpus.indices, using: &random)]
                Mutation.mutate(
                    &bytes, blows: .random(in: 0...3, using: &random), pieces: pieces, using: &random)
                texts.append(String(decoding: bytes, as: UTF8.self))
            }
            let pause = RetryAfter.duration(texts[0], date: texts[1], now: 784_111_777)
            #expect(pause.map { $0 >= .zero } ?? true, "\(round): \(texts)")
        }
    }
}
