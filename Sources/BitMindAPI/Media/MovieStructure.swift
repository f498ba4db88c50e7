/// Where a file of ISO base media boxes (MP4, MOV) ends.
struct MovieStructure: MediaStructure {
    /// Boxes at the top level that are stepped over. A plain file has some five; a fragmented one two for every
    /// few seconds, of which the rest is then taken on trust.
    private static let maximumBoxes = 1024

    /// Boxes that belong to a film, or that its programs write beside it. Of any other name that claims more than
    /// the file holds, nothing is known but that it is no box.
    static let known: Set<String> = [
        "ftyp", "styp", "moov", "mdat", "moof", "mfra", "free", "skip", "wide", "udta", "uuid", "meta",
        "pdin",
        "sidx", "ssix", "prft", "emsg", "pnot", "PICT", "junk",
    ]

    /// Looks at the boxes, and at the index whether it lists a picture.
    package func look<Failure: Error>(
        size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> MediaState {
        let outline = try Self.outline(size: size, read: read)
        guard outline.isComplete else { return .cutShort }
        guard let index = outline.index, try MovieTracks.lackPicture(index: index, size: size, read: read)
        else { return .whole }
        return .withoutPicture
    }

    /// What the boxes of a file say.
    struct Outline {
        /// Where the index (`moov`) lies with its header, as far as it is whole.
        var index: Range<Int64>?
        var hasMedia = false
        var hasFragments = false
        /// Whether the last fragment's media has not come yet.
        var isMediaMissing = false
        /// Whether a box that belongs to the film passes the end of the file.
        var isCut = false
        /// Whether there are boxes, be they cut short, that a film alone has: media or an index that is not empty,
        /// without the list of items (`meta`) of a picture format before them.
        var isFilm = false
        fileprivate var hasItems = false

        /// A recorder writes the index last, so a file without it is not finished.
        var isComplete: Bool { index != nil && hasMedia && !isCut && !isMediaMissing }
    }

    /// Steps over the boxes, to the end of the file or of the film: what follows the film and is no box that belongs
    /// to one (some cameras append) is no concern of ours.
    static func outline<Failure: Error>(
        size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Outline {
        var outline = Outline()
        var offset: Int64 = 0
        for _ in 0..<maximumBoxes where offset < size {
            let header = try read(offset, Int(min(16, size - offset)))
            guard let box = Box(header: header) else {
                outline.ended(in: header)
                break
            }
            guard outline.add(box, at: offset, size: size), case .bytes(let length) = box.extent else {
                break
            }
            offset += Int64(length)
        }
        return outline
    }

    /// A box's header.
    struct Box: Equatable {
        enum Extent: Equatable {
            /// The whole box, its header included.
            case bytes(UInt64)
            case toTheEnd
            /// A size that is smaller than the header that states it.
            case malformed
        }

        var type: String
        var extent: Extent
        /// Bytes of the header.
        var headerCount: Int

        /// Reads a header of 8 bytes, or of 16 where it says so; nil where there are fewer.
        init?(header: [UInt8]) {
            guard let short = header.bigEndian(at: 0, count: 4), let name = FourCC(header, at: 4) else {
                return nil
            }
            type = name.text
            headerCount = short == 1 ? 16 : 8
            switch short {
            case 0: extent = .toTheEnd
            case 1:
                guard let long = header.bigEndian(at: 8, count: 8) else { return nil }
                extent = long < 16 ? .malformed : .bytes(long)
            case 2..<8: extent = .malformed
            default: extent = .bytes(short)
            }
        }
    }
}

extension MovieStructure.Outline {
    /// Takes a box into account.
    /// - Returns: whether the walk goes on behind it.
    fileprivate mutating func add(_ box: MovieStructure.Box, at offset: Int64, size: Int64) -> Bool {
        if box.type == "meta", index == nil { hasItems = true }
        if box.extent != .malformed, box.extent != .bytes(8), ["moov", "mdat", "moof"].contains(box.type) {
            isFilm = isFilm || !hasItems || box.type == "moov"
        }
        switch box.extent {
        case .malformed:
            return false
        case .toTheEnd:
            if box.type == "moov" { index = offset..<size }
            if box.type == "mdat" { hasMedia = true }
            return false
        case .bytes(let length) where length > UInt64(size - offset):
            isCut = index == nil || !hasMedia || MovieStructure.known.contains(box.type)
            return false
        case .bytes(let length):
            if box.type == "moov", index == nil { index = offset..<offset + Int64(length) }
            hasMedia = hasMedia || box.type == "mdat"
            isMediaMissing = box.type == "moof" || (isMediaMissing && box.type != "mdat")
            hasFragments = hasFragments || box.type == "moof"
            return true
        }
    }

    /// Takes into account that the file ends with so few bytes that they are no box. In a film of fragments they may
    /// be the beginning of the next one, whose size begins with a zero.
    fileprivate mutating func ended(in rest: [UInt8]) {
        let isBox = FourCC(rest, at: 4).map { MovieStructure.known.contains($0.text) }
        isCut = index == nil || !hasMedia || isBox ?? (hasFragments && rest.first == 0)
    }
}
