import BitMindAPI

/// Files that the service must refuse, and how it names them.
package enum UnsupportedMedia {
    /// Starts of real files, each with the name for people that the failure's message has.
    package static let all: [(name: String, bytes: [UInt8])] =
        (movies + pictures + sounds + documents).filter { !MediaType.allCases.map(\.name).contains($0.name) }

    private static let movies: [(name: String, bytes: [UInt8])] = [
        ("HEIC", boxes(brands: "heic", "mif1", "heic")),
        ("HEIC", boxes(brands: "mif1", "mif1", "heic")),
        ("AVIF", boxes(brands: "avif", "mif1", "miaf")),
        ("AVIF", boxes(brands: "mif1", "avif", "miaf")),
        ("HEIF", boxes(brands: "mif1", "miaf")),
        ("camera raw (CR3)", boxes(brands: "crx ", "crx ", "isom")),
        ("M4A", boxes(brands: "M4A ", "M4A ", "mp42", "isom")),
        ("3GP", boxes(brands: "3gp4", "3gp4")),
        ("ISO media (abcd)", boxes(brands: "abcd", "efgh")),
        ("ISO media (?\u{5B}2J)", boxes(brands: "\u{1B}[2J")),
        ("ISO media without a brand", [0, 0, 0, 8] + Array("ftyp".utf8)),
        ("WebM", [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x84] + Array("webm".utf8)),
        ("Matroska", [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x88] + Array("matroska".utf8)),
        ("FLV", Array("FLV".utf8) + [1, 5, 0, 0, 0, 9]),
        ("ASF/WMV", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9]),
        ("MPEG-PS", [0, 0, 1, 0xBA, 0x44]),
        ("MPEG-TS", (0..<400).map { $0 % 188 == 0 ? 0x47 : 0 }),
        ("MPEG-TS", (0..<400).map { $0 % 192 == 4 ? 0x47 : 0 }),
    ]

    private static let pictures: [(name: String, bytes: [UInt8])] = [
        ("GIF", Array("GIF89a".utf8) + [1, 0, 1, 0]),
        ("TIFF", [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]),
        ("TIFF", [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8]),
        ("camera raw (CR2)", [0x49, 0x49, 0x2A, 0, 16, 0, 0, 0, 0x43, 0x52, 2, 0]),
        ("camera raw (RAF)", Array("FUJIFILMCCD-RAW 0201".utf8)),
        ("BMP", Array("BM".utf8) + [70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0]),
        ("JPEG XL", [0xFF, 0x0A, 0x12]),
        ("JPEG XL", [0, 0, 0, 0x0C] + Array("JXL ".utf8) + [0x0D, 0x0A, 0x87, 0x0A]),
        ("JPEG 2000", [0, 0, 0, 0x0C] + Array("jP  ".utf8) + [0x0D, 0x0A, 0x87, 0x0A]),
        ("PSD", Array("8BPS".utf8) + [0, 1]),
        ("SVG", Array("<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg xmlns=\"…\"/>".utf8)),
        ("SVG", Array("\n<svg width=\"1\"/>".utf8)),
    ]

    private static let sounds: [(name: String, bytes: [UInt8])] = [
        ("WAV", Array("RIFF".utf8) + [36, 0, 0, 0] + Array("WAVEfmt ".utf8)),
        ("RIFF (abcd)", Array("RIFF".utf8) + [36, 0, 0, 0] + Array("abcd".utf8)),
        ("RIFF", Array("RIFF".utf8) + [36, 0]),
        ("Ogg", Array("OggS".utf8) + [0, 2]),
        ("MP3", Array("ID3".utf8) + [4, 0]),
        ("MP3", [0xFF, 0xFB, 0x90, 0x64]),
        ("FLAC", Array("fLaC".utf8)),
    ]

    private static let documents: [(name: String, bytes: [UInt8])] = [
        ("PDF", Array("%PDF-1.7\n".utf8)),
        ("ZIP", [0x50, 0x4B, 3, 4, 20, 0]),
        ("HTML", Array("<!DOCTYPE html>\n<html><body><svg /></body></html>".utf8)),
        ("HTML", [0xEF, 0xBB, 0xBF] + Array("  <HTML>".utf8)),
        ("XML", Array("<?xml version=\"1.0\"?>\n<feed/>".utf8)),
        ("text", Array("Grüße! This is no picture.\n".utf8)),
        ("text", Array("feelfree to read this".utf8)),
        ("text", Array(String(repeating: "日本", count: 200).utf8)),
        ("zero bytes", [UInt8](repeating: 0, count: 300)),
        ("unknown data", [0x80]),
        ("unknown data", [0xFF, 0xD8]),
        ("unknown data", [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08]),
    ]

    /// A file of ISO base media boxes: its type, the major brand first, and an empty index.
    package static func boxes(brands major: String, _ compatible: String...) -> [UInt8] {
        let brands = Array(major.utf8) + [0, 0, 0, 0] + compatible.flatMap(\.utf8)
        return [0, 0, 0, UInt8(brands.count + 8)] + Array("ftyp".utf8) + brands + [0, 0, 0, 8]
            + Array("moov".utf8)
    }
}
