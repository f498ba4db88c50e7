import SampleMedia
import TestSupport
import Testing
import WatchCore

@Suite("DisplayName")
struct DisplayNameTests {
    @Test(arguments: [
        ("photo.jpg", "photo.jpg"),
        ("trip/Größe 日本 🎉.jpg", "trip/Größe 日本 🎉.jpg"),
        ("", ""),
        ("a\nb\r\t", "a\\nb\\r\\t"),
        ("\u{1B}[31mred", "\\u{1B}[31mred"),
        ("nul\0", "nul\\u{0}"),
        ("back\\n", "back\\\\n"),
        ("\u{7F}\u{85}\u{9B}", "\\u{7F}\\u{85}\\u{9B}"),
        ("gpj.\u{202E}exe", "gpj.\\u{202E}exe"),
        ("\u{2066}x\u{2069}\u{200F}", "\\u{2066}x\\u{2069}\\u{200F}"),
        ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"),
        ("\u{FEFF}\u{200B}\u{AD}", "\\u{FEFF}\\u{200B}\\u{AD}"),
        ("\u{E000}\u{10FFFF}\u{0378}", "\\u{E000}\\u{10FFFF}\\u{378}"),
        ("\u{E0041}", "\\u{E0041}"),
        ("\u{600}\u{FFF9}", "\\u{600}\\u{FFF9}"),
        ("\u{3164}\u{115F}", "\\u{3164}\\u{115F}"),
        ("❤\u{FE0F}", "❤\u{FE0F}"),
        ("e\u{301}", "e\u{301}"),
        ("\"'`$;&|<>", "\"'`$;&|<>"),
    ])
    func `text is shown, and what is invisible or acts is escaped`(name: String, shown: String) {
        let display = DisplayName(name.utf8)
        // By their bytes: equality of strings takes what looks the same for the same.
        #expect(Array(display.escaped.utf8) == Array(shown.utf8))
        #expect(display.isUTF8)
        #expect(Array(display.lossy.utf8) == Array(name.utf8))
    }

    static let illFormed: [([UInt8], String, String)] = [
        ([0xFF], "\\xFF", "\u{FFFD}"), ([0x61, 0xC3], "a\\xC3", "a\u{FFFD}"),
        ([0xC3, 0x28], "\\xC3(", "\u{FFFD}("), ([0xE2, 0x82, 0x61], "\\xE2\\x82a", "\u{FFFD}a"),
        ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ([0xC0, 0x8A], "\\xC0\\x8A", "\u{FFFD}\u{FFFD}"),
        ([0x80, 0x0A, 0xFE], "\\x80\\n\\xFE", "\u{FFFD}\n\u{FFFD}"),
    ]

    @Test(arguments: illFormed)
    func `bytes that are no UTF-8 are shown each, and replaced where text is needed`(
        bytes: [UInt8], escaped: String, lossy: String
    ) {
        let display = DisplayName(bytes)
        #expect(display.escaped == escaped)
        #expect(display.lossy == lossy)
        #expect(!display.isUTF8)
        #expect(display.bytes == bytes)
    }

    @Test func `no bytes lead to a control character, and different ones never look the same`() {
        let telling: [UInt8] = [
            0x0A, 0x1B, 0x5C, 0x6E, 0x78, 0x30, 0x41, 0x80, 0xC2, 0xE2, 0xAE, 0xF0, 0x9F,
        ]
        var seen: [[UInt8]: [UInt8]] = [:]
        for round in FuzzRounds(usual: 20_000) {
            var random = round.random
            let name = (0..<round.number % 6 + 1).map { _ in
                let byte = UInt8(truncatingIfNeeded: random.next())
                return round.number % 2 == 0 ? byte : telling[Int(byte) % telling.count]
            }
            let shown = DisplayName(name).escaped
            #expect(shown.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
            if seen.count > 1 << 20 { seen = [:] }
            let before = seen.updateValue(name, forKey: Array(shown.utf8))
            #expect(before == nil || before == name)
        }
    }
}
