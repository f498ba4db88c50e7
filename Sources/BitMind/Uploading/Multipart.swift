/// `multipart/form-data` with a length known in advance.
struct Multipart {
    let segments: [BodySegment]
    let contentType: String

    /// One part with the same name for each upload, in their order.
    ///
    /// - Parameter boundary: separates the parts; by default 128 random bits, which no file contains, and
    ///   which cannot be predicted.
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

    /// The name with only ASCII letters, digits, `.`, `-` and `_`, at most 80 characters, and an extension
    /// that matches the type: the type comes from the content, and the name must not contradict it.
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
