package import BitMindAPI

/// Makes small, valid files of the formats that the API accepts. Any viewer or player opens them.
package enum SampleMedia {
    /// Makes a file.
    ///
    /// - Parameters:
    ///   - type: its format.
    ///   - seed: determines its content: the same seed gives the same bytes, another seed other bytes.
    ///   - size: its exact size in bytes, padded inside the format's own structure. A size below the smallest
    ///     file of that format (less than 3,000 bytes) gives the smallest.
    package static func make(_ type: MediaType, seed: UInt64, size: Int? = nil) -> [UInt8] {
        let smallest = make(type, seed: seed, padding: 0)
        guard let size, size > smallest.count else { return smallest }
        return make(type, seed: seed, padding: size - smallest.count)
    }

    private static func make(_ type: MediaType, seed: UInt64, padding: Int) -> [UInt8] {
        switch type {
        case .jpeg: SampleJPEG.make(seed: seed, padding: padding)
        case .png: SamplePNG.make(seed: seed, padding: padding)
        case .webp: SampleWebP.make(seed: seed, padding: padding)
        case .mp4: SampleMovie.make(isQuickTime: false, seed: seed, padding: padding)
        case .quickTime: SampleMovie.make(isQuickTime: true, seed: seed, padding: padding)
        case .avi: SampleAVI.make(seed: seed, padding: padding)
        }
    }

    /// The note in every sample, so that each seed gives other bytes even if a picture is too small to
    /// differ.
    static func note(seed: UInt64) -> [UInt8] {
        let digits = String(seed, radix: 16)
        return Array("sample ".utf8) + Array(repeating: UInt8(ascii: "0"), count: 16 - digits.utf8.count)
            + Array(digits.utf8)
    }

    /// Zeros, appended by the block: filling element by element takes seconds for 100 MB in a debug build.
    static func zeros(_ count: Int) -> [UInt8] {
        let block = [UInt8](repeating: 0, count: min(count, 65_536))
        var result: [UInt8] = []
        result.reserveCapacity(count)
        while count - result.count >= block.count, !block.isEmpty { result.append(contentsOf: block) }
        result.append(contentsOf: block.prefix(count - result.count))
        return result
    }
}

/// The number and place of padding bytes, in a format whose padding has a header for each piece.
struct PaddingPlan: Equatable {
    /// The payload of each piece.
    var pieces: [Int] = []
    /// Bytes that are too few for a piece, and go into a part that can grow by one byte.
    var rest = 0

    init(_ total: Int, header: Int, largestPayload: Int) {
        var left = total
        while left >= header {
            let payload = min(left - header, largestPayload)
            pieces.append(payload)
            left -= header + payload
        }
        rest = left
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
