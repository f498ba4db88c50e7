/// `multipart/form-data` with a length known beforehand.
struct Multipart {
    let segments: [BodySegment]
    let contentType: String

    /// One part with the same name for each upload, in their order.
    ///
    /// - Parameter boundary: what separates them; by default 128 random bits, which no file contains but
    ///   by design, and none can know.
    init(name: String, uploads: [Upload], boundary: String = Self.randomBoundary()) {
        var segments: [BodySegment] = []
        for (index, upload) in uploads.enumerated() {
            let head = """
                \(index == 0 ? "" : "\r\n")--\(boundary)\r
                Content-Disposition: form-data; name="\(name)"; filename="\(Self.fileName(of: upload))"\r
                Content-Type: \(upload.type.contentType)\r
                \r

                """
            segments += [.bytes(Array(head.utf8)), .file(upload.body)]
        }
        segments.append(.bytes(Array("\r\n--\(boundary)--\r\n".utf8)))
        self.segments = segments
        contentType = "multipart/form-data; boundary=\(boundary)"
    }

    static func randomBoundary() -> String {
        let bits = UInt128.random(in: .min ... .max)
        let digits = String(bits, radix: 16)
        return "bitmind-" + String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// The name in ASCII letters, digits, `.`, `-` and `_` alone, at most 80 of them, with an extension
    /// that suits the type: what was told by its content is not to be doubted for its name.
    static func fileName(of upload: Upload) -> String {
        let safe = upload.fileName.unicodeScalars.suffix(80).map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": Character(scalar)
            default: "_"
            }
        }
        let name = safe.isEmpty ? "file" : String(safe)
        let extensions = upload.type.format.fileNameExtensions
        let suits = extensions.contains { name.lowercased().hasSuffix(".\($0)") }
        return suits ? name : "\(name).\(extensions[0])"
    }
}
