/// The simulator's verdict for some bytes: always the same for the same bytes. About half of all files are
/// AI.
package struct SimulatedVerdict: Sendable, Hashable {
    /// True exactly if the confidence is at least 0.5.
    package var isAI: Bool
    /// From 0.0000 to 1.0000, always with four decimal digits, as in the answer.
    package var confidence: String
    /// Seconds, with three decimal digits, as in the answer.
    package var processingTime: String
}

extension SimulatedVerdict {
    /// - Parameter digest: The SHA-256 of the bytes in hex; its first twelve digits decide.
    package init(sha256 digest: String) {
        let parts = UInt64(String(digest.prefix(8)), radix: 16) ?? 0
        let tenThousandths = Int(parts % 10_001)
        let milliseconds = 10 + (Int(String(digest.dropFirst(8).prefix(4)), radix: 16) ?? 0) % 240
        isAI = tenThousandths >= 5_000
        confidence = Self.decimal(tenThousandths, digits: 4)
        processingTime = Self.decimal(milliseconds, digits: 3)
    }

    private static func decimal(_ value: Int, digits: Int) -> String {
        let text = String(value)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return "\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }
}
