/// How wide text is on a terminal.
package enum TextColumns {
    /// The number of columns of a text whose control characters are escaped.
    package static func count(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
    }

    /// The text, or as much of its beginning as fits, followed by `…`.
    package static func cut(_ text: String, to columns: Int) -> String {
        guard count(text) > columns else { return text }
        var room = columns - 1
        guard room >= 0 else { return "" }
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            room -= self.columns(of: scalar)
            if room < 0 { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }

    /// The text in lines of at most `columns` columns, broken between words. A longer word is cut.
    package static func wrap(_ text: String, to columns: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, count(last) + 1 + count(word) <= columns {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(cut(String(word), to: columns))
            }
        }
        return lines
    }

    /// 0 for a combining character, 2 for a character that East Asian fonts draw square.
    private static func columns(of scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation { return 2 }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The wide and fullwidth characters of Unicode's EastAsianWidth.txt, in ranges that contain few others.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x20000...0x3FFFD,
    ]
}
