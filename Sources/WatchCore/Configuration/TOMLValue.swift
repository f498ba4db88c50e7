/// A position in a configuration file.
package struct TOMLPosition: Sendable, Hashable, Comparable {
    /// The line, from 1.
    package var line: Int
    /// The column in characters, from 1.
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The first character of a file.
    package static let start = TOMLPosition(line: 1, column: 1)

    package static func < (left: TOMLPosition, right: TOMLPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A TOML value and its position. The parser returns it, and the decoder knows nothing else of the file.
package struct TOMLValue: Sendable, Hashable {
    package var content: Content
    package var position: TOMLPosition

    package init(_ content: Content, at position: TOMLPosition = .start) {
        self.content = content
        self.position = position
    }

    /// The value itself. Dates and times share one case, because no key accepts one.
    package enum Content: Sendable, Hashable {
        case string(String)
        case integer(Int64)
        case float(Double)
        case boolean(Bool)
        case dateTime
        case array([TOMLValue])
        case table(TOMLTable)
    }
}

/// The keys of a table with their values, in the order of the file.
package struct TOMLTable: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var key: String
        /// The position of the key, not of its value.
        package var position: TOMLPosition
        package var value: TOMLValue

        package init(key: String, at position: TOMLPosition, value: TOMLValue) {
            self.key = key
            self.position = position
            self.value = value
        }
    }

    package var entries: [Entry]

    package init(_ entries: [Entry] = []) {
        self.entries = entries.sorted { $0.position < $1.position }
    }

    /// The entry of a key; nil if the table has none.
    package subscript(key: String) -> Entry? {
        entries.first { $0.key == key }
    }
}

extension TOMLValue.Content: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .float(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(arrayLiteral elements: TOMLValue.Content...) {
        self = .array(elements.map { TOMLValue($0) })
    }
}

extension TOMLValue.Content: CustomStringConvertible {
    /// The value as written in a file, on one line and safe to show. Long strings are cut.
    package var description: String {
        switch self {
        case .string(let text): quoted(text)
        case .integer(let number): String(number)
        case .float(let number): String(number)
        case .boolean(let flag): String(flag)
        case .dateTime: "a date or time"
        case .array(let elements): "[" + elements.map(\.content.description).joined(separator: ", ") + "]"
        case .table: "a table"
        }
    }

    /// What was found, for an error. Never contains the elements of an array or a table, which may be many.
    var found: String {
        switch self {
        case .string: "the string \(self)"
        case .array: "an array"
        default: description
        }
    }

    /// What was found, without the value, which may be a credential in the wrong place.
    var foundUnrepeated: String {
        switch self {
        case .string(""): found
        case .string: "another string"
        default: kind
        }
    }

    /// The kind of the value, without the value.
    var kind: String {
        switch self {
        case .string: "a string"
        case .integer, .float: "a number"
        case .boolean: "true or false"
        case .dateTime, .array, .table: found
        }
    }
}

/// A text in quotes, safe to show: it cannot begin a line or a terminal sequence. Cut after 60 characters.
func quoted(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(60) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            shown += "\\u{" + String(scalar.value, radix: 16) + "}"
        default:
            shown += scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
        }
    }
    return "\"" + shown + (text.unicodeScalars.count > 60 ? "…\"" : "\"")
}
