import BitMindAPI
import SampleMedia
import Testing
import WatchCore

@Suite("Identifying: where a file ends")
struct MediaEndTests {
    @Test(arguments: MediaForms.all)
    func `a whole file is known as whole, whatever follows its end`(form: MediaForms.Form) {
        for (name, trailer) in MediaForms.trailers {
            // In a film of fragments, zeros may be the beginning of the next one.
            if form.description.contains("fragments"), name == "a zero" { continue }
            #expect(
                IdentifiedBytes(form.bytes + trailer).identification == .media(form.type, complete: true),
                "\(form), \(name)")
        }
    }

    @Test(arguments: MediaForms.all)
    func `a file that is cut anywhere is not taken for whole`(form: MediaForms.Form) {
        // Behind a fragment, as behind a scan, nothing shows that others were to follow.
        let fragments = form.description.contains("fragments") ? fragmentEnds(form.bytes) : []
        for cut in 1..<form.bytes.count where !fragments.contains(cut) {
            let identified = IdentifiedBytes(Array(form.bytes.prefix(cut)))
            #expect(!identified.isComplete, "\(form), cut at \(cut) of \(form.bytes.count)")
        }
    }

    /// The ends of a film's boxes.
    private func fragmentEnds(_ film: [UInt8]) -> Set<Int> {
        var ends: Set<Int> = []
        var offset = 0
        while film.count - offset >= 8 {
            offset += film[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            ends.insert(offset)
        }
        return ends
    }

    /// Kinds of tracks, and whether the film has a picture by them.
    static let tracks: [(kinds: [String], hasPicture: Bool)] = [
        (["vide"], true), (["soun", "vide"], true), (["soun", "pict"], true), (["auxv"], true),
        (["soun"], false), (["soun", "soun"], false), (["soun", "text", "tmcd"], false), (["sbtl"], false),
        (["meta"], false), (["hint", "soun"], false),
        // An unknown list counts as having one.
        ([], true), (["abcd"], true), (["soun", "abcd"], true),
    ]

    private static func film(_ kinds: [String], brand: String = "mp42") -> [UInt8] {
        let tracks = kinds.flatMap { kind in
            let handler = MediaForms.box(
                "hdlr", [UInt8](repeating: 0, count: 8) + Array(kind.utf8) + [UInt8](repeating: 0, count: 13))
            return MediaForms.box(
                "trak",
                MediaForms.box("tkhd", [1]) + MediaForms.box("mdia", MediaForms.box("mdhd", [2]) + handler))
        }
        return MediaForms.box("ftyp", Array(brand.utf8) + [0, 0, 0, 0])
            + MediaForms.box("moov", MediaForms.box("mvhd", [3]) + tracks)
            + MediaForms.box("mdat", [UInt8](repeating: 0x5A, count: 100))
    }

    @Test(arguments: tracks)
    func `a film without a picture track is not sent`(kinds: [String], hasPicture: Bool) {
        for (brand, type, name) in [
            ("mp42", MediaType.mp4, "MP4"), ("qt  ", .quickTime, "MOV"), ("abcd", .mp4, "MP4"),
        ] {
            let expected: Identification =
                hasPicture ? .media(type, complete: true) : .unsupported("\(name) without a picture track")
            #expect(IdentifiedBytes(Self.film(kinds, brand: brand)).identification == expected)
        }
    }

    @Test func `an index that can't be understood counts as having a picture`() {
        let whole = Self.film(["soun"])
        for place in 16..<whole.count - 108 {
            var bytes = whole
            bytes[place] ^= 0x55
            switch IdentifiedBytes(bytes).identification {
            case .media(.mp4, _), .unsupported("MP4 without a picture track"): break
            case let other: Issue.record("\(other), byte \(place)")
            }
        }
    }

    /// Files that are as expensive as possible: their size, the byte at an offset, and the expected result.
    static let hostile: [(String, size: Int64, at: @Sendable (Int64) -> UInt8, complete: Bool)] = [
        ("a scan of 100 MB", 100_000_000, { byte(of: scanStart, at: $0) ?? 0x33 }, false),
        (
            "a scan of stuffing", 3_000_000,
            { byte(of: scanStart, at: $0) ?? ($0 % 2 == 0 ? 0xFF : 0) }, false
        ),
        (
            "a JPEG of empty segments", 100_000_000,
            { byte(of: [0xFF, 0xD8], at: $0) ?? [0xFF, 0xFE, 0, 2][Int($0 + 2) % 4] }, false
        ),
        (
            "a PNG of empty chunks", 100_000_000, { byte(of: pngStart, at: $0) ?? chunk[Int($0 - 8) % 12] },
            false
        ),
        (
            "a film of empty boxes", 500_000_000,
            { byte(of: filmStart, at: $0) ?? [0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65][Int($0) % 8] }, false
        ),
        ("a film of 500 MB", 500_000_000, { byte(of: largeFilm, at: $0) ?? 0x77 }, true),
        (
            "an index of empty boxes", 500_000_000,
            { byte(of: largeIndex, at: $0) ?? [0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65][Int($0) % 8] }, true
        ),
        ("a JPEG of 4 TiB", 1 << 42, { byte(of: scanStart, at: $0) ?? 0x33 }, true),
    ]

    private static func byte(of start: [UInt8], at offset: Int64) -> UInt8? {
        offset < start.count ? start[Int(offset)] : nil
    }

    private static let scanStart: [UInt8] = [0xFF, 0xD8] + MediaForms.segment(0xDA, [1, 1, 0, 0, 63, 0])
    private static let pngStart: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let chunk = MediaForms.chunk("abCd", [])
    private static let filmStart = MediaForms.box("ftyp", Array("isom".utf8) + [0, 0, 0, 0])
    private static let largeFilm =
        filmStart + MediaForms.box("moov", []) + MediaForms.word(499_999_976) + Array("mdat".utf8)
    private static let largeIndex =
        filmStart + MediaForms.box("mdat", []) + MediaForms.word(499_999_976) + Array("moov".utf8)

    @Test(arguments: hostile.indices)
    func `a file that claims much costs a bounded number of reads, each byte once`(index: Int) {
        let file = Self.hostile[index]
        var (reads, count) = (0, 0 as Int64)
        let identification = MediaIdentifier.identify(size: file.size) {
            (offset, length) throws(Never) -> [UInt8] in
            reads += 1
            count += Int64(length)
            // A whole window of it is made once: it repeats itself.
            let start = file.at(offset)
            if length > 4096, file.at(offset + 1) == start { return [UInt8](repeating: start, count: length) }
            return (0..<Int64(length)).map { file.at(offset + $0) }
        }
        if case .media(_, let complete) = identification { #expect(complete == file.complete, "\(file.0)") }
        #expect(reads <= 3000, "\(file.0)")
        // The head and the tail are read besides, and a window ends with the first byte of the next one.
        #expect(count <= min(file.size, 100_000_000) + 65_536, "\(file.0)")
    }
}
