/// A shell pattern for file names: `*` matches any text, `?` one character, `[a-z]` one character of a set,
/// `[!a-z]` one character outside a set, `\*` the character itself. Names are bytes: each byte that is not
/// UTF-8 counts as one character.
///
/// A pattern with a slash before its last part is for paths from the inbox: each part of it matches one part
/// of the path (`proofs/*.jpg`). A pattern whose only slash is at its beginning is for names in the inbox
/// itself (`/draft-*`).
package struct NamePattern: Sendable, Hashable, CustomStringConvertible {
    /// Why a text is not a valid pattern.
    package enum Fault: Error, Sendable, Hashable {
        case empty
        /// A part before or after a slash is empty, so the pattern could never match.
        case slash
        /// A control character, which would appear in messages.
        case control
        /// A `[` without its `]`, or a class such as `[:alpha:]`.
        case set
        /// A backslash at the end.
        case escape
    }

    /// The pattern as written.
    package let description: String
    /// Whether the pattern is for folders: it was written with a trailing slash.
    package let isForFolders: Bool
    /// Whether ASCII letters match in either case.
    package let ignoresCase: Bool
    /// The patterns of the folders from the inbox on; nil if the folders do not matter.
    private let folders: [NamePattern]?
    private let parts: [Part]
    /// The last byte of every matching name, if the pattern ends with an ASCII character. Most names fail
    /// this test.
    private let lastByte: UInt8?

    private enum Part: Sendable, Hashable {
        case character(UInt32)
        case any
        case anyText
        case oneOf([ClosedRange<UInt32>], negated: Bool)
    }

    /// Reads a pattern, and throws why it is invalid. With a trailing slash it is a pattern for folders.
    package init(_ written: String, ignoresCase: Bool = false) throws(Fault) {
        guard !written.isEmpty else { throw .empty }
        isForFolders = written.utf8.count > 1 && written.utf8.last == UInt8(ascii: "/")
        let components = (isForFolders ? written.dropLast() : written[...])
            .split(separator: "/", omittingEmptySubsequences: false)
        let text = String(components.last ?? "")
        guard !text.isEmpty else { throw .slash }
        folders = try Self.folders(components.dropLast(), ignoresCase: ignoresCase)
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .control
        }
        description = written
        self.ignoresCase = ignoresCase
        parts = try Self.parts(text)
        if case .character(let value) = parts.last, value < 0x80 {
            lastByte = UInt8(value)
        } else {
            lastByte = nil
        }
    }

    /// The patterns of the folders before the last part; nil if there is no slash before it.
    private static func folders(
        _ components: ArraySlice<Substring>, ignoresCase: Bool
    ) throws(Fault) -> [NamePattern]? {
        if components.isEmpty { return nil }
        var folders: [NamePattern] = []
        for (index, folder) in components.enumerated() where index > 0 || !folder.isEmpty {
            guard !folder.isEmpty else { throw .slash }
            folders.append(try NamePattern(String(folder), ignoresCase: ignoresCase))
        }
        return folders
    }

    private static func parts(_ text: String) throws(Fault) -> [Part] {
        var rest = Substring(text).unicodeScalars
        var parts: [Part] = []
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": if parts.last != .anyText { parts.append(.anyText) }
            case "?": parts.append(.any)
            case "[": parts.append(try set(&rest))
            case "\\":
                guard let escaped = rest.popFirst() else { throw .escape }
                parts.append(.character(escaped.value))
            default: parts.append(.character(scalar.value))
            }
        }
        return parts
    }

    /// Whether a path from the inbox matches.
    package func matches(_ path: RelativePath) -> Bool {
        guard matches(path.name) else { return false }
        guard let folders else { return true }
        let names = path.folderBytes.split(separator: UInt8(ascii: "/"))
        return names.count == folders.count
            && zip(folders, names).allSatisfy { $0.matches(Array($1)) }
    }

    /// Whether the whole of a name matches, in any folder. The time is at most proportional to the product of
    /// the two lengths.
    package func matches(_ name: [UInt8]) -> Bool {
        if let lastByte, let last = name.last, last | 0x20 != lastByte | 0x20 { return false }
        var nameAt = 0
        var partAt = 0
        // Where to continue after the last `*` when the rest does not match: one character further.
        var star: (part: Int, name: Int)?
        while nameAt < name.count {
            let (character, length) = Self.character(in: name, at: nameAt)
            if partAt < parts.count, parts[partAt] == .anyText {
                star = (partAt + 1, nameAt)
                partAt += 1
            } else if partAt < parts.count, matches(parts[partAt], character) {
                partAt += 1
                nameAt += length
            } else if let (part, start) = star {
                let next = start + Self.character(in: name, at: start).length
                star = (part, next)
                partAt = part
                nameAt = next
            } else {
                return false
            }
        }
        return parts[partAt...].allSatisfy { $0 == .anyText }
    }

    private func matches(_ part: Part, _ character: UInt32) -> Bool {
        switch part {
        case .anyText: false
        case .any: true
        case .character(let wanted):
            wanted == character || ignoresCase && Self.swappedCase(character) == wanted
        case .oneOf(let ranges, let negated):
            ranges.contains {
                $0.contains(character) || ignoresCase && $0.contains(Self.swappedCase(character))
            } != negated
        }
    }

    /// Reads a set after its `[`. `rest` then begins after its `]`.
    private static func set(_ rest: inout Substring.UnicodeScalarView) throws(Fault) -> Part {
        var ranges: [ClosedRange<UInt32>] = []
        let negated = rest.first == "!" || rest.first == "^"
        if negated { rest.removeFirst() }
        while let scalar = rest.popFirst() {
            // The first member may be a `]` itself.
            if scalar == "]" && !ranges.isEmpty { return .oneOf(ranges, negated: negated) }
            guard scalar != "[" || rest.first != ":" else { throw .set }
            let lower = try member(scalar, &rest)
            guard rest.first == "-", let end = rest.dropFirst().first, end != "]" else {
                ranges.append(lower...lower)
                continue
            }
            rest.removeFirst(2)
            let upper = try member(end, &rest)
            guard lower <= upper else { throw .set }
            ranges.append(lower...upper)
        }
        throw .set
    }

    private static func member(
        _ scalar: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView
    ) throws(Fault) -> UInt32 {
        guard scalar == "\\" else { return scalar.value }
        guard let escaped = rest.popFirst() else { throw .escape }
        return escaped.value
    }

    private static func swappedCase(_ character: UInt32) -> UInt32 {
        let isLetter = (0x61...0x7a).contains(character | 0x20)
        return isLetter ? character ^ 0x20 : character
    }

    /// The character at an offset, and its length in bytes. A byte that begins no UTF-8 sequence is a
    /// character of its own, with a value beyond Unicode.
    private static func character(in name: [UInt8], at offset: Int) -> (value: UInt32, length: Int) {
        let first = name[offset]
        guard first >= 0x80 else { return (UInt32(first), 1) }
        var bytes = name[offset...].prefix(4).makeIterator()
        var decoder = UTF8()
        if case .scalarValue(let scalar) = decoder.decode(&bytes) {
            return (scalar.value, UTF8.width(scalar))
        }
        return (0x11_0000 + UInt32(first), 1)
    }
}
