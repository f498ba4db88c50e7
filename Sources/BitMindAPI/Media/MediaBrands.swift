/// What the first box of a file of ISO base media boxes says that it is.
enum MediaBrands {
    /// Brands of what shares the box structure and is something else.
    private static let others: [String: String] = [
        "heic": "HEIC", "heix": "HEIC", "heim": "HEIC", "heis": "HEIC",
        "hevc": "HEIC", "hevx": "HEIC", "hevm": "HEIC", "hevs": "HEIC",
        "avif": "AVIF", "avis": "AVIF", "avci": "HEIF (AVC)", "avcs": "HEIF (AVC)", "jpeg": "HEIF (JPEG)",
        "jpgs": "HEIF (JPEG)", "j2ki": "HEIF (JPEG 2000)", "j2is": "HEIF (JPEG 2000)", "vvic": "HEIF (VVC)",
        "vvis": "HEIF (VVC)", "evbi": "HEIF (EVC)", "evbs": "HEIF (EVC)", "crx ": "camera raw (CR3)",
        "M4A ": "M4A", "M4B ": "M4A", "M4P ": "M4A", "F4A ": "M4A", "F4B ": "M4A", "aax ": "Audible",
        "jp2 ": "JPEG 2000", "jpx ": "JPEG 2000", "jpm ": "JPEG 2000", "mjp2": "JPEG 2000",
        "mj2s": "JPEG 2000", "jxl ": "JPEG XL",
    ]

    /// What a file is whose head starts with a box; nil where it does not.
    static func head(of bytes: [UInt8]) -> MediaHead? {
        guard let box = MovieStructure.Box(header: bytes) else { return nil }
        if box.type == "ftyp" { return head(ofBrands: brands(in: bytes, of: box)) }
        guard let type = MediaType.allCases.first(where: { $0.startsWithBox(box.type) }) else { return nil }
        switch box.extent {
        case .malformed: return nil
        case .toTheEnd: return .media(type)
        case .bytes:
            // A text in which such a word stands at the fifth byte would claim half a gigabyte and more.
            return bytes[0] < 0x20 ? .media(type) : nil
        }
    }

    /// The major brand, then the compatible ones, as far as the head has them.
    private static func brands(in head: [UInt8], of box: MovieStructure.Box) -> [String] {
        let isLong = head.has([0, 0, 0, 1], at: 0)
        let start = isLong ? 16 : 8
        var end = head.count
        if case .bytes(let length) = box.extent { end = Int(min(UInt64(end), length)) }
        let offsets = [start] + Array(stride(from: start + 8, to: end, by: 4))
        return offsets.filter { $0 + 4 <= end }.compactMap { FourCC(head, at: $0)?.text }
    }

    /// The major brand decides where it is known; else the compatible ones do, for by naming them the file says
    /// that their readers may read it. So a 3GP file, which the API does not list, is taken where it declares
    /// itself readable as MP4, which phones' files do.
    private static func head(ofBrands brands: [String]) -> MediaHead {
        guard let major = brands.first else { return .otherBoxes("ISO media without a brand") }
        let compatible = brands.dropFirst()
        if let type = type(ofOneOf: [major]) { return .media(type) }
        if let name = others[major] { return .otherBoxes(name) }
        if ["mif1", "mif2", "mif3", "msf1", "miaf"].contains(major) {
            return .otherBoxes(compatible.lazy.compactMap { others[$0] }.first ?? "HEIF")
        }
        if let type = type(ofOneOf: compatible) { return .media(type) }
        if let name = compatible.lazy.compactMap({ others[$0] }).first { return .otherBoxes(name) }
        if major.hasPrefix("3g") { return .otherBoxes("3GP") }
        return .unknownBrand(major)
    }

    /// The first format in the table that has one of these brands.
    private static func type(ofOneOf brands: ArraySlice<String>) -> MediaType? {
        MediaType.allCases.first { type in brands.contains { type.hasBrand($0) } }
    }
}

extension MediaType {
    /// Whether it is told from other formats by the names of boxes and brands alone.
    package var isOfBoxes: Bool {
        format.starts.contains { if case .brands = $0 { true } else { false } }
    }

    fileprivate func hasBrand(_ brand: String) -> Bool {
        format.starts.contains { if case .brands(let brands) = $0 { brands.contains(brand) } else { false } }
    }

    fileprivate func startsWithBox(_ name: String) -> Bool {
        format.starts.contains { if case .boxes(let names) = $0 { names.contains(name) } else { false } }
    }
}
