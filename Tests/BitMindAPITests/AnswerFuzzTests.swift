import BitMindAPI
import TestSupport
import Testing

/// Every answer of the API is a documented verdict, or gives an error that blames the service.
@Suite struct AnswerFuzzTests {
    static let corpus: [String] = [
        "", " ", "null", "true", "\"\"", "{}", "[]", "{\"isAI\":true}", "{\"confidence\":0.5}",
        "{\"isAI\":true,\"confidence\":NaN}", "{\"isAI\":true,\"confidence\":1e999}",
        "{\"isAI\":true,\"confidence\":-0.1}", "{\"isAI\":true,\"confidence\":1.0000001}",
        "{\"isAI\":\"true\",\"confidence\":0.5}", "{\"isAI\":1,\"confidence\":0.5}",
        "{\"isAI\":true,\"confidence\":\"0.5\"}", "{\"isAI\":true,\"isAI\":false,\"confidence\":0.5}",
        "{\"isAI\":true,\"confidence\":0.5,\"confidence\":0.6}", "{\"isAI\":true,\"confidence\":0.5",
        "{\"isAI\":true,\"confidence\":0.5}}", "{\"isAI\":true,\"confidence\":00.5}",
        "{\"batch_results\":null}", "{\"batch_results\":{}}", "{\"batch_results\":[null]}",
        "{\"batch_results\":[{\"batch_position\":-1,\"isAI\":true,\"confidence\":0.5}]}",
        "{\"batch_results\":[{\"batch_position\":1e300,\"isAI\":true,\"confidence\":0.5}]}",
        "{\"batch_results\":[{\"batch_position\":\"0\",\"isAI\":true,\"confidence\":0.5}]}",
        String(repeating: "[", count: 200_000), String(repeating: "{\"a\":", count: 200_000),
        "<html>", "\u{FEFF}{\"isAI\":true,\"confidence\":0.5}",
    ]

    static let good = [
        "{\"isAI\":true,\"confidence\":0.8234,\"processingTime\":0.045}",
        "{\"batch_results\":[{\"isAI\":true,\"confidence\":0.9,\"batch_position\":0},"
            + "{\"isAI\":false,\"confidence\":0.1,\"batch_position\":1}],\"request_id\":\"x\"}",
    ]

    private static let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\uD800", "\"isAI\":", "\"confidence\":", "true",
        "null",
        "1e999", "-0", "0.5", "\"batch_position\":1", "{\"error\":\"x\"}",
    ].map { Array($0.utf8) }

    @Test(arguments: corpus)
    func `an answer of the corpus is no verdict, and the service's fault`(text: String) {
        for result in Self.results(Array(text.utf8)) {
            guard case .failure(let error) = result else {
                Issue.record("a verdict from \(text.prefix(60))")
                continue
            }
            #expect(error.blame == .service || error.kind == .rejected, "\(text.prefix(60))")
        }
    }

    @Test func `a mutated answer never gives a verdict out of range, nor for another file`() {
        for round in FuzzRounds(usual: 20_000) {
            var random = round.random
            var bytes = Array(Self.good[round.number % 2].utf8)
            Mutation.mutate(
                &bytes, blows: .random(in: 1...3, using: &random), pieces: Self.pieces, using: &random)
            for case .success(let verdict) in Self.results(bytes) {
                #expect((0...1).contains(verdict.confidence), "\(round)")
                #expect(Double(verdict.confidenceText) == verdict.confidence, "\(round)")
            }
        }
    }

    /// What an answer means as one for a single file, and as one for two.
    private static func results(_ bytes: [UInt8]) -> [Result<Verdict, APIError>] {
        let single = Result { () throws(APIError) in try AnswerDecoder.verdict(from: bytes, endpoint: .image)
        }
        do throws(APIError) {
            return [single] + (try AnswerDecoder.batch(from: bytes, count: 2, endpoint: .batchImage)).results
        } catch {
            return [single, .failure(error)]
        }
    }
}
