/// Four bytes that name a box, a chunk or a brand.
package struct FourCC: Equatable, Sendable {
    let bytes: [UInt8]

    /// The four bytes at an offset; nil where there are fewer.
    package init?(_ data: [UInt8], at offset: Int) {
        guard offset >= 0, data.count - offset >= 4 else { return nil }
        bytes = Array(data[offset..<offset + 4])
    }

    /// Whether all are letters of ASCII, as in the name of a chunk.
    var isLetters: Bool {
        bytes.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }

    /// The name in printable ASCII, whatever the bytes are: others show as "?".
    package var text: String {
        String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
    }
}

extension [UInt8] {
    /// The big-endian number in `count` (1 to 8) bytes at an offset; nil where there are fewer.
    package func bigEndian(at offset: Int, count: Int) -> UInt64? {
        guard offset >= 0, self.count - offset >= count else { return nil }
        return self[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The little-endian number in `count` (1 to 8) bytes at an offset; nil where there are fewer.
    package func littleEndian(at offset: Int, count: Int) -> UInt64? {
        guard offset >= 0, self.count - offset >= count else { return nil }
        return self[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether a sequence of bytes occurs at an offset.
    package func has(_ pattern: [UInt8], at offset: Int) -> Bool {
        count - offset >= pattern.count && self[offset..<offset + pattern.count].elementsEqual(pattern)
    }

    /// Whether a sequence of bytes occurs anywhere.
    package func contains(_ pattern: [UInt8]) -> Bool {
        guard let first = pattern.first else { return true }
        var rest = self[...]
        while let start = rest.firstIndex(of: first) {
            if has(pattern, at: start) { return true }
            rest = rest[(start + 1)...]
        }
        return false
    }
}
