import BitMindAPI

/// What lies in a ZIP, which many formats are inside.
struct ZipMembers {
    /// What the member `mimetype` says, which comes first and is not compressed.
    private var type: String?
    /// As far as they are read.
    private var names: [[UInt8]] = []

    /// Media types, each of them the beginning of more.
    private static let types: [(type: String, name: String)] = [
        ("application/epub+zip", "e-book (EPUB)"),
        ("application/vnd.oasis.opendocument.text", "OpenDocument text (ODT)"),
        ("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet (ODS)"),
        ("application/vnd.oasis.opendocument.presentation", "OpenDocument presentation (ODP)"),
        ("application/vnd.oasis.opendocument.graphics", "OpenDocument drawing (ODG)"),
        ("application/vnd.oasis.opendocument", "OpenDocument file"),
        ("application/x-krita", "Krita picture (KRA)"),
        ("image/openraster", "OpenRaster (ORA)"),
    ]

    /// Beginnings of names that only one format has. The first that a member has wins.
    private static let members: [(start: String, name: String)] = [
        ("word/", "Word document (DOCX)"), ("xl/", "Excel workbook (XLSX)"),
        ("ppt/", "PowerPoint presentation (PPTX)"), ("visio/", "Visio drawing (VSDX)"),
        ("FixedDoc", "XPS"), ("3D/3dmodel", "3MF"), ("AndroidManifest.xml", "Android package (APK)"),
        ("Index/", "iWork document"), ("index.apxl", "iWork document"), ("doc.kml", "map (KMZ)"),
        ("CaptureOne/", "camera raw (EIP)"), ("install.rdf", "Firefox extension (XPI)"),
        ("META-INF/mozilla", "Firefox extension (XPI)"), ("META-INF/MANIFEST.MF", "Java archive (JAR)"),
        ("[Content_Types].xml", "Microsoft Office file"),
    ]

    /// The name of what it is; nil for an archive of any files.
    var name: String? {
        if let type, let known = Self.types.first(where: { type.hasPrefix($0.type) }) { return known.name }
        return Self.members.first { member in names.contains { $0.starts(with: member.start.utf8) } }?.name
    }

    /// Reads the directory at the end, or, where there is none, the members at the start.
    init<Failure: Error>(
        head: [UInt8], size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        if head.has(Array("mimetype".utf8), at: 30), let extra = head.littleEndian(at: 28, count: 2) {
            type = String(decoding: head.dropFirst(38 + Int(extra)).prefix(64), as: UTF8.self)
        }
        try addDirectory(size: size, read: read)
        if names.isEmpty { addMembers(in: head) }
    }

    private mutating func addDirectory<Failure: Error>(
        size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        let count = Int(min(size, Int64(MediaWindow.most)))
        let tail = try read(size - Int64(count), count)
        guard let end = Self.lastEnd(in: tail), let offset = tail.littleEndian(at: end + 16, count: 4),
            Int64(offset) < size
        else { return }
        let directory = try read(Int64(offset), Int(min(size - Int64(offset), Int64(MediaWindow.most))))
        var place = 0
        while directory.has([0x50, 0x4B, 1, 2], at: place),
            let lengths = Self.lengths(directory, at: place + 28),
            directory.count - place >= 46 + lengths.name
        {
            names.append(Array(directory[(place + 46)...].prefix(lengths.name)))
            place += 46 + lengths.name + lengths.rest
        }
    }

    /// Where the last record of the directory's end begins.
    private static func lastEnd(in tail: [UInt8]) -> Int? {
        var place = tail.count - 22
        while place >= 0 {
            if tail[place] == 0x50, tail.has([0x50, 0x4B, 5, 6], at: place) { return place }
            place -= 1
        }
        return nil
    }

    /// How long the name is, and what follows it in an entry of the directory.
    private static func lengths(_ directory: [UInt8], at place: Int) -> (name: Int, rest: Int)? {
        guard let name = directory.littleEndian(at: place, count: 2),
            let extra = directory.littleEndian(at: place + 2, count: 2),
            let comment = directory.littleEndian(at: place + 4, count: 2)
        else { return nil }
        return (Int(name), Int(extra + comment))
    }

    /// Steps from member to member, as far as they state their sizes.
    private mutating func addMembers(in head: [UInt8]) {
        var place = 0
        while head.has([0x50, 0x4B, 3, 4], at: place), let flags = head.littleEndian(at: place + 6, count: 2),
            let length = head.littleEndian(at: place + 18, count: 4),
            let name = head.littleEndian(at: place + 26, count: 2),
            let extra = head.littleEndian(at: place + 28, count: 2)
        {
            names.append(Array(head.dropFirst(place + 30).prefix(Int(name))))
            guard flags & 8 == 0 else { return }
            place += 30 + Int(name + extra + length)
        }
    }
}
