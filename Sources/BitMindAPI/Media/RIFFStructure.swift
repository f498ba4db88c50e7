/// Where a RIFF file (WebP, AVI) ends.
struct RIFFStructure: MediaStructure {
    /// RIFF parts that a file may have, as far as they are stepped over.
    let mostParts: Int

    /// Looks whether the size in every RIFF header is one that the file holds. A recorder that still works leaves 0 or
    /// 0xFFFFFFFF there, and is not complete either. A WebP has one part, and the later ones of an AVI are named AVIX:
    /// whatever else follows is no concern of ours.
    package func look<Failure: Error>(
        size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> MediaState {
        var offset: Int64 = 0
        for part in 0..<mostParts {
            guard size - offset >= 8 else {
                let rest = try Self.rest(from: offset, size, read)
                return part > 0 && !Self.startsPart(rest) ? .whole : .cutShort
            }
            let header = try read(offset, Int(min(12, size - offset)))
            if part > 0, !Self.startsPart(header) { return .whole }
            // The form's name and one chunk's header are the least that a RIFF part holds.
            guard let length = header.littleEndian(at: 4, count: 4).map(Int64.init), length >= 12 else {
                return .cutShort
            }
            guard length <= size - offset - 8 else { return .cutShort }
            offset += 8 + length + length % 2
        }
        return .whole
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
