package import BitMindAPI

/// What a file is, by its content alone.
package enum Identification: Equatable, Sendable {
    /// It has no bytes.
    case empty
    /// It starts like a format that the API takes. `complete` is false where it looks cut short; that is a
    /// reason to wait for the rest, never one to refuse the file.
    case media(MediaType, complete: Bool)
    /// It is something else; the text names it for people ("HEIC", "PDF", "unknown data").
    case unsupported(String)

    /// Whether bytes seem to be still to come: it is empty, is cut short, or starts with zeros, as a file does for which
    /// a program has only reserved the room.
    package var looksUnfinished: Bool {
        switch self {
        case .empty: true
        case .media(_, let isComplete): !isComplete
        case .unsupported(let name): name == OtherFormats.zeros
        }
    }
}

/// Tells the format of a file, and whether all of it seems to be there.
///
/// The extension decides nothing. Every number in the file is taken for a claim: none is trusted further than
/// the size that the caller measured, and none costs more than a bounded number of small reads.
package enum MediaIdentifier {
    /// How many bytes are read at once at most.
    package static let mostAtOnce = 65_536
    /// Bytes read from the start: enough for every signature, `ftyp` brands and the first line of a text.
    static let headCount = 512

    /// Identifies a file.
    ///
    /// - Parameters:
    ///   - size: the file's size in bytes, as measured just before; 0 or less is an empty file.
    ///   - read: gives up to `count` bytes from `offset` on; fewer where the file ends sooner, which it may do
    ///     at any time. Offsets lie in 0..<size, counts in 1...65,536.
    /// - Returns: what the file is, which holds for as long as the file has the size that was measured: the media
    ///   between the few bytes that are read is not looked at.
    /// - Throws: only what `read` throws.
    package static func identify<Failure: Error>(
        size: Int64, read: (_ offset: Int64, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Identification {
        guard size > 0 else { return .empty }
        let head = try read(0, Int(min(size, Int64(headCount))))
        guard !head.isEmpty else { return .empty }

        switch format(ofHead: head) {
        case .unsupported(let name): return .unsupported(name)
        case .media(let type): return try identify(type, size: size, read: read)
        case .unknownFilm(let brand):
            let outline = try MovieStructure.outline(size: size, read: read)
            guard outline.isFilm else { return .unsupported("ISO media (\(brand))") }
            return try identify(.mp4, size: size, read: read)
        }
    }

    private static func identify<Failure: Error>(
        _ type: MediaType, size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Identification {
        // It is not sent, whole or not, and need not be read from end to end.
        if size > type.kind.maximumFileSize { return .media(type, complete: true) }
        let complete: Bool
        switch type {
        case .jpeg: complete = try JPEGStructure.isComplete(size: size, read: read)
        case .png: complete = try PNGStructure.isComplete(size: size, read: read)
        case .webp: complete = try RIFFStructure.isComplete(size: size, isAVI: false, read: read)
        case .avi: complete = try RIFFStructure.isComplete(size: size, isAVI: true, read: read)
        case .mp4, .quickTime:
            let outline = try MovieStructure.outline(size: size, read: read)
            complete = outline.isComplete
            if complete, let index = outline.index,
                try MovieTracks.lackPicture(index: index, size: size, read: read)
            {
                return .unsupported("\(type == .mp4 ? "MP4" : "MOV") without a picture track")
            }
        }
        return .media(type, complete: complete)
    }

    /// A format, before anybody has looked for the file's end.
    enum Format: Equatable {
        case media(MediaType)
        case unsupported(String)
        /// Boxes of a brand that is not known here: its boxes decide.
        case unknownFilm(String)
    }

    /// The format that a file's first bytes (1 to `headCount`) tell.
    static func format(ofHead head: [UInt8]) -> Format {
        if head.starts(with: [0xFF, 0xD8, 0xFF]) { return .media(.jpeg) }
        if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .media(.png) }
        if head.starts(with: "RIFF".utf8) {
            switch FourCC(head, at: 8)?.text {
            case "WEBP": return .media(.webp)
            case "AVI ": return .media(.avi)
            case "WAVE": return .unsupported("WAV")
            case .some(let form): return .unsupported("RIFF (\(form))")
            case nil: return .unsupported("RIFF")
            }
        }
        return MovieBrands.format(ofHead: head) ?? .unsupported(OtherFormats.name(ofHead: head))
    }
}

/// Four bytes that name a box, a chunk or a brand.
struct FourCC: Equatable {
    let bytes: [UInt8]

    /// The four bytes at an offset; nil where there are fewer.
    init?(_ data: [UInt8], at offset: Int) {
        guard offset >= 0, data.count - offset >= 4 else { return nil }
        bytes = Array(data[offset..<offset + 4])
    }

    /// Whether all are letters of ASCII, as in the name of a chunk.
    var isLetters: Bool {
        bytes.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }

    /// The name in printable ASCII, whatever the bytes are: others show as "?".
    var text: String {
        String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
    }
}

extension [UInt8] {
    /// The big-endian number in `count` (1 to 8) bytes at an offset; nil where there are fewer.
    func bigEndian(at offset: Int, count: Int) -> UInt64? {
        guard offset >= 0, self.count - offset >= count else { return nil }
        return self[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The little-endian number in `count` (1 to 8) bytes at an offset; nil where there are fewer.
    func littleEndian(at offset: Int, count: Int) -> UInt64? {
        guard offset >= 0, self.count - offset >= count else { return nil }
        return self[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether a sequence of bytes occurs at an offset.
    func has(_ pattern: [UInt8], at offset: Int) -> Bool {
        count - offset >= pattern.count && self[offset..<offset + pattern.count].elementsEqual(pattern)
    }

    /// Whether a sequence of bytes occurs anywhere.
    func contains(_ pattern: [UInt8]) -> Bool {
        guard let first = pattern.first else { return true }
        var rest = self[...]
        while let start = rest.firstIndex(of: first) {
            if has(pattern, at: start) { return true }
            rest = rest[(start + 1)...]
        }
        return false
    }
}
