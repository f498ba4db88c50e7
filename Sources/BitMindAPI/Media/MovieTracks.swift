/// What tracks the index of a film (`moov`) lists.
enum MovieTracks {
    /// Boxes that are stepped over in the index in all.
    private static let mostBoxes = 1024

    /// Kinds of tracks that show no picture: sound, text, time codes, data.
    private static let pictureless: Set<String> = [
        "soun", "text", "sbtl", "subt", "clcp", "tmcd", "meta", "hint", "sdsm", "odsm", "ocsm", "mdir",
        "data",
    ]

    /// Whether a film certainly has no track with a picture. An index that can't be understood counts as having one.
    /// - Parameter index: where the index lies, with its header.
    static func lackPicture<Failure: Error>(
        index: Range<Int64>, size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Bool {
        var search = Search(window: MediaWindow(size: size), boxesLeft: mostBoxes)
        guard
            let inside = try search.content(at: index.lowerBound, below: index.upperBound, read: read)?.range,
            let tracks = try search.children(of: inside, named: "trak", read: read), !tracks.isEmpty
        else { return false }
        for track in tracks {
            guard let media = try search.children(of: track, named: "mdia", read: read)?.first,
                let handler = try search.children(of: media, named: "hdlr", read: read)?.first
            else { return false }
            // Version and flags, QuickTime's kind of handler, then what the handler is for.
            let kind = Array(try search.window.bytes(at: handler.lowerBound, count: 12, read: read))
            guard handler.count >= 12, let name = FourCC(kind, at: 8)?.text, pictureless.contains(name) else {
                return false
            }
        }
        return true
    }

    private struct Search {
        var window: MediaWindow
        var boxesLeft: Int

        /// The name of the box at an offset, and where its content lies; nil where there is no whole one.
        mutating func content<Failure: Error>(
            at offset: Int64, below end: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
        ) throws(Failure) -> (name: String, range: Range<Int64>)? {
            let header = Array(try window.bytes(at: offset, count: 16, read: read))
            guard boxesLeft > 0, let box = MovieStructure.Box(header: header) else { return nil }
            boxesLeft -= 1
            let length: Int64
            switch box.extent {
            case .malformed: return nil
            case .toTheEnd: length = end - offset
            case .bytes(let bytes):
                guard bytes <= UInt64(end - offset) else { return nil }
                length = Int64(bytes)
            }
            guard length >= box.headerCount else { return nil }
            return (box.type, offset + Int64(box.headerCount)..<offset + length)
        }

        /// The contents of the boxes of a name in a box; nil where its content can't be understood.
        mutating func children<Failure: Error>(
            of parent: Range<Int64>, named name: String, read: (Int64, Int) throws(Failure) -> [UInt8]
        ) throws(Failure) -> [Range<Int64>]? {
            var found: [Range<Int64>] = []
            var offset = parent.lowerBound
            // QuickTime may end a list with a word of zeros.
            while parent.upperBound - offset >= 8 {
                guard let child = try content(at: offset, below: parent.upperBound, read: read) else {
                    return nil
                }
                if child.name == name { found.append(child.range) }
                offset = child.range.upperBound
            }
            return found
        }
    }
}
