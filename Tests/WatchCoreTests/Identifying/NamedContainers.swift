import SampleMedia

/// Files that are known by what lies in them, made as their programs make them.
enum NamedContainers {
    static let all: [(name: String, bytes: [UInt8])] = archives + compounds + pictures

    // MARK: ZIP

    private static let types = (name: "[Content_Types].xml", content: [UInt8](repeating: 0x78, count: 9_000))

    private static let archives: [(name: String, bytes: [UInt8])] = [
        ("Word document (DOCX)", zip(types, ("_rels/.rels", [1]), ("word/document.xml", [2]))),
        ("Word document (DOCX)", zip(("word/media/image1.png", .init(repeating: 7, count: 150_000)), types)),
        ("Excel workbook (XLSX)", zip(types, ("xl/workbook.xml", [2]))),
        ("PowerPoint presentation (PPTX)", zip(types, ("ppt/presentation.xml", [2]))),
        ("Microsoft Office file", zip(types, ("other/part.xml", [2]))),
        ("XPS", zip(types, ("FixedDocSeq.fdseq", [2]))),
        ("OpenDocument text (ODT)", document("application/vnd.oasis.opendocument.text")),
        ("OpenDocument spreadsheet (ODS)", document("application/vnd.oasis.opendocument.spreadsheet")),
        ("OpenDocument file", document("application/vnd.oasis.opendocument.formula")),
        ("e-book (EPUB)", document("application/epub+zip")),
        ("Krita picture (KRA)", document("application/x-krita")),
        ("ZIP", document("application/x-unheard-of")),
        ("Android package (APK)", zip(("AndroidManifest.xml", [3]), ("META-INF/MANIFEST.MF", [1]))),
        ("Java archive (JAR)", zip(("META-INF/MANIFEST.MF", [1]), ("A.class", [2]))),
        ("ZIP", zip(("photo.jpg", [0xFF]), ("notes about word/count.txt", [1]))),
        // Cut before its directory: the names at the start are left.
        ("Excel workbook (XLSX)", Array(zip(("xl/workbook.xml", [2]), types).dropLast(200))),
        ("ZIP", Array(zip(types, ("word/a.xml", [2])).prefix(20))),
    ]

    private static func document(_ type: String) -> [UInt8] {
        zip(("mimetype", Array(type.utf8)), ("content.xml", [1]))
    }

    /// An archive whose members are stored as they are; sums are not looked at.
    static func zip(_ members: (name: String, content: [UInt8])...) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in members {
            let sizes = little(content.count, 4) + little(content.count, 4) + little(name.utf8.count, 2)
            let shared = little(20, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4) + sizes
            directory += [0x50, 0x4B, 1, 2] + little(20, 2) + shared + little(0, 12) + little(file.count, 4)
            directory += Array(name.utf8)
            file += [0x50, 0x4B, 3, 4] + shared + little(0, 2) + Array(name.utf8) + content
        }
        let counts = little(0, 4) + little(members.count, 2) + little(members.count, 2)
        return file + directory + [0x50, 0x4B, 5, 6] + counts + little(directory.count, 4)
            + little(file.count, 4) + little(0, 2)
    }

    // MARK: Old Office files

    private static let compounds: [(name: String, bytes: [UInt8])] = [
        ("Word document (DOC)", compound("WordDocument")), ("Excel workbook (XLS)", compound("Workbook")),
        ("PowerPoint presentation (PPT)", compound("PowerPoint Document")),
        ("Outlook message (MSG)", compound("__properties_version1.0")),
        ("Hangul document (HWP)", compound("\u{5}HwpSummaryInformation")),
        ("Windows installer (MSI)", compound("x", rootClass: [0x84, 0x10, 0x0C, 0, 0, 0, 0, 0, 0xC0])),
        ("Microsoft Office (old)", compound("Contents")),
        ("Microsoft Office (old)", Array(compound("WordDocument").prefix(300))),
    ]

    /// A header, and a directory in the third sector: the root and one stream.
    private static func compound(_ stream: String, rootClass: [UInt8] = []) -> [UInt8] {
        let magic: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
        var file = magic + little(0, 22) + little(9, 2) + little(0, 16) + little(2, 4)
        file += little(0, 1536 - file.count)
        let root = entry("Root Entry")
        return file + root.prefix(80) + rootClass + root.dropFirst(80 + rootClass.count) + entry(stream)
    }

    private static func entry(_ name: String) -> [UInt8] {
        let letters = name.utf8.flatMap { [$0, 0] as [UInt8] }
        return letters + little(0, 128 - letters.count)
    }

    // MARK: TIFF

    private static let preview: [(tag: Int, value: Int)] = [(0xFE, 1), (0x103, 6), (0x14A, 600)]

    private static let pictures: [(name: String, bytes: [UInt8])] = [
        ("camera raw (NEF)", tiff(preview, maker: "NIKON CORPORATION", big: true)),
        ("camera raw (ARW)", tiff(preview, maker: "SONY")),
        ("camera raw (SRW)", tiff(preview, maker: "SAMSUNG")),
        ("camera raw (PEF)", tiff([(0x103, 65_535), (0x106, 32_803)], maker: "PENTAX", big: true)),
        ("camera raw (3FR)", tiff(preview, maker: "Hasselblad")),
        ("camera raw (DNG)", tiff([(0xC612, 0x401)])),
        ("camera raw (DNG)", tiff(preview + [(0xC612, 0x401)], maker: "Canon", big: true)),
        ("camera raw", tiff(preview, maker: "Unheard Of")),
        ("TIFF", tiff([(0x103, 1), (0x106, 2)], maker: "NIKON CORPORATION")),
        ("TIFF", tiff([(0x103, 5)], big: true)),
        ("TIFF", Array(tiff([(0x103, 1)]).prefix(9))),
    ]

    /// One directory of tags, and the maker's name behind it.
    private static func tiff(
        _ tags: [(tag: Int, value: Int)], maker: String = "Any", big: Bool = false
    ) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            big ? little(value, count).reversed() : little(value, count)
        }
        let all = (tags + [(0x10F, 10 + 12 * (tags.count + 1) + 4)]).sorted { $0.tag < $1.tag }
        let rows = all.flatMap { number($0.tag, 2) + number(4, 2) + number(1, 4) + number($0.value, 4) }
        return Array((big ? "MM" : "II").utf8) + number(42, 2) + number(8, 4) + number(all.count, 2) + rows
            + number(0, 4) + Array(maker.utf8) + little(0, 40)
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
    }
}
