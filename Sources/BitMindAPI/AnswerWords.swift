extension AnswerDecoder {
    /// The server's error message. From JSON: the code, then all different texts of `error`, `title`,
    /// `message`, `error_description`, `detail` and `errors`, in any of their forms. From a web page: its
    /// title, else its heading. From anything else: the first 200 printable characters.
    public static func errorMessage(from body: [UInt8]) -> String {
        if let text = jsonIfAny(in: body).flatMap(errorMessage(in:)) { return PrintableText.printable(text) }
        let start = String(decoding: body.prefix(64 << 10), as: UTF8.self)
        if let title = WebPage.title(of: start) { return PrintableText.printable(title) }
        return PrintableText.printable(start.prefix(2_000))
    }

    /// The message for a body that is a web page, which the API never sends; nil if it is none.
    public static func webPage(in body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(64 << 10), as: UTF8.self)
        guard WebPage.isOne(text) else { return nil }
        let what = WebPage.isXML(text) ? "answered with XML" : "answered with a web page"
        return what + (WebPage.title(of: text).map { ": " + $0 } ?? "")
    }

    static func errorMessage(in answer: JSONText) -> String? {
        var words: [String] = []
        func add(_ text: String?) {
            if let text, !text.isEmpty, !words.contains(text) { words.append(text) }
        }
        add(answer["error"]?.string)
        add(answer["error"]?["code"]?.string)
        add(answer["code"]?.string)
        add(answer["title"]?.string)
        for text in texts(in: answer["error"]) { add(text) }
        add(answer["message"]?.string)
        add(answer["error_description"]?.string)
        let details = texts(in: answer["detail"]) + texts(in: answer["errors"])
        add(details.isEmpty ? nil : details.joined(separator: "; "))
        guard let first = words.first else { return nil }
        guard words.count > 1 else { return first }
        return first + ": " + words.dropFirst().joined(separator: "; ")
    }

    /// The texts of a member that is a string, an object with texts, or an array of these.
    private static func texts(in value: JSONText?) -> [String] {
        switch value {
        case .string(let text): return [text]
        case .array(let elements): return elements.flatMap { texts(in: $0) }
        case .object:
            for name in ["message", "msg", "detail", "description", "error"] {
                if let text = value?[name]?.string { return [text] }
            }
            return []
        default: return []
        }
    }
}

/// The page of a proxy, a load balancer or a portal that answers in place of the API.
enum WebPage {
    /// Whether a text looks like a page.
    static func isOne(_ text: String) -> Bool {
        let start = text.prefix(1_000).drop { $0.isWhitespace }.prefix(100).lowercased()
        return ["<!doctype html", "<html", "<head", "<title", "<?xml", "<body"].contains {
            start.hasPrefix($0)
        }
    }

    /// Whether it is XML and not a page, as sent by object stores and SOAP servers.
    static func isXML(_ text: String) -> Bool {
        text.drop { $0.isWhitespace }.hasPrefix("<?xml") && Substring(text).range(of: "<html") == nil
    }

    /// Its title, else its first heading, else its text; for XML its code and its message. Nil if it has none
    /// of them.
    static func title(of text: String) -> String? {
        guard isOne(text) else { return nil }
        if isXML(text) {
            let message = ["message", "faultstring", "detail", "description", "error"].lazy
                .compactMap { content(of: $0, in: text) }.first
            let words = [content(of: "code", in: text), message].compactMap(\.self)
            return words.isEmpty ? nil : words.joined(separator: ": ")
        }
        return ["title", "h1", "h2", "body", "html"].lazy.compactMap { content(of: $0, in: text) }.first
    }

    /// The content of the first element of this name, without tags and entities.
    private static func content(of name: String, in text: String) -> String? {
        let text = Substring(text)
        guard let tag = text.range(of: "<\(name)"), let start = text[tag.upperBound...].firstIndex(of: ">")
        else {
            return nil
        }
        let rest = text[text.index(after: start)...]
        guard let end = rest.range(of: "</\(name)") else { return nil }
        var plain = ""
        var isInTag = false
        for character in rest[..<end.lowerBound] {
            if character == "<" { isInTag = true }
            if !isInTag { plain.append(character) }
            if character == ">" { isInTag = false }
        }
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&"),
        ] { plain = plain.replacing(entity, with: character) }
        plain = PrintableText.printable(plain)
        return plain.isEmpty ? nil : plain
    }
}

extension Substring {
    /// The place of an ASCII text, in lower or upper case.
    fileprivate func range(of word: String) -> Range<Index>? {
        let wanted = Array(word.utf8)
        var start = startIndex
        while let place = utf8[start...].firstIndex(where: { $0 | 0x20 == wanted[0] | 0x20 }) {
            let end = utf8.index(place, offsetBy: wanted.count, limitedBy: endIndex)
            if let end, utf8[place..<end].elementsEqual(wanted, by: { $0 | 0x20 == $1 | 0x20 }) {
                return place..<end
            }
            start = utf8.index(after: place)
        }
        return nil
    }
}
