import BitMindAPI

/// How a more precise name is found than the first bytes give.
enum CloserLook: Sendable {
    /// The names of an archive's members.
    case zip
    /// The names of the streams in an old Office file.
    case compound
    /// The tags of the first picture.
    case tiff
    /// What follows a tag of ID3.
    case id3
    /// The type of document in a header of EBML.
    case matroska
    /// The name of a form of RIFF.
    case riff

    /// The more precise name; nil where nothing more is found.
    func name<Failure: Error>(
        head: [UInt8], size: Int64, read: (_ offset: Int64, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> String? {
        switch self {
        case .zip: try ZipMembers(head: head, size: size, read: read).name
        case .compound: try CompoundFile.name(head: head, size: size, read: read)
        case .tiff: try TIFFTags(head: head, size: size, read: read)?.name
        case .id3: try Self.nameBehindTags(size: size, read: read)
        case .matroska: Array(head.prefix(64)).contains(Array("webm".utf8)) ? "WebM" : nil
        case .riff: FourCC(head, at: 8).map { "RIFF (\($0.text))" }
        }
    }

    /// The sound behind the tags at a file's start, of which there may be several.
    private static func nameBehindTags<Failure: Error>(
        size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> String? {
        var offset: Int64 = 0
        for _ in 0..<4 where offset < size {
            let bytes = try read(offset, Int(min(64, size - offset)))
            guard bytes.has(Array("ID3".utf8), at: 0), bytes.count >= 10 else {
                return OtherFormats.soundName(of: bytes)
            }
            // Seven bits of each byte; a footer is as long as the header.
            let length = bytes[6..<10].reduce(0 as Int64) { $0 << 7 | Int64($1 & 0x7F) }
            offset += length + (bytes[5] & 0x10 == 0 ? 10 : 20)
        }
        return nil
    }
}
