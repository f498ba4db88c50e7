extension JSONText {
    /// The value as JSON, UTF-8, without a final newline.
    ///
    /// Control characters (C0, DEL, C1) and U+2028/U+2029 are escaped, so that the text is safe on a terminal
    /// and in a line of a log. A `number` whose text is not a JSON number is written as a string, so that the
    /// result is always JSON.
    ///
    /// - Parameters:
    ///   - sortedKeys: members sorted by the bytes of their names; otherwise in their own order.
    ///   - pretty: two spaces of indentation and a line for each member and element.
    public func serialized(sortedKeys: Bool = false, pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(sortedKeys: sortedKeys, pretty: pretty)
        writer.write(self)
        return writer.output
    }

    /// The same as a string.
    public func text(sortedKeys: Bool = false, pretty: Bool = false) -> String {
        String(decoding: serialized(sortedKeys: sortedKeys, pretty: pretty), as: UTF8.self)
    }
}

private struct JSONWriter {
    let sortedKeys: Bool
    let pretty: Bool
    var output: [UInt8] = []
    private var depth = 0

    init(sortedKeys: Bool, pretty: Bool) {
        self.sortedKeys = sortedKeys
        self.pretty = pretty
    }

    mutating func write(_ value: JSONText) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .number(let digits) where JSONNumber.isNumber(digits): append(digits)
        case .number(let text), .string(let text): write(string: text)
        case .array(let elements):
            list(elements, "[", "]") { writer, element in writer.write(element) }
        case .object(let members):
            list(sortedKeys ? sorted(members) : members, "{", "}") { writer, member in
                writer.write(string: member.name)
                writer.append(writer.pretty ? ": " : ":")
                writer.write(member.value)
            }
        }
    }

    private func sorted(_ members: [JSONText.Member]) -> [JSONText.Member] {
        members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private mutating func list<Item>(
        _ items: [Item], _ opening: String, _ closing: String, write: (inout JSONWriter, Item) -> Void
    ) {
        append(opening)
        depth += 1
        for (index, item) in items.enumerated() {
            if index > 0 { append(",") }
            breakLine()
            write(&self, item)
        }
        depth -= 1
        if !items.isEmpty { breakLine() }
        append(closing)
    }

    private mutating func breakLine() {
        guard pretty else { return }
        append("\n")
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private mutating func write(string: String) {
        append("\"")
        if string.utf8.allSatisfy(Self.isPlain) { append(string) } else { append(escaping: string) }
        append("\"")
    }

    /// Whether a byte of UTF-8 needs no escape.
    private static func isPlain(_ byte: UInt8) -> Bool {
        0x20..<0x7F ~= byte && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func append(escaping string: String) {
        for scalar in string.unicodeScalars {
            switch scalar.value {
            case 0x22: append("\\\"")
            case 0x5C: append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029:
                let digits = String(scalar.value, radix: 16)
                append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            default: output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }
}
