/// A JSON value whose numbers keep the digits that they were written with, and whose objects their order.
public indirect enum JSONText: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONText])
    case object([Member])

    public struct Member: Sendable, Hashable {
        public var name: String
        public var value: JSONText

        public init(name: String, value: JSONText) {
            self.name = name
            self.value = value
        }
    }

    /// The value of an object's member of that name.
    public subscript(_ name: String) -> JSONText? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    public init(parsing bytes: [UInt8], maximumDepth: Int = 128) throws(JSONSyntaxError) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONSyntaxError(offset: 0) }
        var parser = Parser(bytes: bytes, maximumDepth: maximumDepth)
        self = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.offset == bytes.count else { throw JSONSyntaxError(offset: parser.offset) }
    }

    public func serialized(sortedKeys: Bool, pretty: Bool) -> [UInt8] {
        var out = ""
        write(to: &out, sortedKeys: sortedKeys, pretty: pretty, indent: 0)
        return Array(out.utf8)
    }

    private func write(to out: inout String, sortedKeys: Bool, pretty: Bool, indent: Int) {
        let newline = pretty ? "\n" + String(repeating: "  ", count: indent + 1) : ""
        let end = pretty ? "\n" + String(repeating: "  ", count: indent) : ""
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .number(let text): out += text
        case .string(let text): out += Self.quoted(text)
        case .array(let items):
            if items.isEmpty {
                out += "[]"
                return
            }
            for (index, item) in items.enumerated() {
                out += (index == 0 ? "[" : ",") + newline
                item.write(to: &out, sortedKeys: sortedKeys, pretty: pretty, indent: indent + 1)
            }
            out += end + "]"
        case .object(let members):
            if members.isEmpty {
                out += "{}"
                return
            }
            let ordered = sortedKeys ? members.sorted { $0.name < $1.name } : members
            for (index, member) in ordered.enumerated() {
                out += (index == 0 ? "{" : ",") + newline + Self.quoted(member.name) + (pretty ? ": " : ":")
                member.value.write(to: &out, sortedKeys: sortedKeys, pretty: pretty, indent: indent + 1)
            }
            out += end + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

/// Bytes that are no JSON.
public struct JSONSyntaxError: Error, Hashable, Sendable {
    public var offset: Int
}

private struct Parser {
    let bytes: [UInt8]
    let maximumDepth: Int
    var offset = 0

    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
    }

    mutating func take(_ text: String) throws(JSONSyntaxError) {
        guard bytes[offset...].starts(with: text.utf8) else { throw JSONSyntaxError(offset: offset) }
        offset += text.utf8.count
    }

    mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONText {
        guard depth <= maximumDepth else { throw JSONSyntaxError(offset: offset) }
        skipSpace()
        switch next {
        case UInt8(ascii: "n"):
            try take("null")
            return .null
        case UInt8(ascii: "t"):
            try take("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try take("false")
            return .bool(false)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "["):
            var items: [JSONText] = []
            offset += 1
            skipSpace()
            if next == UInt8(ascii: "]") {
                offset += 1
                return .array([])
            }
            while true {
                items.append(try value(depth: depth + 1))
                if try ends(with: "]") { return .array(items) }
            }
        case UInt8(ascii: "{"):
            var members: [JSONText.Member] = []
            offset += 1
            skipSpace()
            if next == UInt8(ascii: "}") {
                offset += 1
                return .object([])
            }
            while true {
                skipSpace()
                let name = try string()
                skipSpace()
                try take(":")
                members.append(.init(name: name, value: try value(depth: depth + 1)))
                if try ends(with: "}") { return .object(members) }
            }
        default: return .number(try number())
        }
    }

    mutating func ends(with end: String) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        if next == UInt8(ascii: ",") {
            offset += 1
            return false
        }
        try take(end)
        return true
    }

    mutating func digits() throws(JSONSyntaxError) {
        let start = offset
        while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
        guard offset > start else { throw JSONSyntaxError(offset: offset) }
    }

    mutating func number() throws(JSONSyntaxError) -> String {
        let start = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        if next == UInt8(ascii: "0") { offset += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            offset += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            offset += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    mutating func string() throws(JSONSyntaxError) -> String {
        try take("\"")
        var units: [UInt16] = []
        while let byte = next {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF16.self)
            case UInt8(ascii: "\\"): units.append(try escape())
            case 0..<0x20: throw JSONSyntaxError(offset: offset)
            default:
                let start = offset - 1
                while let more = next, more >= 0x20, more != 0x22, more != 0x5C { offset += 1 }
                units += Array(String(decoding: bytes[start..<offset], as: UTF8.self).utf16)
            }
        }
        throw JSONSyntaxError(offset: offset)
    }

    mutating func escape() throws(JSONSyntaxError) -> UInt16 {
        guard let byte = next else { throw JSONSyntaxError(offset: offset) }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(byte)
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "u"):
            let hex = bytes[offset...].prefix(4)
            guard hex.count == 4, let unit = UInt16(String(decoding: hex, as: UTF8.self), radix: 16) else {
                throw JSONSyntaxError(offset: offset)
            }
            offset += 4
            return unit
        default: throw JSONSyntaxError(offset: offset)
        }
    }
}
