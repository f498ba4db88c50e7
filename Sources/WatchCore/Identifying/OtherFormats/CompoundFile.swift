import BitMindAPI

/// What lies in an old Office file (compound file binary format), which several formats are inside.
enum CompoundFile {
    /// Names of streams that only one format has.
    private static let streams: [(stream: String, name: String)] = [
        ("WordDocument", "Word document (DOC)"), ("Workbook", "Excel workbook (XLS)"),
        ("Book", "Excel workbook (XLS)"), ("PowerPoint Document", "PowerPoint presentation (PPT)"),
        ("VisioDocument", "Visio drawing (VSD)"), ("EncryptedPackage", "encrypted Microsoft Office file"),
        ("__properties_version1.0", "Outlook message (MSG)"),
        ("HwpSummaryInformation", "Hangul document (HWP)"),
    ]

    /// The class of a Windows installer, in the entry of the root.
    private static let installer: [UInt8] = [0x84, 0x10, 0x0C, 0, 0, 0, 0, 0, 0xC0]

    /// - Returns: the name; nil where the first part of the directory has no stream that is known.
    static func name<Failure: Error>(
        head: [UInt8], size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> String? {
        guard let shift = head.littleEndian(at: 30, count: 2), (9...12).contains(shift),
            let sector = head.littleEndian(at: 48, count: 4)
        else { return nil }
        let offset = Int64(sector + 1) << Int64(shift)
        guard offset < size else { return nil }
        let directory = try read(offset, Int(min(4096, size - offset)))
        if directory.has(installer, at: 80) { return "Windows installer (MSI)" }
        let names = stride(from: 0, to: directory.count, by: 128).map { entryName(in: directory, at: $0) }
        return streams.first { names.contains($0.stream) }?.name
    }

    /// The name of an entry: UTF-16 in 64 bytes, of which only ASCII is of interest.
    private static func entryName(in directory: [UInt8], at place: Int) -> String {
        let letters = directory[place...].prefix(64).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        return String(decoding: letters.prefix { $0 != 0 }.drop { $0 < 0x20 }, as: UTF8.self)
    }
}
