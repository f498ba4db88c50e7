/// Baseline JPEG: grey, 32 by 32, each block of 8 by 8 of one brightness.
enum SampleJPEG {
    static let side = 32

    static func make(seed: UInt64, padding: Int = 0) -> [UInt8] {
        let plan = PaddingPlan(padding, header: 4, largestPayload: 65_533)
        var file: [UInt8] = [0xFF, 0xD8]
        file += segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
        file += segment(0xFE, SampleMedia.note(seed: seed) + SampleMedia.zeros(plan.rest))
        for payload in plan.pieces { file += segment(0xFE, SampleMedia.zeros(payload)) }
        // One quantisation table of ones; the frame; two Huffman tables; the scan.
        file += segment(0xDB, [0] + Array(repeating: 1, count: 64))
        file += segment(0xC0, [8, 0, UInt8(side), 0, UInt8(side), 1, 1, 0x11, 0])
        file += segment(0xC4, [0x00] + differenceCounts + Array(0...11))
        file += segment(0xC4, [0x10] + coefficientCounts + [0x00, 0x01])
        file += segment(0xDA, [1, 1, 0x00, 0, 63, 0])
        file += scan(seed: seed)
        return file + [0xFF, 0xD9]
    }

    private static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, marker]
        bytes.append(bigEndian: UInt16(payload.count + 2))
        return bytes + payload
    }

    /// The number of codes of each length from 1 on, for the twelve sizes of a difference in brightness: all
    /// have four bits.
    private static let differenceCounts: [UInt8] = [0, 0, 0, 12] + Array(repeating: 0, count: 12)
    /// The code of "the rest of the block is flat" is 0, that of a coefficient of one bit (never used) is 10.
    private static let coefficientCounts: [UInt8] = [1, 1] + Array(repeating: 0, count: 14)

    private static func scan(seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        var bits = BitWriter()
        var previous = 0
        for _ in 0..<(side / 8 * side / 8) {
            // The mean of a block is its first coefficient divided by 8.
            let brightness = Int(random.next() % 2000) - 1000
            let difference = brightness - previous
            previous = brightness
            let size = Int.bitWidth - abs(difference).leadingZeroBitCount
            bits.write(size, count: 4)
            // A negative number is written as the one's complement of its absolute value.
            bits.write(difference < 0 ? difference + (1 << size) - 1 : difference, count: size)
            bits.write(0, count: 1)
        }
        return bits.stuffed()
    }

    /// Packs bits, the first into the highest.
    private struct BitWriter {
        private var bits: [Bool] = []

        mutating func write(_ value: Int, count: Int) {
            for position in stride(from: count - 1, through: 0, by: -1) {
                bits.append(value >> position & 1 == 1)
            }
        }

        /// Whole bytes, padded with ones, each 0xFF followed by a zero as in a JPEG's scan.
        func stuffed() -> [UInt8] {
            var bytes: [UInt8] = []
            for start in stride(from: 0, to: bits.count, by: 8) {
                let byte = (start..<start + 8).reduce(UInt8(0)) { sum, index in
                    sum << 1 | (index < bits.count && !bits[index] ? 0 : 1)
                }
                bytes.append(byte)
                if byte == 0xFF { bytes.append(0) }
            }
            return bytes
        }
    }
}
