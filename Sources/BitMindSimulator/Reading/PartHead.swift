/// The relevant headers of one part of a multipart body.
struct PartHead: Sendable, Hashable {
    var name: String
    var fileName: String?
    var contentType: String?

    /// - Parameter lines: From the end of the delimiter to the empty line, both line breaks included.
    /// - Throws: ``UploadRefusal/malformed(_:)`` without a `Content-Disposition: form-data` that has a name.
    init(lines: [UInt8]) throws(UploadRefusal) {
        var disposition: String?
        for line in lines.split(whereSeparator: { $0 == 13 || $0 == 10 }) {
            let text = String(decoding: line, as: UTF8.self)
            guard let colon = text.firstIndex(of: ":") else { continue }
            let value = text[text.index(after: colon)...].trimmed
            switch text[..<colon].lowercased() {
            case "content-disposition": disposition = value
            case "content-type": contentType = value
            default: continue
            }
        }
        guard let disposition, let value = HeaderValue(disposition), value.essence == "form-data",
            let name = value.parameters["name"]
        else { throw .malformed("a part has no Content-Disposition: form-data with a name") }
        self.name = name
        fileName = value.parameters["filename"]
    }
}

/// A header value such as `multipart/form-data; boundary="a b"`.
struct HeaderValue: Sendable, Hashable {
    /// The text before the first semicolon, in lower case.
    var essence: String
    /// Names in lower case; values without their quotes.
    var parameters: [String: String] = [:]

    /// Nil if a quoted value has no end.
    init?(_ text: String) {
        var rest = Substring(text)
        essence = rest.prefix { $0 != ";" }.trimmed.lowercased()
        rest = rest.drop { $0 != ";" }.dropFirst()
        while !rest.isEmpty {
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest[name.endIndex...]
            guard rest.first == "=" else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst()
            guard let value = Self.value(&rest) else { return nil }
            parameters[name.trimmed.lowercased()] = value
            rest = rest.drop { $0 != ";" }.dropFirst()
        }
    }

    private static func value(_ rest: inout Substring) -> String? {
        guard rest.first == "\"" else {
            let value = rest.prefix { $0 != ";" }
            rest = rest[value.endIndex...]
            return value.trimmed
        }
        rest = rest.dropFirst()
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\": if let escaped = rest.popFirst() { value.append(escaped) }
            default: value.append(character)
            }
        }
        return nil
    }
}

extension Substring {
    /// Without the blanks around it.
    var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
