/// What the first bytes of a file show.
package enum MediaHead: Equatable, Sendable {
    /// It starts like a format that the API takes.
    case media(MediaType)
    /// ISO media of a brand that is not known here: its boxes decide whether it is a film.
    case unknownBrand(String)
    /// ISO media that the API does not take, by its name for people.
    case otherBoxes(String)
    /// Something else.
    case other

    /// Bytes to read from the start: enough for every start, for the brands of a box `ftyp`, and for the first lines of
    /// a text.
    package static let count = 512

    /// Looks at the start of a file.
    ///
    /// - Parameter bytes: its first bytes. Fewer than `count` show less.
    package init(_ bytes: [UInt8]) {
        for type in MediaType.allCases {
            for start in type.format.starts where start.isPlain(in: bytes) {
                self = .media(type)
                return
            }
        }
        self = MediaBrands.head(of: bytes) ?? .other
    }

    /// The format, where no more than these bytes is looked at: a film of an unknown brand counts as MP4.
    package var likelyType: MediaType? {
        switch self {
        case .media(let type): type
        case .unknownBrand: .mp4
        case .otherBoxes, .other: nil
        }
    }

    /// The format, for which the boxes of a file of an unknown brand are looked at; nil for none that the API takes.
    ///
    /// - Parameters:
    ///   - size: the file's size in bytes.
    ///   - read: as in `MediaStructure.look`.
    /// - Throws: only what `read` throws.
    package func type<Failure: Error>(
        size: Int64, read: (_ offset: Int64, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> MediaType? {
        guard case .unknownBrand = self else { return likelyType }
        return try MovieStructure.outline(size: size, read: read).isFilm ? likelyType : nil
    }
}

extension MediaStart {
    /// Whether a file's first bytes are these; false for boxes, which `MediaBrands` reads.
    fileprivate func isPlain(in head: [UInt8]) -> Bool {
        switch self {
        case .bytes(let bytes): head.has(bytes, at: 0)
        case .riff(let form): head.has(Array("RIFF".utf8), at: 0) && head.has(Array(form.utf8), at: 8)
        case .brands, .boxes: false
        }
    }
}
