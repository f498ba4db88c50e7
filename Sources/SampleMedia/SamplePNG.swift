/// PNG: 16 by 16 pixels of random colour, stored uncompressed.
enum SamplePNG {
    private static let side = 16
    /// libpng refuses a large chunk that it does not know, so the padding is split into many small ones.
    private static let largestPiece = 65_536

    static func make(seed: UInt64, padding: Int) -> [UInt8] {
        let plan = PaddingPlan(padding, header: 12, largestPayload: largestPiece)
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        var header: [UInt8] = []
        header.append(bigEndian: UInt32(side))
        header.append(bigEndian: UInt32(side))
        file += chunk("IHDR", header + [8, 2, 0, 0, 0])
        let note = SampleMedia.note(seed: seed) + Array(repeating: UInt8(ascii: " "), count: plan.rest)
        file += chunk("tEXt", Array("Comment\0".utf8) + note)
        // A private chunk that no reader needs. All but the last are the same, and so is their checksum.
        let full = plan.pieces.count > 1 ? chunk("biPd", SampleMedia.zeros(largestPiece)) : []
        for payload in plan.pieces {
            file +=
                payload == largestPiece && !full.isEmpty ? full : chunk("biPd", SampleMedia.zeros(payload))
        }
        file += chunk("IDAT", stored(pixels(seed: seed)))
        return file + chunk("IEND", [])
    }

    /// Each row: no filter, then red, green and blue.
    private static func pixels(seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        return (0..<side).flatMap { _ in
            [0] + (0..<side * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
    }

    /// The zlib format with one stored block, of at most 65,535 bytes.
    private static func stored(_ data: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x78, 0x01, 0x01]
        bytes.append(littleEndian: UInt16(data.count))
        bytes.append(littleEndian: ~UInt16(data.count))
        bytes += data
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in data {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        bytes.append(bigEndian: high << 16 | low)
        return bytes
    }

    private static func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: UInt32(payload.count))
        let body = Array(type.utf8) + payload
        bytes += body
        bytes.append(bigEndian: checksum(body))
        return bytes
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
        return ~sum
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
}
