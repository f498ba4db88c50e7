import TestSupport
import Testing

@testable import BitMind

/// The bytes left in a broken connection are a refusal with bounded parts, or no answer.
@Suite struct AnswerHeadFuzzTests {
    private static let corpus = [
        "HTTP/1.1 413 Too Large\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nwords",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 X\r\n\r\n", "HTTP/1.0 503\nRetry-After:7\n\n",
    ].map { Array($0.utf8) }

    private static let pieces = [
        "\r\n", "\n", "HTTP/1.1 ", "HTTP/", ":", "-1", "99999999999999999999", "Content-Length: ", "\0", "é",
    ].map { Array($0.utf8) }

    @Test func `what is left of a connection is a refusal or nothing`() {
        for round in FuzzRounds(usual: 20_000) {
            var random = round.random
            var bytes = Self.corpus[round.number % Self.corpus.count]
            Mutation.mutate(
                &bytes, blows: .random(in: 0...4, using: &random), pieces: Self.pieces, using: &random)
            let limit = Int.random(in: 0...16, using: &random)
            guard let answer = TransportAnswer(head: AnswerHead(), remains: bytes, limit: limit) else {
                continue
            }
            #expect(answer.status >= 400 && answer.body.count <= limit, "\(round)")
        }
    }
}
