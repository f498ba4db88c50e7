import BitMindAPI

/// The tags of the first picture in a TIFF, by which a camera's raw picture is told from any other TIFF.
struct TIFFTags {
    /// Tags that are looked at; a raw picture has some forty.
    private static let mostTags = 256

    private static let makers: [(maker: String, name: String)] = [
        ("nikon", "NEF"), ("sony", "ARW"), ("pentax", "PEF"), ("ricoh", "PEF"), ("samsung", "SRW"),
        ("hasselblad", "3FR"), ("seiko epson", "ERF"), ("eastman kodak", "DCR"), ("kodak", "DCR"),
        ("mamiya", "MEF"), ("leaf", "MOS"), ("leica", "RWL"), ("olympus", "ORF"), ("panasonic", "RW2"),
        ("canon", "CR2"), ("phase one", "IIQ"),
    ]

    private let isBigEndian: Bool
    /// The value of each tag, or where its values lie.
    private var values: [UInt64: UInt64] = [:]
    private var maker = ""

    /// The name of a raw picture; nil for any other TIFF.
    var name: String? {
        // The version of DNG, which no other has.
        if values[0xC612] != nil { return "camera raw (DNG)" }
        guard isRaw else { return nil }
        let format = Self.makers.first { maker.hasPrefix($0.maker) }?.name
        return "camera raw" + (format.map { " (\($0))" } ?? "")
    }

    /// Whether the first picture holds what a sensor saw, or is the preview of such a picture.
    private var isRaw: Bool {
        let isPreview = values[0x14A] != nil && (values[0xFE] == 1 || values[0x103] == 6)
        // Photometric interpretations CFA and linear raw; the makers' own ways of compression.
        return isPreview || [32_803, 34_892].contains(values[0x106])
            || [32_767, 32_770, 34_713, 65_000, 65_535].contains(values[0x103])
    }

    /// Reads the first directory; nil where there is none.
    init?<Failure: Error>(
        head: [UInt8], size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        isBigEndian = head.first == 0x4D
        guard let start = number(head, at: 4, count: 4).map(Int64.init), start < size else { return nil }
        let directory = try read(start, Int(min(size - start, Int64(2 + 12 * Self.mostTags))))
        guard let count = number(directory, at: 0, count: 2) else { return nil }
        for index in 0..<min(Int(count), Self.mostTags) {
            let place = 2 + 12 * index
            guard let tag = number(directory, at: place, count: 2),
                let type = number(directory, at: place + 2, count: 2),
                let value = number(directory, at: place + 8, count: type == 3 ? 2 : 4)
            else { break }
            values[tag] = value
        }
        guard let place = values[0x10F].map(Int64.init), place < size else { return }
        let text = try read(place, Int(min(32, size - place)))
        maker = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self).lowercased()
    }

    private func number(_ bytes: [UInt8], at place: Int, count: Int) -> UInt64? {
        isBigEndian ? bytes.bigEndian(at: place, count: count) : bytes.littleEndian(at: place, count: count)
    }
}
