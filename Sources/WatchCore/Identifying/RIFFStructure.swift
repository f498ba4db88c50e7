/// Where a RIFF file (WebP, AVI) ends.
enum RIFFStructure {
    /// RIFF parts that are stepped over; a long AVI (OpenDML) has one for every gigabyte or so.
    private static let maximumParts = 16

    /// Whether the size in every RIFF header is one that the file holds. A recorder that still works leaves 0 or
    /// 0xFFFFFFFF there, and is not complete either. Bytes after the last part that are no RIFF header are
    /// no concern of ours.
    static func isComplete<Failure: Error>(
        size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Bool {
        var offset: Int64 = 0
        for part in 0..<maximumParts {
            guard size - offset >= 8 else { return part > 0 }
            let header = try read(offset, 8)
            guard header.has(Array("RIFF".utf8), at: 0) else { return part > 0 }
            // The form's name and one chunk's header are the least that a RIFF part holds.
            guard let length = header.littleEndian(at: 4, count: 4).map(Int64.init), length >= 12 else {
                return false
            }
            guard length <= size - offset - 8 else { return false }
            offset += 8 + length + length % 2
        }
        return true
    }
}
