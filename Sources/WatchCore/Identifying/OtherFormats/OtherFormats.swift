import BitMindAPI

/// Names what is not taken, so that whoever finds a file in `failed/` knows what it really is.
///
/// The names are rows of tables, one file for each kind of thing. Nothing here decides whether a file is sent.
enum OtherFormats {
    /// The first row that fits wins, so the longer of two with the same start stands first.
    static let signatures =
        Signature.pictures + Signature.cameraRaws + Signature.films + Signature.sounds + Signature.documents
        + Signature.archives + Signature.programs + [
            Signature("RIFF", "RIFF", look: .riff), Signature("IFF", "FORM"),
        ]

    /// What is known by less: asked where the bytes are no text either.
    static let weakSignatures = Signature.soundFrames + Signature.headers

    /// The name of a file that starts with nothing but zeros.
    static let zeros = "zero bytes"

    /// A name for people of a file that is not taken.
    ///
    /// - Parameters:
    ///   - size: the file's size in bytes.
    ///   - read: as in `MediaIdentifier.identify`; it is called a few times at most.
    /// - Throws: only what `read` throws.
    static func name<Failure: Error>(
        size: Int64, read: (_ offset: Int64, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> String {
        let head = try read(0, Int(min(size, Int64(MediaWindow.most))))
        if let found = signatures.first(where: { $0.fits(head) }) {
            return try found.look?.name(head: head, size: size, read: read) ?? found.name
        }
        let start = Array(head.prefix(MediaHead.count))
        // What a crash or a program that reserves space first leaves behind.
        if !start.isEmpty, start.allSatisfy({ $0 == 0 }) { return zeros }
        return TextFormats.name(of: head, start: start) ?? weakName(of: head) ?? "unknown data"
    }

    private static func weakName(of head: [UInt8]) -> String? {
        isOldTar(head) ? "tar" : weakSignatures.first { $0.fits(head) }?.name
    }

    /// Whether the first 512 bytes have the sum that is written among them, as in a tar of before 1988. The sum itself
    /// counts as eight blanks.
    private static func isOldTar(_ head: [UInt8]) -> Bool {
        guard head.count >= 512, head[0] != 0 else { return false }
        let digits = head[148..<156].drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        let sum = head[..<512].reduce(8 * 0x20) { $0 + Int($1) } - head[148..<156].reduce(0) { $0 + Int($1) }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8) == sum
    }

    /// The name of a sound by the bytes behind a tag; nil for none that is known.
    static func soundName(of bytes: [UInt8]) -> String? {
        (Signature.sounds + Signature.soundFrames).first { $0.fits(bytes) }?.name
    }
}
