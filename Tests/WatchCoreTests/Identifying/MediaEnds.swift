import BitMindAPI
import SampleMedia

/// Whole files of each format in each of the forms that programs and devices write them.
enum MediaForms {
    /// A whole file, without anything behind its end.
    struct Form: Sendable, CustomStringConvertible {
        let description: String
        let type: MediaType
        let bytes: [UInt8]

        init(_ description: String, _ type: MediaType, _ bytes: [UInt8]) {
            (self.description, self.type, self.bytes) = (description, type, bytes)
        }
    }

    static let all: [Form] =
        MediaType.allCases.map { Form("plain \($0)", $0, SampleMedia.make($0, seed: 11)) }
        + pictures + films

    private static let jpeg = SampleMedia.make(.jpeg, seed: 12)
    /// A picture of several scans, up to the end of the first.
    private static let progressive = jpeg.dropLast(2).enumerated().map { index, byte in
        byte == 0xC0 && jpeg[index - 1] == 0xFF ? 0xC2 : byte
    }
    private static let png = SampleMedia.make(.png, seed: 13)

    private static let pictures: [Form] = [
        Form(
            "JPEG with a preview in its metadata", .jpeg,
            inserting(segment(0xE1, Array("Exif".utf8) + jpeg), at: 2, in: jpeg)),
        Form("JPEG with filling before a marker", .jpeg, inserting([0xFF, 0xFF, 0xFF], at: 2, in: jpeg)),
        Form(
            "progressive JPEG: several scans with tables between them", .jpeg,
            progressive + secondScan + secondScan + [0xFF, 0xD9]),
        Form(
            "JPEG with restart markers", .jpeg,
            Array(jpeg.dropLast(2)) + [0xFF, 0xD0, 1, 2, 0xFF, 0xD7, 3, 0xFF, 0, 0xFF, 0xD9]),
        Form(
            "JPEG whose tables hold an end marker", .jpeg,
            progressive + segment(0xFE, [1, 0xFF, 0xD9, 2]) + secondScan + [0xFF, 0xD9]),
        Form("PNG whose text holds the bytes of an end", .png, inserting(pngText, at: 33, in: png)),
        Form(
            "PNG of many small chunks", .png,
            inserting(Array(repeatElement(chunk("abCd", [1]), count: 500).joined()), at: 33, in: png)),
    ]

    /// Tables and a further scan, as in a progressive JPEG.
    private static let secondScan: [UInt8] =
        segment(0xC4, [0x10] + [1, 1] + Array(repeating: 0, count: 14) + [0, 1])
        + segment(0xDA, [1, 1, 0, 1, 63, 0])
        + [0x55, 0xFF, 0x00, 0xAA]

    private static let pngText = chunk(
        "tEXt", Array("Comment\0".utf8) + [0, 0, 0, 0] + Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82])

    private static let films: [Form] =
        MediaType.films.flatMap { type in
            let parts = boxes(of: SampleMedia.make(type, seed: 14))
            let (start, media, index) = (parts["ftyp"] ?? [], parts["mdat"] ?? [], parts["moov"] ?? [])
            let content = Array(media.dropFirst(8))
            let name = type == .mp4 ? "MP4" : "MOV"
            return [
                Form("\(name) with the index first", type, start + index + media),
                Form("\(name) with media of a long size", type, start + index + longBox("mdat", content)),
                Form(
                    "\(name) of fragments", type,
                    start + index + box("moof", [1, 2, 3]) + media + box("moof", [4]) + media),
                Form(
                    "\(name) with an unknown box between", type,
                    start + box("abcd", Array(repeating: 7, count: 99)) + media + index),
            ]
        } + oldFilms + otherBrands

    /// QuickTime from before `ftyp`.
    private static let oldFilms: [Form] = {
        let parts = boxes(of: SampleMedia.make(.quickTime, seed: 15))
        let (media, index) = (parts["mdat"] ?? [], parts["moov"] ?? [])
        return ["uuid", "udta", "wide", "free", "skip", "pnot"].map {
            Form("MOV that starts with \($0)", .quickTime, box($0, [9, 9, 9]) + media + index)
        } + [
            Form("MOV that starts with mdat", .quickTime, media + index),
            Form("MOV that starts with moov", .quickTime, index + media),
        ]
    }()

    private static let otherBrands: [Form] = ["abcd", "XXXX", "niko", "caqv"].map { brand in
        let parts = boxes(of: SampleMedia.make(.mp4, seed: 16))
        return Form(
            "MP4 of the brand \(brand)", .mp4,
            box("ftyp", Array(brand.utf8) + [0, 0, 0, 0]) + (parts["mdat"] ?? []) + (parts["moov"] ?? []))
    }

    /// What cameras, phones, cards and programs leave behind the end of a file.
    static let trailers: [(String, [UInt8])] = [
        ("nothing", []), ("a line feed", [10]), ("seven bytes", Array("\r\n\r\n\r\n\n".utf8)),
        ("a zero", [0]),
        ("zeros", [UInt8](repeating: 0, count: 4096)), ("many zeros", [UInt8](repeating: 0, count: 40_000)),
        ("FF filling", [UInt8](repeating: 0xFF, count: 512)),
        ("a phone's debug data", Array("aecDebug".utf8) + [UInt8](repeating: 0x5A, count: 35_470)),
        (
            "an Insta360 trailer",
            [UInt8](repeating: 0x5A, count: 20_000) + Array("8db42d694ccc418790edff439fe026bf".utf8)
        ),
        ("a dash cam's", Array(String(repeating: "&&&&", count: 10).utf8)),
        ("a motion photo's film", SampleMedia.make(.mp4, seed: 17)),
        ("a picture", jpeg), ("a picture that is cut short", Array(jpeg.dropLast(9))),
        ("an archive", [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0x20, count: 90) + [0x50, 0x4B, 5, 6]),
        ("a text", Array("GPS 52.5 13.4 and no box".utf8)),
    ]

    // MARK: Parts

    static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0xFF, marker, UInt8((payload.count + 2) >> 8), UInt8((payload.count + 2) & 0xFF)] + payload
    }

    /// A chunk of a PNG; the checksum is not looked at.
    static func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        word(payload.count) + Array(type.utf8) + payload + [1, 2, 3, 4]
    }

    static func box(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        word(payload.count + 8) + Array(type.utf8) + payload
    }

    static func longBox(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        word(1) + Array(type.utf8) + word(0) + word(payload.count + 16) + payload
    }

    static func word(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func inserting(_ bytes: [UInt8], at place: Int, in file: [UInt8]) -> [UInt8] {
        Array(file[..<place]) + bytes + file[place...]
    }

    /// The boxes at the top level of a film, each whole.
    static func boxes(of film: [UInt8]) -> [String: [UInt8]] {
        var boxes: [String: [UInt8]] = [:]
        var rest = film[...]
        while rest.count >= 8 {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            boxes[String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)] = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return boxes
    }
}

extension MediaType {
    static let films: [MediaType] = [.mp4, .quickTime]
}
