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
/// The extension decides nothing. What the formats are like stands in the table of `MediaType`.
package enum MediaIdentifier {
    /// How many bytes are read at once at most.
    package static let mostAtOnce = MediaWindow.most

    /// Identifies a file.
    ///
    /// - Parameters:
    ///   - size: the file's size in bytes, as measured just before; 0 or less is an empty file.
    ///   - read: gives up to `count` bytes from `offset` on; fewer where the file ends sooner, which it may do
    ///     at any time. Offsets lie in 0..<size, counts in 1...`mostAtOnce`.
    /// - Returns: what the file is, which holds for as long as the file has the size that was measured: the media
    ///   between the few bytes that are read is not looked at.
    /// - Throws: only what `read` throws.
    package static func identify<Failure: Error>(
        size: Int64, read: (_ offset: Int64, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Identification {
        guard size > 0 else { return .empty }
        let bytes = try read(0, Int(min(size, Int64(MediaHead.count))))
        guard !bytes.isEmpty else { return .empty }

        let head = MediaHead(bytes)
        guard let type = try head.type(size: size, read: read) else {
            return .unsupported(try name(of: head, size: size, read: read))
        }
        // It is not sent, whole or not, and need not be read from end to end.
        if size > type.kind.maximumFileSize { return .media(type, complete: true) }
        switch try type.format.structure.look(size: size, read: read) {
        case .whole: return .media(type, complete: true)
        case .cutShort: return .media(type, complete: false)
        case .withoutPicture: return .unsupported("\(type.name) without a picture track")
        }
    }

    /// The name for people of what is not taken.
    private static func name<Failure: Error>(
        of head: MediaHead, size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> String {
        switch head {
        case .unknownBrand(let brand): "ISO media (\(brand))"
        case .otherBoxes(let name): name
        case .media, .other: try OtherFormats.name(size: size, read: read)
        }
    }
}
