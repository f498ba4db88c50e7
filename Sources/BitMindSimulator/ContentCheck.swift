internal import BitMindAPI

/// What the API would find wrong with the bytes of a file, told by its start.
enum ContentCheck {
    /// A file with this text within the first 64 bytes after its magic is refused as bad, though it begins
    /// like a good one: so tests can make files that only the API finds wrong.
    static let badMarker = Array("simulate-bad".utf8)

    /// As much of each file as the checks look at.
    static let startLength = (MediaType.allCases.map(\.format.startCount).max() ?? 0) + 64

    /// What is wrong with a file sent to an endpoint for `kind`; nil where nothing is.
    ///
    /// A declared media type must fit the content. Formats of boxes count as one, for their files differ in a brand
    /// only, and `application/octet-stream` says nothing.
    static func complaint(_ file: ReceivedFile, declared: String?, kind: MediaKind) -> String? {
        if file.size == 0 { return "the file is empty" }
        guard let found = MediaHead(file.start).likelyType, found.kind == kind else {
            return "the file is not a supported \(kind.rawValue)"
        }
        if let essence = declared.flatMap({ HeaderValue($0) })?.essence, essence != "application/octet-stream"
        {
            guard let type = MediaType(rawValue: essence), type == found || type.isOfBoxes && found.isOfBoxes
            else { return "declared as \(essence), but the content is \(found.contentType)" }
        }
        return hasBadMarker(file.start, after: found.format.startCount) ? "the file cannot be decoded" : nil
    }

    private static func hasBadMarker(_ start: [UInt8], after magic: Int) -> Bool {
        let range = start.dropFirst(magic).prefix(64)
        return range.indices.contains { range[$0...].starts(with: badMarker) }
    }
}
