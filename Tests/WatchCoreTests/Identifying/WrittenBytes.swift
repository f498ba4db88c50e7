/// Bytes as a table writes them: hex digits, `'text'`, and `@offset`, up to which zeros fill.
struct WrittenBytes {
    let bytes: [UInt8]

    /// - Parameter notation: words with blanks between them. A text in quotes may have blanks.
    init(_ notation: String) {
        var bytes: [UInt8] = []
        for (index, part) in notation.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
            guard index % 2 == 0 else {
                bytes += Array(part.utf8)
                continue
            }
            for word in part.split(separator: " ") {
                if word.hasPrefix("@") {
                    let missing = (Int(word.dropFirst()) ?? 0) - bytes.count
                    bytes += [UInt8](repeating: 0, count: max(0, missing))
                } else {
                    bytes += Self.hexadecimal(word)
                }
            }
        }
        self.bytes = bytes
    }

    private static func hexadecimal(_ word: Substring) -> [UInt8] {
        stride(from: 0, to: word.utf8.count, by: 2).compactMap {
            UInt8(String(decoding: word.utf8.dropFirst($0).prefix(2), as: UTF8.self), radix: 16)
        }
    }
}
