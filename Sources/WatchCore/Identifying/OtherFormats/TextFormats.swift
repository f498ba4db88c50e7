import BitMindAPI

/// Names what is written in letters.
enum TextFormats {
    /// What a text starts with, blanks aside and in lower case.
    private static let starts: [(start: String, name: String)] = [
        ("<?php", "PHP script"), ("<?xpacket", "XMP"), ("<?aid", "InDesign"),
        ("#!", "script"), ("@echo off", "batch file"),
        ("webvtt", "WebVTT"), ("[script info]", "ASS subtitles"), ("1\n00:", "SubRip subtitles"),
        ("1\r\n00:", "SubRip subtitles"), ("#extm3u", "playlist (M3U)"), ("[playlist]", "playlist (PLS)"),
        ("begin:vcalendar", "iCalendar"), ("begin:vcard", "vCard"),
        ("/* xpm */", "XPM"), ("startfontmetrics", "font metrics (AFM)"),
        ("windows registry editor", "Windows registry text"), ("regedit4", "Windows registry text"),
        ("[internetshortcut]", "Internet shortcut (URL)"), ("-----begin pgp", "PGP data"),
        ("-----begin ", "PEM"), ("iso-10303-21", "STEP"), ("{\"", "JSON"), ("[{", "JSON"),
        ("gimp palette", "GIMP palette"), ("startfont ", "font (BDF)"),
        ("return-path: ", "e-mail"), ("received: ", "e-mail"), ("delivered-to: ", "e-mail"),
        ("mime-version: ", "e-mail"), ("from: ", "e-mail"),
    ]

    /// The first element of a document, in lower case and without a prefix.
    private static let elements: [String: String] = [
        "svg": "SVG", "html": "HTML", "head": "HTML", "body": "HTML", "gpx": "GPX", "kml": "KML",
        "plist": "property list", "xmpmeta": "XMP", "rdf": "XMP", "tt": "TTML subtitles",
        "collada": "COLLADA", "fictionbook": "e-book (FB2)", "score-partwise": "MusicXML",
    ]

    /// The name of a kind of text; nil where the bytes are none.
    ///
    /// - Parameters:
    ///   - head: as much of the file as is read.
    ///   - start: its first bytes, which decide whether it is a text.
    static func name(of head: [UInt8], start: [UInt8]) -> String? {
        if let text = wide(head) { return name(ofText: text) }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let skipped = head.starts(with: mark) ? mark.count : 0
        guard isText(Array(start.dropFirst(skipped))) else { return nil }
        return name(ofText: head.dropFirst(skipped))
    }

    private static func name(ofText text: ArraySlice<UInt8>) -> String {
        let text = text.drop(while: \.isBlank)
        let start = String(decoding: text.prefix(64), as: UTF8.self).lowercased()
        if let known = starts.first(where: { start.hasPrefix($0.start) }) { return known.name }
        if start.hasPrefix("{"), text.dropFirst().drop(while: \.isBlank).first == UInt8(ascii: "\"") {
            return "JSON"
        }
        if start.hasPrefix("#define "), start.contains("_width ") { return "XBM" }
        if start.hasPrefix("solid "), Array(text.prefix(512)).contains(Array("facet".utf8)) { return "STL" }
        guard let element = firstElement(of: text) else { return start.hasPrefix("<?xml") ? "XML" : "text" }
        return elements[element] ?? (start.hasPrefix("<?xml") ? "XML" : "text")
    }

    /// The name of the first element behind declarations, comments and the type of document.
    private static func firstElement(of text: ArraySlice<UInt8>) -> String? {
        var rest = text
        while true {
            rest = rest.drop(while: \.isBlank)
            guard rest.first == UInt8(ascii: "<") else { return nil }
            let end: ArraySlice<UInt8>?
            if rest.starts(with: "<?".utf8) {
                end = rest.behind("?>")
            } else if rest.starts(with: "<!--".utf8) {
                end = rest.behind("-->")
            } else if rest.starts(with: "<!".utf8) {
                if isHTML(rest) { return "html" }
                // It may hold declarations of its own.
                let plain = rest.prefix { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: ">") }
                let isPlain = rest[plain.endIndex...].first == UInt8(ascii: ">")
                end = isPlain ? rest.behind(">") : rest.behind("]")?.behind(">")
            } else {
                let name = rest.dropFirst().prefix { !$0.isBlank && !">/".utf8.contains($0) }
                return name.split(separator: UInt8(ascii: ":")).last.map {
                    String(decoding: $0.prefix(32), as: UTF8.self).lowercased()
                }
            }
            guard let end else { return nil }
            rest = end
        }
    }

    private static func isHTML(_ declaration: ArraySlice<UInt8>) -> Bool {
        let words = String(decoding: declaration.prefix(32), as: UTF8.self).lowercased().split(separator: " ")
        return words.count > 1 && words[0] == "<!doctype" && words[1].hasPrefix("html")
    }

    /// The letters of a text in UTF-16, all but ASCII left out; nil for what does not begin as one.
    private static func wide(_ head: [UInt8]) -> ArraySlice<UInt8>? {
        let isLittle = head.starts(with: [0xFF, 0xFE])
        guard isLittle || head.starts(with: [0xFE, 0xFF]) else { return nil }
        let pairs = stride(from: 2, to: head.count - 1, by: 2).map { (head[$0], head[$0 + 1]) }
        return pairs.compactMap { isLittle ? ($0.1 == 0 ? $0.0 : nil) : ($0.0 == 0 ? $0.1 : nil) }[...]
    }

    /// Whether bytes are a text: UTF-8, or another extension of ASCII in which most letters are ASCII, without control
    /// characters. The end of what was read may cut a character.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        let hasControls = bytes.contains { $0 < 0x09 || (0x0E..<0x20).contains($0) || $0 == 0x7F }
        guard !hasControls else { return false }
        for cut in 0...3 where cut < bytes.count {
            if String(validating: bytes.dropLast(cut), as: UTF8.self) != nil { return true }
        }
        return bytes.count { $0 < 0x80 } * 4 > bytes.count * 3
    }
}

extension UInt8 {
    /// Whether it is a space, a tab or the end of a line.
    fileprivate var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}

extension ArraySlice<UInt8> {
    /// What follows the first place where a text stands; nil where it stands nowhere.
    fileprivate func behind(_ text: String) -> ArraySlice<UInt8>? {
        let wanted = [UInt8](text.utf8)
        var rest = self
        while let place = rest.firstIndex(of: wanted[0]) {
            rest = rest[place...]
            if rest.starts(with: wanted) { return rest.dropFirst(wanted.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
