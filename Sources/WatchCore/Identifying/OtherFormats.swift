import BitMindAPI

/// Names what is not taken, so that whoever finds a file in `failed/` knows what it really is.
enum OtherFormats {
    /// A file's first bytes, all of `parts`, each at its offset.
    private struct Signature {
        var name: String
        var parts: [(offset: Int, bytes: [UInt8])]

        init(_ name: String, _ bytes: [UInt8], at offset: Int = 0) {
            self.name = name
            parts = [(offset, bytes)]
        }

        init(_ name: String, _ text: String, at offset: Int = 0) {
            self.init(name, Array(text.utf8), at: offset)
        }

        func and(_ bytes: [UInt8], at offset: Int) -> Signature {
            var result = self
            result.parts.append((offset, bytes))
            return result
        }
    }

    /// The first that fits wins, so the longer of two with the same start stands first.
    private static let signatures: [Signature] = [
        Signature("GIF", "GIF87a"),
        Signature("GIF", "GIF89a"),
        Signature("camera raw (CR2)", [0x49, 0x49, 0x2A, 0]).and(Array("CR".utf8), at: 8),
        Signature("TIFF or camera raw", [0x49, 0x49, 0x2A, 0]),
        Signature("TIFF or camera raw", [0x4D, 0x4D, 0, 0x2A]),
        Signature("TIFF", [0x49, 0x49, 0x2B, 0]),
        Signature("TIFF", [0x4D, 0x4D, 0, 0x2B]),
        Signature("camera raw (ORF)", "IIRO"),
        Signature("camera raw (ORF)", "IIRS"),
        Signature("camera raw (RW2)", [0x49, 0x49, 0x55, 0]),
        Signature("camera raw (RAF)", "FUJIFILMCCD-RAW"),
        Signature("camera raw (X3F)", "FOVb"),
        Signature("PSD", "8BPS"),
        Signature("JPEG XL", [0xFF, 0x0A]),
        Signature("JPEG XL", [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20]),
        Signature("JPEG 2000", [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]),
        Signature("JPEG 2000", [0xFF, 0x4F, 0xFF, 0x51]),
        Signature("JPEG XR", [0x49, 0x49, 0xBC]),
        Signature("BMP", "BM").and([0, 0, 0, 0], at: 6).and([0, 0, 0], at: 15),
        Signature("ICO", [0, 0, 1, 0]),
        Signature("ICO", [0, 0, 2, 0]),
        Signature("MNG", [0x8A, 0x4D, 0x4E, 0x47]),
        Signature("DDS", "DDS "),
        Signature("OpenEXR", [0x76, 0x2F, 0x31, 0x01]),
        Signature("Radiance HDR", "#?R"),
        Signature("QOI", "qoif"),
        Signature("BPG", [0x42, 0x50, 0x47, 0xFB]),
        Signature("XCF", "gimp xcf"),
        Signature("DICOM", "DICM", at: 128),
        Signature("FLIF", "FLIF"),
        Signature("FLV", [0x46, 0x4C, 0x56, 1]),
        Signature("Flash", "FWS"),
        Signature("Flash", "CWS"),
        Signature("ASF/WMV", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
        Signature("RealMedia", ".RMF"),
        Signature("Ogg", "OggS"),
        Signature("FLAC", "fLaC"),
        Signature("MIDI", "MThd"),
        Signature("MP3", "ID3"),
        Signature("MP3", [0xFF, 0xFB]),
        Signature("MP3", [0xFF, 0xFA]),
        Signature("MP3", [0xFF, 0xF3]),
        Signature("MP3", [0xFF, 0xF2]),
        Signature("AAC", [0xFF, 0xF1]),
        Signature("AAC", [0xFF, 0xF9]),
        Signature("AIFF", "FORM").and(Array("AIF".utf8), at: 8),
        Signature("IFF", "FORM"),
        Signature("WAV", "RF64"),
        Signature("MPEG-PS", [0, 0, 1, 0xBA]),
        Signature("MPEG video", [0, 0, 1, 0xB3]),
        Signature("H.264 video", [0, 0, 0, 1, 0x67]),
        Signature("H.264 video", [0, 0, 1, 0x67]),
        Signature("MPEG-TS", [0x47]).and([0x47], at: 188),
        Signature("MPEG-TS", [0x47], at: 4).and([0x47], at: 196),
        Signature("IVF video", "DKIF"),
        Signature("Y4M video", "YUV4MPEG2"),
        Signature("MXF", [0x06, 0x0E, 0x2B, 0x34]),
        Signature("WebVTT", "WEBVTT"),
        Signature("PDF", "%PDF"),
        Signature("PostScript", "%!PS"),
        Signature("RTF", "{\\rtf"),
        Signature("DjVu", "AT&TFORM"),
        Signature("Microsoft Office (old)", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        Signature("ZIP", [0x50, 0x4B, 3, 4]),
        Signature("ZIP", [0x50, 0x4B, 5, 6]),
        Signature("ZIP", [0x50, 0x4B, 7, 8]),
        Signature("gzip", [0x1F, 0x8B]),
        Signature("bzip2", "BZh"),
        Signature("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
        Signature("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        Signature("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        Signature("RAR", [0x52, 0x61, 0x72, 0x21, 0x1A, 7]),
        Signature("tar", "ustar", at: 257),
        Signature("SQLite", "SQLite format 3\0"),
        Signature("ELF program", [0x7F, 0x45, 0x4C, 0x46]),
        Signature("AppleDouble", [0, 5, 0x16, 7]),
    ]

    /// The name of a file that starts with nothing but zeros.
    static let zeros = "zero bytes"

    /// A name for people of what a file's first bytes are.
    static func name(ofHead head: [UInt8]) -> String {
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            return head.contains(Array("webm".utf8)) ? "WebM" : "Matroska"
        }
        if head.has(Array("RIFF".utf8), at: 0) {
            let form = FourCC(head, at: 8)?.text
            return form == "WAVE" ? "WAV" : form.map { "RIFF (\($0))" } ?? "RIFF"
        }
        let found = signatures.first { signature in
            signature.parts.allSatisfy { head.has($0.bytes, at: $0.offset) }
        }
        if let found { return found.name }
        // What a crash or a program that reserves space first leaves behind.
        if head.allSatisfy({ $0 == 0 }) { return zeros }
        return textName(ofHead: head) ?? "unknown data"
    }

    /// The name of a kind of text; nil where the bytes are none.
    private static func textName(ofHead head: [UInt8]) -> String? {
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return "text" }
        var bytes = head
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = validText(bytes) else { return nil }
        let start = text.drop(while: \.isWhitespace).lowercased()
        if ["<!doctype html", "<html", "<head", "<body"].contains(where: start.hasPrefix) { return "HTML" }
        // A comment or a declaration may stand before it.
        if start.hasPrefix("<"), start.contains("<svg") { return "SVG" }
        return start.hasPrefix("<?xml") ? "XML" : "text"
    }

    /// The head as text where it is UTF-8 without control characters. The head's own end may cut a character.
    private static func validText(_ bytes: [UInt8]) -> String? {
        let isControlFree = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
        guard isControlFree else { return nil }
        for cut in 0...3 where cut < bytes.count {
            if let text = String(validating: bytes.dropLast(cut), as: UTF8.self) { return text }
        }
        return nil
    }
}
