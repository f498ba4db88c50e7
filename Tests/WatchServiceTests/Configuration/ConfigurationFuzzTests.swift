import SampleMedia
import Testing
import WatchCore

@testable import WatchService

@Suite struct ConfigurationFuzzTests {
    /// What the mutations start from: what is right, and what once was hard.
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

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `whatever stands in the file, it is a configuration or told by a line`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for round in 0..<1500 {
            let text = Self.corpus[Int.random(in: 0..<Self.corpus.count, using: &random)]
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                Self.mutate(&bytes, using: &random)
            }
            do throws(ConfigurationErrors) {
                let configuration = try ConfigurationReader.read(bytes: bytes, fileName: "fuzz")
                #expect(!configuration.watches.isEmpty, "seed \(seed), round \(round)")
            } catch {
                let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
                let isTold = error.errors.allSatisfy { error in
                    error.line.map { (1...lines).contains($0) } == true && !error.sentence.isEmpty
                        && !error.sentence.unicodeScalars.contains { $0.value < 0x20 }
                        && !error.sentence.contains("hunter2")
                }
                #expect(isTold && !error.errors.isEmpty, "seed \(seed), round \(round): \(error)")
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], using random: inout SplitMix64) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, at + Int.random(in: 0...20, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)], at: at)
        case 1: bytes.removeSubrange(at..<end)
        case 2: bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &random))
        case 3: if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &random) }
        default: bytes.removeSubrange(at...)
        }
    }
}
