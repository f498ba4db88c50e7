import TestSupport
import Testing
import WatchCore

@testable import WatchService

@Suite struct ConfigurationFuzzTests {
    /// The start of the mutations: valid texts, and texts that once failed.
    private static let corpus: [String] =
        [
            everyKey, "", "=", "[", "[[watch]]\ninbox = \"/srv/in\"\n",
            "[[watch]]\ninbox = \"\"\"\n/srv/in\\\n   /x\"\"\"\n", "a = 1979-05-27T07:32:00.999999-07:00\n",
            "a = [[[[1, 2], {b.c = {d = []}}]]]\n", "a = 0xDEAD_BEEF\nb = -inf\nc = +nan\nd = 1e400\n",
            "\"\" = 1\n'' = 2\n", "\u{feff}\"\\U0010FFFF\" = '''\n'''\n",
            // The parser's own assumptions do not hold for these.
            "[&\n", "[=]\n", "sch\u{e9}.ma = 1\n", "s = \"\"\"\\\n\u{a7}\"\"\"\n",
            // Each dot is a level of tables, freed by recursion.
            String(repeating: "a.", count: 200_000) + "a = 1\n",
            String(repeating: "[\n{" + String(repeating: "a.", count: 15) + "a = ", count: 200) + "1\n",
            String(repeating: "[", count: 100_000), String(repeating: "{a=", count: 100_000),
        ] + WrongConfigurations.all.map(\.text)

    private static let pieces = [
        "[", "]", "[[watch]]\n", "[api]\n", "=", "\"", "\"\"\"", "'", "\\", "\n", "\r", "#", ".", ",", "{",
        "}", "\0",
        "inbox", "settle", "\"9999999999999999h\"", "-9223372036854775808", "\u{202e}", "nan", "1e999",
        "client_secret",
        "/srv/in", "\u{7f}", "é", "\\uD800",
    ].map { Array($0.utf8) }

    @Test func `any content of the file is a configuration, or refused with a line`() {
        for round in FuzzRounds(usual: 6_000) {
            var random = round.random
            let text = Self.corpus[Int.random(in: 0..<Self.corpus.count, using: &random)]
            var bytes = Array(text.utf8)
            Mutation.mutate(
                &bytes, blows: .random(in: 0...6, using: &random), pieces: Self.pieces, using: &random)
            do throws(ConfigurationErrors) {
                let configuration = try ConfigurationReader.read(bytes: bytes, fileName: "fuzz")
                #expect(!configuration.watches.isEmpty, "\(round)")
            } catch {
                let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
                let isTold = error.errors.allSatisfy { error in
                    error.line.map { (1...lines).contains($0) } == true && !error.sentence.isEmpty
                        && !error.sentence.unicodeScalars.contains { $0.value < 0x20 }
                        // A mutation may make it a folder's path, which is shown.
                        && (!error.sentence.contains("hunter2") || error.sentence.hasPrefix("\"inbox\""))
                }
                #expect(isTold && !error.errors.isEmpty, "\(round): \(error)")
            }
        }
    }
}
