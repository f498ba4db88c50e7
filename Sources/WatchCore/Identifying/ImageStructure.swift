/// How far from its end a picture's last marker is looked for, in bytes. Cameras and phones append to it:
/// padding, previews, trailers of their own.
private let tailCount: Int64 = 16_384

/// Where a JPEG ends.
enum JPEGStructure {
    /// Segments before the first scan that are stepped over; a file has some twenty.
    private static let maximumSegments = 64
    private static let end: [UInt8] = [0xFF, 0xD9]

    /// Whether an end marker (EOI) lies in the file's last bytes, behind the first scan's start. Before it, a
    /// preview in the metadata has an end marker of its own, which says nothing about the picture.
    static func isComplete<Failure: Error>(
        size: Int64, head: [UInt8], read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Bool {
        var offset: Int64 = 2
        var isInScan = false
        var segments = 0
        while !isInScan, segments < maximumSegments {
            guard size - offset >= 4 else { return false }
            let header =
                offset + 4 <= head.count
                ? Array(head[Int(offset)..<Int(offset) + 4]) : try read(offset, 4)
            guard header.count == 4 else { return false }
            guard header[0] == 0xFF else { break }
            switch header[1] {
            case 0xFF: offset += 1
            case 0x01, 0xD0...0xD8: offset += 2
            case 0xD9: return true
            default:
                let length = Int64(header[2]) << 8 | Int64(header[3])
                guard length >= 2, offset + 2 + length <= size else { return false }
                isInScan = header[1] == 0xDA
                offset += 2 + length
            }
            segments += 1
        }
        let start = max(offset, size - tailCount)
        guard start < size else { return false }
        // Nearly all end with it: the rest need not be read.
        if size - start > 2, try read(size - 2, 2) == end { return true }
        return try read(start, Int(size - start)).contains(end)
    }
}

/// Where a PNG ends.
enum PNGStructure {
    /// The whole last chunk, which never differs: length 0, IEND, its checksum.
    static let end: [UInt8] = [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]

    /// Whether the last chunk lies in the file's last bytes.
    static func isComplete<Failure: Error>(
        size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Bool {
        let start = max(0, size - tailCount)
        return try read(start, Int(size - start)).contains(end)
    }
}
