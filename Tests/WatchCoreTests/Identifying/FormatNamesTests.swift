import BitMindAPI
import Testing

@testable import WatchCore

@Suite("Identifying: names of formats")
struct FormatNamesTests {
    /// The name by which people are told what the bytes are.
    private func name(of bytes: [UInt8]) -> String {
        switch IdentifiedBytes(bytes).identification {
        case .empty: "empty"
        case .media(let type, _): type.name
        case .unsupported(let name): name
        }
    }

    @Test(arguments: NamedFormats.all)
    func `a format is named by its first bytes`(expected: String, notation: String) {
        #expect(name(of: WrittenBytes(notation).bytes) == expected)
        let content = [UInt8](repeating: 0xA5, count: 2_000)
        #expect(name(of: WrittenBytes(notation).bytes + content) == expected, "with content behind it")
    }

    @Test(arguments: NamedTexts.all)
    func `a text is named by what it is for, however long its preamble`(expected: String, text: String) {
        #expect(name(of: Array(text.utf8)) == expected)
        let wide = "\u{FEFF}\(text)".utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        if text.first != "\u{FEFF}" { #expect(name(of: wide) == expected, "in UTF-16") }
    }

    @Test(arguments: NamedContainers.all)
    func `an archive, an old Office file and a TIFF are named by what lies in them`(
        expected: String, bytes: [UInt8]
    ) {
        #expect(name(of: bytes) == expected)
    }

    @Test func `a text in Latin-1 is a text, and bytes with control characters are none`() {
        #expect(
            name(of: [UInt8]("Sch".utf8) + [0xF6] + "ne Gr".utf8 + [0xFC, 0xDF] + "e aus der Stadt".utf8)
                == "text")
        #expect(name(of: [UInt8]("Sch".utf8) + [1] + "ne Worte".utf8) == "unknown data")
        #expect(name(of: [0xE9, 0xE8, 0xF6, 0xFC, 0x20, 0xE4]) == "unknown data")
    }

    @Test func `a tar without a signature is known by its sum`() {
        var header = Array("a.txt".utf8) + [UInt8](repeating: 0, count: 507)
        header.replaceSubrange(100..<108, with: "0000644\0".utf8)
        // Eight blanks stand in the place of the sum while it is made.
        let sum = header.reduce(8 * 0x20) { $0 + Int($1) }
        let digits = Array(String(sum, radix: 8).utf8)
        header.replaceSubrange(148..<148 + digits.count, with: digits)
        #expect(name(of: header) == "tar")
        header[0] += 1
        #expect(name(of: header) == "unknown data")
    }

    @Test func `no row of the tables is hidden by one before it, or by a format that is taken`() {
        for signature in OtherFormats.signatures + OtherFormats.weakSignatures {
            let end = signature.marks.map { $0.offset + $0.bytes.count }.max() ?? 0
            // What a row leaves open is of no other format: no letters, no zeros.
            var bytes = [UInt8](repeating: 0xA5, count: end)
            for mark in signature.marks {
                bytes.replaceSubrange(
                    mark.offset..<mark.offset + mark.bytes.count, with: mark.bytes.map(\.lowerBound))
            }
            let found = (OtherFormats.signatures + OtherFormats.weakSignatures).first { $0.fits(bytes) }
            #expect(found?.name == signature.name, "\(bytes.prefix(16))")
            #expect(MediaHead(bytes).likelyType == nil, "\(signature.name)")
        }
    }

    @Test func `a name costs a few reads`() {
        let files =
            NamedFormats.all.map { WrittenBytes($0.notation).bytes } + NamedContainers.all.map(\.bytes)
        for bytes in files {
            let identified = IdentifiedBytes(bytes + [UInt8](repeating: 0xA5, count: 1_000_000))
            #expect(identified.reads <= 8 && identified.bytesRead <= 3 * 65_536 + 1_024)
        }
    }

    @Test func `random bytes have no name, but for a rare one`() {
        var random = SystemRandomNumberGenerator()
        let named = (0..<2_000).count { _ in
            let bytes = (0..<600).map { _ in UInt8.random(in: 0...255, using: &random) }
            return name(of: bytes) != "unknown data"
        }
        #expect(named <= 20)
    }
}
