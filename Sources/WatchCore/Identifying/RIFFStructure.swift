/// Where a RIFF file (WebP, AVI) ends.
enum RIFFStructure {
    /// RIFF parts that are stepped over; a long AVI (OpenDML) has one for every gigabyte or so.
    private static let maximumParts = 16

    /// Whether the size in every RIFF header is one that the file holds. A recorder that still works leaves 0 or
    /// 0xFFFFFFFF there, and is not complete either. A WebP has one part, and the later ones of an AVI are named AVIX:
    /// whatever else follows is no concern of ours.
    static func isComplete<Failure: Error>(
        size: Int64, isAVI: Bool, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Bool {
        var offset: Int64 = 0
        for part in 0..<(isAVI ? maximumParts : 1) {
            guard size - offset >= 8 else {
                let rest = try rest(from: offset, size, read)
                return part > 0 && !startsPart(rest)
            }
            let header = try read(offset, Int(min(12, size - offset)))
            if part > 0, !startsPart(header) { return true }
            // The form's name and one chunk's header are the least that a RIFF part holds.
            guard let length = header.littleEndian(at: 4, count: 4).map(Int64.init), length >= 12 else {
                return false
            }
            guard length <= size - offset - 8 else { return false }
            offset += 8 + length + length % 2
        }
        return true
    }

    private static func rest<Failure: Error>(
        from offset: Int64, _ size: Int64, _ read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [UInt8] {
        offset < size ? try read(offset, Int(size - offset)) : []
    }

    /// Whether these bytes are the beginning of a further part of an AVI, be it cut short.
    private static func startsPart(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return false }
        return zip(bytes, Array("RIFF".utf8)).allSatisfy { $0 == $1 }
            && zip(bytes.dropFirst(8), Array("AVIX".utf8)).allSatisfy { $0 == $1 }
    }
}
