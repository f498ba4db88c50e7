extension JSONText {
    /// Reads one JSON text, strictly by RFC 8259.
    ///
    /// Only white space may surround it. Bytes that are not UTF-8 and a byte order mark are refused. The
    /// escape of half a surrogate pair, which the grammar allows and Unicode does not, becomes U+FFFD.
    ///
    /// - Parameters:
    ///   - bytes: the text, UTF-8.
    ///   - limits: a text beyond them is refused.
    /// - Throws: where and why it is not JSON.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: bytes, limits: limits)
        self = try parser.document()
    }

    /// Reads one JSON text that is nested no deeper than `maximumDepth`.
    public init(parsing bytes: [UInt8], maximumDepth: Int) throws(JSONSyntaxError) {
        try self.init(parsing: bytes, limits: JSONLimits(depth: maximumDepth))
    }

    /// Reads one JSON text from a string, as `init(parsing:limits:)` does from bytes.
    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONSyntaxError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// Reads one JSON text from a string that is nested no deeper than `maximumDepth`.
    public init(parsing text: String, maximumDepth: Int) throws(JSONSyntaxError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

/// A recursive descent over the bytes. Its depth is limited by `depthLeft`.
private struct JSONParser {
    let bytes: [UInt8]
    let numberLength: Int
    var depthLeft: Int
    var valuesLeft: Int
    var position = 0

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        numberLength = limits.numberLength
        depthLeft = limits.depth
        valuesLeft = limits.values
    }

    mutating func document() throws(JSONSyntaxError) -> JSONText {
        skipSpace()
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw error("something follows the value") }
        return value
    }

    private mutating func value() throws(JSONSyntaxError) -> JSONText {
        guard let first = peek else { throw error("the text ends where a value should be") }
        guard valuesLeft > 0 else { throw error("too many values") }
        valuesLeft -= 1
        switch first {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("no value starts like this")
        }
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONText {
        try enter()
        var members: [JSONText.Member] = []
        skipSpace()
        if take("}") { return leave(.object(members)) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw error("a member's name is missing") }
            let name = try string()
            skipSpace()
            guard take(":") else { throw error("a colon is missing") }
            skipSpace()
            members.append(JSONText.Member(name, try value()))
            skipSpace()
            if take("}") { return leave(.object(members)) }
            guard take(",") else { throw error("an object is not closed") }
        }
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONText {
        try enter()
        var elements: [JSONText] = []
        skipSpace()
        if take("]") { return leave(.array(elements)) }
        while true {
            skipSpace()
            elements.append(try value())
            skipSpace()
            if take("]") { return leave(.array(elements)) }
            guard take(",") else { throw error("an array is not closed") }
        }
    }

    private mutating func enter() throws(JSONSyntaxError) {
        guard depthLeft > 0 else { throw error("too deeply nested") }
        depthLeft -= 1
        position += 1
    }

    private mutating func leave(_ value: JSONText) -> JSONText {
        depthLeft += 1
        return value
    }

    private mutating func word(_ word: StaticString, _ value: JSONText) throws(JSONSyntaxError) -> JSONText {
        let length = word.utf8CodeUnitCount
        guard bytes.count - position >= length else { throw error("a word is cut short") }
        for offset in 0..<length where bytes[position + offset] != word.utf8Start[offset] {
            throw error("no such word")
        }
        position += length
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONText {
        let start = position
        guard let end = JSONNumber.end(in: bytes, from: start) else { throw error("a number is malformed") }
        guard end - start <= numberLength else { throw error("a number is too long") }
        position = end
        return .number(String(decoding: bytes[start..<end], as: UTF8.self))
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                let text = try validated(bytes[start..<position], from: start)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case 0..<0x20:
                throw error("a control character in a string")
            default:
                position += 1
            }
        }
        throw error("a string is not closed")
    }

    /// Continues with a string whose first escape is at `position`.
    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var unescaped = Array(bytes[start..<position])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                let text = try validated(unescaped[...], from: start)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &unescaped)
            case 0..<0x20:
                throw error("a control character in a string")
            default:
                unescaped.append(byte)
                position += 1
            }
        }
        throw error("a string is not closed")
    }

    private mutating func escape(into unescaped: inout [UInt8]) throws(JSONSyntaxError) {
        guard let letter = peek else { throw error("a string is not closed") }
        let plain: UInt8
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = letter
        case UInt8(ascii: "b"): plain = 8
        case UInt8(ascii: "f"): plain = 12
        case UInt8(ascii: "n"): plain = 10
        case UInt8(ascii: "r"): plain = 13
        case UInt8(ascii: "t"): plain = 9
        case UInt8(ascii: "u"):
            position += 1
            unescaped.append(contentsOf: Array(String(Character(try unicodeEscape())).utf8))
            return
        default: throw error("no such escape")
        }
        unescaped.append(plain)
        position += 1
    }

    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        let unit = try fourHexDigits()
        guard unit & 0xFC00 == 0xD800 else { return Unicode.Scalar(unit) ?? replacement }
        guard bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
            return replacement
        }
        let before = position
        position += 2
        let second = try fourHexDigits()
        guard second & 0xFC00 == 0xDC00 else {
            position = before
            return replacement
        }
        return Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + (second & 0x3FF)) ?? replacement
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("four hexadecimal digits are wanted")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private func validated(_ text: ArraySlice<UInt8>, from start: Int) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: text, as: UTF8.self) else {
            throw JSONSyntaxError(reason: "a string is not UTF-8", offset: start)
        }
        return text
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func error(_ reason: String) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: position)
    }
}

/// The grammar of numbers, for the parser and the writer.
enum JSONNumber {
    /// The offset after the number that starts at `start`; nil if none does.
    static func end(in bytes: [UInt8], from start: Int) -> Int? {
        var position = start
        func at(_ wanted: [Unicode.Scalar]) -> Bool {
            position < bytes.count && wanted.contains { UInt8(ascii: $0) == bytes[position] }
        }
        func skipDigits() -> Bool {
            let first = position
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
            return position > first
        }
        if at(["-"]) { position += 1 }
        if at(["0"]) {
            position += 1
        } else if !skipDigits() {
            return nil
        }
        if at(["."]) {
            position += 1
            guard skipDigits() else { return nil }
        }
        if at(["e", "E"]) {
            position += 1
            if at(["+", "-"]) { position += 1 }
            guard skipDigits() else { return nil }
        }
        return position
    }

    /// Whether the text is one JSON number and nothing else.
    static func isNumber(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return end(in: bytes, from: 0) == bytes.count
    }
}
