/// A media format that the API takes (api.md, "Endpoints").
///
/// This file is the table of formats. A new format is a case, and a row below. The service, the client and the simulator
/// recognise files by these rows, and every sentence that lists formats is made from them.
public enum MediaType: String, Sendable, Hashable, CaseIterable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case webp = "image/webp"
    case mp4 = "video/mp4"
    case quickTime = "video/quicktime"
    case avi = "video/x-msvideo"

    /// The row of this format.
    package var format: MediaFormat {
        switch self {
        case .jpeg: .jpeg
        case .png: .png
        case .webp: .webp
        case .mp4: .mp4
        case .quickTime: .quickTime
        case .avi: .avi
        }
    }
}

extension MediaFormat {
    fileprivate static let jpeg = MediaFormat(
        name: "JPEG", kind: .image, fileNameExtensions: ["jpg", "jpeg"],
        starts: [.bytes([0xFF, 0xD8, 0xFF])], structure: JPEGStructure())

    fileprivate static let png = MediaFormat(
        name: "PNG", kind: .image, fileNameExtensions: ["png"],
        starts: [.bytes([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])], structure: PNGStructure())

    fileprivate static let webp = MediaFormat(
        name: "WebP", kind: .image, fileNameExtensions: ["webp"],
        starts: [.riff("WEBP")], structure: RIFFStructure(mostParts: 1))

    /// The brands are those of the ISO base media file format, and those built on it for video that any MP4 reader
    /// plays: cameras', streaming, Flash.
    fileprivate static let mp4 = MediaFormat(
        name: "MP4", kind: .video, fileNameExtensions: ["mp4", "m4v"],
        starts: [
            .brands([
                "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "isoa", "isob",
                "isoc", "mp41", "mp42", "avc1", "hvc1", "hev1", "av01", "dash", "msdh", "msix", "cmfc",
                "cmf2", "mmp4", "M4V ", "M4VH", "M4VP", "MSNV", "XAVC", "f4v ", "F4V ", "NDSC", "NDSH",
                "NDSM", "NDSP", "NDSS",
            ])
        ],
        structure: MovieStructure())

    /// The boxes are those with which a file from before `ftyp` (2001) starts.
    fileprivate static let quickTime = MediaFormat(
        name: "MOV", kind: .video, fileNameExtensions: ["mov", "qt"],
        starts: [
            .brands(["qt  "]),
            .boxes(["moov", "mdat", "wide", "free", "skip", "pnot", "uuid", "udta"]),
        ],
        structure: MovieStructure())

    /// A long file (OpenDML) has a RIFF part for every gigabyte or so.
    fileprivate static let avi = MediaFormat(
        name: "AVI", kind: .video, fileNameExtensions: ["avi"],
        starts: [.riff("AVI ")], structure: RIFFStructure(mostParts: 16))
}
