/// A file's name or path, for display. The kernel allows every byte but NUL in it, so that the raw name could
/// forge log lines, move the cursor of a terminal, or change the reading direction.
package struct DisplayName: Sendable, Hashable {
    /// The name as the kernel returns it.
    package let bytes: [UInt8]

    package init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// Whether `lossy` is the whole name.
    package var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// The name as text, each ill-formed part shown as U+FFFD. Safe in JSON, whose writer escapes control
    /// characters, but not on a terminal.
    package var lossy: String { String(decoding: bytes, as: UTF8.self) }

    /// The name as one line of visible text, distinct for each name. Invisible and control characters
    /// (control and format characters, line and paragraph separators, private and unassigned code points) are
    /// shown as `\n`, `\r`, `\t` or `\u{…}` in hexadecimal, ill-formed bytes as `\x` and two digits, and the
    /// backslash is doubled.
    package var escaped: String {
        var result = ""
        result.reserveCapacity(bytes.count)
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var position = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                position += encoded.count
                result += Self.escape(scalar)
            case .error(let length):
                for byte in bytes[position..<position + length] {
                    result += "\\x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }
                position += length
            case .emptyInput:
                return result
            }
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case " "..."~": return String(scalar)
        default:
            let code = String(scalar.value, radix: 16, uppercase: true)
            return isVisible(scalar.properties) ? String(scalar) : "\\u{\(code)}"
        }
    }

    private static func isVisible(_ properties: Unicode.Scalar.Properties) -> Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            false
        default:
            // A variation selector changes the visible character before it. The other characters of its class
            // are fillers.
            !properties.isDefaultIgnorableCodePoint || properties.isVariationSelector
        }
    }
}
