import BitMindAPI

/// What the first box of a file of ISO base media boxes says that it is.
enum MovieBrands {
    /// Brands of MP4 proper: the ISO base media file format's and those built on it for video that any MP4
    /// reader plays (cameras', streaming, Flash).
    private static let mp4: Set<String> = [
        "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "isoa", "isob", "isoc",
        "mp41", "mp42", "avc1", "hvc1", "hev1", "av01", "dash", "msdh", "msix", "cmfc", "cmf2", "mmp4",
        "M4V ", "M4VH", "M4VP", "MSNV", "XAVC", "f4v ", "F4V ", "NDSC", "NDSH", "NDSM", "NDSP", "NDSS",
    ]

    /// Brands of what shares the box structure and is something else.
    private static let others: [String: String] = [
        "heic": "HEIC", "heix": "HEIC", "heim": "HEIC", "heis": "HEIC",
        "hevc": "HEIC", "hevx": "HEIC", "hevm": "HEIC", "hevs": "HEIC",
        "avif": "AVIF", "avis": "AVIF", "crx ": "camera raw (CR3)",
        "M4A ": "M4A", "M4B ": "M4A", "M4P ": "M4A", "F4A ": "M4A", "F4B ": "M4A",
        "jp2 ": "JPEG 2000", "jpx ": "JPEG 2000", "jpm ": "JPEG 2000", "mjp2": "JPEG 2000", "jxl ": "JPEG XL",
    ]

    /// Boxes with which a QuickTime file from before `ftyp` (2001) starts.
    private static let quickTimeStarts: Set<String> = [
        "moov", "mdat", "wide", "free", "skip", "pnot", "uuid", "udta",
    ]

    /// The format of a file whose head starts with a box; nil where it does not.
    static func format(ofHead head: [UInt8]) -> MediaIdentifier.Format? {
        guard let box = MovieStructure.Box(header: head) else { return nil }
        if box.type == "ftyp" { return format(ofBrands: brands(in: head, of: box)) }
        guard quickTimeStarts.contains(box.type) else { return nil }
        switch box.extent {
        case .malformed: return nil
        case .toTheEnd: return .media(.quickTime)
        case .bytes:
            // A text in which such a word stands at the fifth byte would claim half a gigabyte and more.
            return head[0] < 0x20 ? .media(.quickTime) : nil
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
    private static func format(ofBrands brands: [String]) -> MediaIdentifier.Format {
        guard let major = brands.first else { return .unsupported("ISO media without a brand") }
        let compatible = brands.dropFirst()
        if major == "qt  " { return .media(.quickTime) }
        if mp4.contains(major) { return .media(.mp4) }
        if let name = others[major] { return .unsupported(name) }
        if ["mif1", "mif2", "msf1", "miaf"].contains(major) {
            return .unsupported(compatible.lazy.compactMap { others[$0] }.first ?? "HEIF")
        }
        if compatible.contains(where: mp4.contains) { return .media(.mp4) }
        if compatible.contains("qt  ") { return .media(.quickTime) }
        if let name = compatible.lazy.compactMap({ others[$0] }).first { return .unsupported(name) }
        if major.hasPrefix("3g") { return .unsupported("3GP") }
        return .unknownFilm(major)
    }
}
