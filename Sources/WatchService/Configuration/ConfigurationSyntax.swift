import CTOML
import WatchCore

/// Parses TOML into values with their positions.
enum ConfigurationSyntax {
    /// The root table of the file. Throws the first position at which the bytes are not TOML, with its line.
    /// The message never repeats the text there, which may be a credential in the wrong place.
    static func parse(_ bytes: [UInt8], fileName: String) throws(ConfigurationErrors) -> TOMLTable {
        let document = bytes.withUnsafeBytes { buffer in
            ctoml_parse(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        defer { ctoml_free(document) }
        var (line, column): (UInt32, UInt32) = (0, 0)
        if let error = ctoml_error(document, &line, &column) {
            let place = position(line, column)
            // The parser calls the end of a line a control character, which is correct, but does not explain
            // the error.
            let words = String(cString: error) + (isLineEnd(place, in: bytes) ? " (end of line)" : "")
            throw ConfigurationErrors([
                ConfigurationError(
                    file: fileName, position: place, sentence: "this is not TOML: " + sentence(for: words))
            ])
        }
        var count = 0
        let nodes = UnsafeBufferPointer(start: ctoml_nodes(document, &count), count: count)
        var rest = nodes[...]
        return rest.popFirst().map { table($0, &rest) } ?? TOMLTable()
    }

    // MARK: Values

    private typealias Nodes = Slice<UnsafeBufferPointer<ctoml_node>>

    private static func table(_ node: ctoml_node, _ rest: inout Nodes) -> TOMLTable {
        var entries: [TOMLTable.Entry] = []
        for _ in 0..<node.children {
            guard let child = rest.popFirst() else { break }
            entries.append(
                TOMLTable.Entry(
                    key: text(child.key, child.key_length), at: position(child.key_line, child.key_column),
                    value: value(child, &rest)))
        }
        return TOMLTable(entries)
    }

    private static func value(_ node: ctoml_node, _ rest: inout Nodes) -> TOMLValue {
        let content: TOMLValue.Content =
            switch node.kind {
            case CTOML_TABLE: .table(table(node, &rest))
            case CTOML_ARRAY: .array(array(node, &rest))
            case CTOML_STRING: .string(text(node.text, node.text_length))
            case CTOML_INTEGER: .integer(node.integer)
            case CTOML_FLOAT: .float(node.number)
            case CTOML_BOOLEAN: .boolean(node.integer != 0)
            default: .dateTime
            }
        return TOMLValue(content, at: position(node.line, node.column))
    }

    private static func array(_ node: ctoml_node, _ rest: inout Nodes) -> [TOMLValue] {
        var elements: [TOMLValue] = []
        for _ in 0..<node.children {
            guard let child = rest.popFirst() else { break }
            elements.append(value(child, &rest))
        }
        return elements
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
        let buffer = UnsafeRawBufferPointer(start: start, count: length)
        return String(decoding: buffer, as: UTF8.self)
    }

    private static func position(_ line: UInt32, _ column: UInt32) -> TOMLPosition {
        TOMLPosition(line: max(1, Int(line)), column: max(1, Int(column)))
    }

    private static func isLineEnd(_ position: TOMLPosition, in bytes: [UInt8]) -> Bool {
        let lines = bytes.split(
            separator: UInt8(ascii: "\n"), maxSplits: position.line, omittingEmptySubsequences: false)
        guard position.line <= lines.count else { return true }
        // Columns count characters. Each character has one byte that is not a continuation.
        return position.column
            > lines[position.line - 1].count { $0 & 0xC0 != 0x80 && $0 != UInt8(ascii: "\r") }
    }

    // MARK: Sentences

    /// What the parser's message means for the author of the file, and what to do. The first match counts.
    private static let sentences: [(words: [String], sentence: String)] = [
        (["too many dots"], "a key has too many dots; tables here have one name, such as [api]"),
        (["end-of-file", "parsing string"], "a string has no end; close it with a quotation mark"),
        (["end-of-file", "parsing literal string"], "a string has no end; close it with a quotation mark"),
        (["end-of-file", "parsing array"], "an array has no end; close it with \"]\""),
        (["end-of-file", "parsing inline table"], "a table has no end; close it with \"}\""),
        (
            ["end-of-file", "parsing table header"],
            "a table's heading has no end; close it as in [api] or [[watch]]"
        ),
        (["end-of-file"], "the file ends in the middle of a value; complete it, as in level = \"info\""),
        (["utf-8"], "there is a byte that is no UTF-8; save the file as UTF-8"),
        (
            ["redefine existing array", "as table"],
            "[watch] and [[watch]] do not go together; write [[watch]] for every inbox"
        ),
        (
            ["redefine existing table", "array-of-tables"],
            "[watch] and [[watch]] do not go together; write [[watch]] for every inbox"
        ),
        (["redefine existing"], "this name stands in the file for the second time; keep one of the two"),
        (["expected '='"], "a key is followed by \"=\" and its value, as in level = \"info\""),
        (["expected value, saw"], "a value is missing after \"=\""),
        (
            ["could not determine value type"],
            "this value is none; strings stand in quotation marks, as in level = \"info\""
        ),
        (
            ["parsing boolean"],
            "this value is none; write true or false in small letters, or a string in quotation marks"
        ),
        (
            ["parsing string", "unknown escape"],
            "a backslash begins an escape that does not exist; write two for the character itself"
        ),
        (["unicode scalar"], "an escape names a character that does not exist; write it as in \\u00e9"),
        (
            ["control character", "end of line"],
            "a string has no end in its line; close it with a quotation mark"
        ),
        (["control character"], "there is a control character; in strings, write it as in \\n or \\u001b"),
        (["parsing literal string"], "a string has no end in its line; close it with a quotation mark"),
        (["leading zeroes"], "a number begins with 0; write it without"),
        (["representable"], "a number is too large"),
        (
            ["integer"],
            "this is not a number; durations and sizes stand in quotation marks, as in \"10s\" or \"100MB\""
        ),
        (
            ["floating-point"],
            "this is not a number; durations and sizes stand in quotation marks, as in \"10s\" or \"100MB\""
        ),
        (["parsing date"], "this is not a date; strings stand in quotation marks"),
        (["parsing time"], "this is not a time; strings stand in quotation marks"),
        (
            ["comment or whitespace"],
            "something follows where the line should end; a comment begins with \"#\""
        ),
        (["parsing table header"], "this is no heading of a table; write it as in [api] or [[watch]]"),
        (["dangling comma"], "a table ends in a comma; remove it"),
        (["parsing array"], "the values of an array are separated by one comma each and closed with \"]\""),
        (
            ["parsing inline table"],
            "a table in braces stands on one line, its keys separated by one comma each"
        ),
        (["nested value depth"], "values are nested too deep; no key of this file takes such a value"),
        (["parsing key"], "a key is made of letters, digits, \"_\" and \"-\", as in level = \"info\""),
        (
            ["root table"],
            "a line is a key with its value, a heading such as [api], or a comment that begins with \"#\""
        ),
    ]

    static func sentence(for words: String) -> String {
        let fitting = sentences.first { $0.words.allSatisfy { words.contains($0) } }
        return fitting?.sentence ?? "the parser understands nothing here; compare the line with the example"
    }
}
