internal import BitMindAPI

/// What the API would find wrong with the bytes of a file, told by its start.
enum ContentCheck {
    /// A file with this text within the first 64 bytes after its magic is refused as bad, though it begins
    /// like a good one: so tests can make files that only the API finds wrong.
    static let badMarker = Array("simulate-bad".utf8)

    /// As much of each file as the checks look at.
    static let startLength = 12 + 64

    /// The format that the bytes begin like.
    static func mediaType(of start: [UInt8]) -> MediaType? {
        if start.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if start.starts(with: "RIFF".utf8) {
            switch String(decoding: start.dropFirst(8).prefix(4), as: UTF8.self) {
            case "WEBP": return .webp
            case "AVI ": return .avi
            default: return nil
            }
        }
        switch String(decoding: start.dropFirst(4).prefix(4), as: UTF8.self) {
        case "ftyp":
            let brand = String(decoding: start.dropFirst(8).prefix(4), as: UTF8.self)
            if brand == "qt  " { return .quickTime }
            return ["heic", "heix", "mif1", "msf1", "avif", "avis"].contains(brand) ? nil : .mp4
        case "moov", "mdat", "wide", "free", "skip", "pnot": return .quickTime
        default: return nil
        }
    }

    /// What is wrong with a file sent to an endpoint for `kind`; nil where nothing is.
    ///
    /// A declared media type must fit the content. MP4 and QuickTime count as one, for their files differ in
    /// a brand only, and `application/octet-stream` says nothing.
    static func complaint(_ file: ReceivedFile, declared: String?, kind: MediaKind) -> String? {
        if file.size == 0 { return "the file is empty" }
        guard let found = mediaType(of: file.start), found.kind == kind else {
            return "the file is not a supported \(kind.rawValue)"
        }
        if let essence = declared.flatMap({ HeaderValue($0) })?.essence, essence != "application/octet-stream"
        {
            let isoMedia: Set<MediaType> = [.mp4, .quickTime]
            guard let type = MediaType(rawValue: essence),
                type == found || isoMedia.isSuperset(of: [type, found])
            else { return "declared as \(essence), but the content is \(found.contentType)" }
        }
        return hasBadMarker(file.start, after: magicLength(found)) ? "the file cannot be decoded" : nil
    }

    private static func magicLength(_ type: MediaType) -> Int {
        switch type {
        case .jpeg: 3
        case .png: 8
        case .webp, .mp4, .quickTime, .avi: 12
        }
    }

    private static func hasBadMarker(_ start: [UInt8], after magic: Int) -> Bool {
        let range = start.dropFirst(magic).prefix(64)
        return range.indices.contains { range[$0...].starts(with: badMarker) }
    }
}
