/// WebP, lossless (RFC 9649): 16 by 16 pixels, each channel of one of two values.
enum SampleWebP {
    private static let side = 16

    static func make(seed: UInt64, padding: Int) -> [UInt8] {
        // Only the extended form may contain other chunks than the picture.
        var extended: [UInt8] = [0, 0, 0, 0]
        for _ in 0..<2 { extended += [UInt8(side - 1), 0, 0] }
        let body =
            Array("WEBP".utf8) + RIFF.chunk("VP8X", extended) + RIFF.chunk("VP8L", picture(seed: seed))
        return RIFF.file(body, note: SampleMedia.note(seed: seed), padding: padding)
    }

    private static func picture(seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        var bits = BitWriter()
        bits.write(0x2F, count: 8)
        bits.write(side - 1, count: 14)
        bits.write(side - 1, count: 14)
        // No alpha, version 0; no transform, no colour cache, one set of prefix codes.
        bits.write(0, count: 4 + 1 + 1 + 1)
        // Green, red and blue have two symbols of one bit each; alpha and distance one of none.
        for _ in 0..<3 {
            bits.write(0b111, count: 3)
            bits.write(Int(random.next() % 128), count: 8)
            bits.write(Int(128 + random.next() % 128), count: 8)
        }
        bits.write(0b101, count: 3)
        bits.write(255, count: 8)
        bits.write(0b001, count: 3)
        bits.write(0, count: 1)
        for _ in 0..<side * side { bits.write(Int(random.next() % 8), count: 3) }
        return bits.bytes
    }

    /// Packs bits, the first into the lowest.
    private struct BitWriter {
        private(set) var bytes: [UInt8] = []
        private var count = 0

        mutating func write(_ value: Int, count width: Int) {
            for position in 0..<width {
                if count % 8 == 0 { bytes.append(0) }
                bytes[count / 8] |= UInt8(value >> position & 1) << UInt8(count % 8)
                count += 1
            }
        }
    }
}

/// The container of WebP and AVI.
enum RIFF {
    /// A chunk, padded to an even size.
    static func chunk(_ name: String, _ payload: [UInt8]) -> [UInt8] {
        var bytes = Array(name.utf8)
        bytes.append(littleEndian: UInt32(payload.count))
        bytes += payload
        return payload.count % 2 == 0 ? bytes : bytes + [0]
    }

    static func list(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        chunk("LIST", Array(type.utf8) + payload)
    }

    /// A file that ends with the note and padding. A RIFF part has an even size, so an odd byte follows it.
    /// Bytes that are too few for a chunk of padding make the note longer.
    static func file(_ body: [UInt8], note: [UInt8], padding: Int) -> [UInt8] {
        let even = padding - padding % 2
        var inside = body + chunk("NOTE", note + SampleMedia.zeros(even < 8 ? even : 0))
        if even >= 8 { inside += chunk("JUNK", SampleMedia.zeros(even - 8)) }
        return chunk("RIFF", inside) + SampleMedia.zeros(padding % 2)
    }
}
