import BitMindAPI
import SampleMedia
import TestSupport
import Testing
import WatchCore

/// Identifies bytes as a file of them is identified, and counts what that costs.
struct IdentifiedBytes {
    var identification: Identification
    var reads = 0
    var bytesRead = 0

    /// - Parameter size: the reported size of the file, if it is not (or no longer) that of the bytes.
    init(_ bytes: [UInt8], size: Int64? = nil) {
        let size = size ?? Int64(bytes.count)
        var reads = 0
        var bytesRead = 0
        identification = MediaIdentifier.identify(size: size) { (offset, count) throws(Never) -> [UInt8] in
            #expect(offset >= 0 && offset < size, "an offset outside the file")
            #expect((1...MediaIdentifier.mostAtOnce).contains(count), "a read of \(count) bytes")
            reads += 1
            guard offset < bytes.count else { return [] }
            let part = Array(bytes[Int(offset)..<min(bytes.count, Int(offset) + count)])
            bytesRead += part.count
            return part
        }
        self.reads = reads
        self.bytesRead = bytesRead
    }

    var isComplete: Bool {
        if case .media(_, complete: true) = identification { true } else { false }
    }
}

@Suite("Identifying")
struct IdentifyingTests {
    @Test(arguments: MediaType.allCases)
    func `each format is recognised by its content, whole`(type: MediaType) {
        for size in [nil, 70_000, 300_001] as [Int?] {
            let identified = IdentifiedBytes(SampleMedia.make(type, seed: 1, size: size))
            #expect(identified.identification == .media(type, complete: true))
            #expect(identified.reads <= 20 && identified.bytesRead <= 20_000)
        }
    }

    @Test func `a file without bytes is empty`() {
        #expect(IdentifiedBytes([]).identification == .empty)
        #expect(IdentifiedBytes([1, 2, 3], size: -1).identification == .empty)
    }

    @Test(arguments: UnsupportedMedia.all)
    func `what is not taken is named`(name: String, bytes: [UInt8]) {
        #expect(IdentifiedBytes(bytes).identification == .unsupported(name))
    }

    static let brands: [(MediaType, [UInt8])] = [
        (.mp4, UnsupportedMedia.boxes(brands: "isom", "iso2", "avc1", "mp41")),
        (.mp4, UnsupportedMedia.boxes(brands: "mp42", "mp42", "isom")),
        (.mp4, UnsupportedMedia.boxes(brands: "iso6", "dash")),
        (.mp4, UnsupportedMedia.boxes(brands: "M4V ")),
        (.mp4, UnsupportedMedia.boxes(brands: "XAVC", "XAVC", "mp42")),
        (.mp4, UnsupportedMedia.boxes(brands: "3gp4", "3gp4", "isom")),
        (.mp4, UnsupportedMedia.boxes(brands: "abcd", "mp42")),
        (.quickTime, UnsupportedMedia.boxes(brands: "qt  ", "qt  ")),
        (.quickTime, UnsupportedMedia.boxes(brands: "abcd", "qt  ")),
        (.quickTime, [0, 0, 0, 8] + Array("wide".utf8) + [0, 0, 1, 0] + Array("mdat".utf8)),
        (.quickTime, [0, 0, 0, 1] + Array("mdat".utf8) + [0, 0, 0, 0, 0, 0, 1, 0]),
        (.quickTime, [0, 0, 0, 0] + Array("mdat".utf8) + [1, 2, 3]),
        (.quickTime, [0, 0, 2, 0] + Array("moov".utf8)), (.quickTime, [0, 0, 0, 9] + Array("skip".utf8)),
    ]

    @Test(arguments: brands)
    func `brands, or the first box of an old QuickTime file, decide what a film is`(
        type: MediaType, bytes: [UInt8]
    ) {
        #expect(IdentifiedBytes(bytes).identification == .media(type, complete: false))
    }

    @Test func `what throws while reading is passed on`() {
        struct Unreadable: Error {}
        #expect(throws: Unreadable.self) {
            try MediaIdentifier.identify(size: 9) { (_, _) throws(Unreadable) -> [UInt8] in throw Unreadable()
            }
        }
    }
}

@Suite("Identifying: what is cut short")
struct CutShortTests {
    @Test(arguments: MediaType.allCases)
    func `a file cut anywhere is never taken for whole, and never for another format`(type: MediaType) {
        for size in [nil, 20_000] as [Int?] {
            let whole = SampleMedia.make(type, seed: 2, size: size)
            let cuts = size == nil ? Array(1..<whole.count) : Array(stride(from: 1, to: whole.count, by: 97))
            for cut in cuts {
                let identified = IdentifiedBytes(Array(whole.prefix(cut)))
                #expect(!identified.isComplete, "cut at \(cut) of \(whole.count)")
                if cut >= 16 {
                    #expect(identified.identification == .media(type, complete: false), "cut at \(cut)")
                }
            }
        }
    }

    @Test(arguments: MediaType.allCases)
    func `a file that shrinks while it is looked at is still answered`(type: MediaType) {
        let whole = SampleMedia.make(type, seed: 3)
        #expect(IdentifiedBytes([], size: Int64(whole.count)).identification == .empty)
        for cut in stride(from: 16, to: whole.count, by: 5) {
            let identified = IdentifiedBytes(Array(whole.prefix(cut)), size: Int64(whole.count))
            switch identified.identification {
            case .media(let found, let isComplete):
                #expect(found == type)
                #expect(!isComplete || type != .jpeg && type != .png, "their ends are read")
            default: Issue.record("\(identified.identification)")
            }
        }
    }

    @Test(arguments: MediaType.allCases)
    func `bytes that a camera appends do not matter`(type: MediaType) {
        let whole = SampleMedia.make(type, seed: 4)
        for appended in [1, 7, 8, 100, 16_000] {
            #expect(IdentifiedBytes(whole + [UInt8](repeating: 0, count: appended)).isComplete)
        }
    }

    @Test func `a preview's end in the metadata is not the picture's`() {
        let whole = SampleMedia.make(.jpeg, seed: 5)
        let preview: [UInt8] = [0xFF, 0xE1, 0, 10, 0xFF, 0xD8, 1, 2, 3, 4, 0xFF, 0xD9]
        let picture = Array(whole.prefix(20)) + preview + whole.dropFirst(20)
        #expect(IdentifiedBytes(picture).isComplete)
        for cut in 1...100 { #expect(!IdentifiedBytes(picture.dropLast(cut)).isComplete, "cut by \(cut)") }
    }

    @Test func `a picture of many segments still costs few reads`() {
        let identified = IdentifiedBytes(SampleMedia.make(.jpeg, seed: 6, size: 20_000_000))
        #expect(identified.isComplete)
        #expect(identified.reads <= 70)
    }

    @Test(arguments: [MediaType.webp, .avi])
    func `a size that a recorder has not yet filled in is not whole`(type: MediaType) {
        for size in [[0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [4, 0, 0, 0]] as [[UInt8]] {
            var bytes = SampleMedia.make(type, seed: 7)
            bytes.replaceSubrange(4..<8, with: size)
            #expect(IdentifiedBytes(bytes).identification == .media(type, complete: false))
        }
    }

    @Test func `a long AVI is whole when all of its parts are`() {
        let first = SampleMedia.make(.avi, seed: 8)
        let second = Array("RIFF".utf8) + [12, 0, 0, 0] + Array("AVIXJUNK".utf8) + [0, 0, 0, 0]
        #expect(IdentifiedBytes(first + second).isComplete)
        #expect(!IdentifiedBytes(first + second.dropLast()).isComplete)
    }

    static let films: [(Bool, [UInt8])] = [
        (true, box("ftyp", "isom\0\0\0\0") + box("moov", "") + box("mdat", "x")),
        (
            true,
            box("ftyp", "isom\0\0\0\0") + box("mdat", "x") + box("moov", "")
                + [UInt8](repeating: 0, count: 50)
        ),
        (true, box("ftyp", "isom\0\0\0\0") + box("moov", "") + [0, 0, 0, 0] + Array("mdat".utf8) + [1, 2]),
        (
            true,
            box("ftyp", "isom\0\0\0\0") + box("moov", "") + box("mdat", "") + [0, 0, 0, 3]
                + Array("junk".utf8)
        ),
        (false, box("ftyp", "isom\0\0\0\0") + box("mdat", "x")),
        (false, box("ftyp", "isom\0\0\0\0") + box("moov", "x")),
        (false, box("ftyp", "isom\0\0\0\0") + [0, 0, 0, 0] + Array("mdat".utf8) + box("moov", "")),
        (false, box("ftyp", "isom\0\0\0\0") + box("mdat", "") + [0, 0, 0, 5] + Array("moov".utf8)),
        (true, box("ftyp", "isom\0\0\0\0") + box("moov", "") + box("mdat", "") + [0, 0, 0]),
        (
            false,
            box("ftyp", "isom\0\0\0\0") + box("moov", "") + box("moof", "") + box("mdat", "") + [0, 0, 0]
        ),
        (false, long("mdat", 15) + box("moov", "")), (false, long("mdat", 0) + box("moov", "")),
        (true, long("mdat", 16) + box("moov", "")),
        (false, long("mdat", .max) + box("moov", "")), (false, long("mdat", 1 << 63) + box("moov", "")),
        (false, long("mdat", UInt64(Int64.max) - 8) + box("moov", "")),
    ]

    @Test(arguments: films)
    func `a film is whole when its boxes fit and index and media are there`(isComplete: Bool, bytes: [UInt8])
    {
        #expect(IdentifiedBytes(bytes).isComplete == isComplete)
    }

    @Test func `a film of endless boxes costs a bounded number of reads`() {
        let bytes = box("ftyp", "isom\0\0\0\0") + (0..<5000).flatMap { _ in box("free", "") }
        let identified = IdentifiedBytes(bytes)
        #expect(!identified.isComplete)
        #expect(identified.reads <= 1025)
    }
}

private func box(_ type: String, _ payload: String) -> [UInt8] {
    [0, 0, 0, UInt8(payload.utf8.count + 8)] + Array(type.utf8) + Array(payload.utf8)
}

private func long(_ type: String, _ size: UInt64) -> [UInt8] {
    [0, 0, 0, 1] + Array(type.utf8) + withUnsafeBytes(of: size.bigEndian) { Array($0) }
}
