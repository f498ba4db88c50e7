import BitMindAPI
import FoundationEssentials

/// How a value of the sidecar is written, read and documented.
struct SidecarForm<Value>: Sendable {
    /// The minimum that its JSON Schema requires.
    let shape: JSONText
    let write: @Sendable (Value) -> JSONText
    let read: @Sendable (SidecarPlace) throws(SidecarError) -> Value
    /// The fields of an object, by their paths relative to it.
    var fields: [SidecarField] = []
}

/// A value read from a sidecar, and its place.
struct SidecarPlace {
    /// For example "media.size"; empty for the whole sidecar.
    var path: String
    var value: JSONText

    func error(_ problem: String) -> SidecarError {
        SidecarError(field: path, problem: problem)
    }

    /// The path of a member.
    func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// A member; nil if there is none of this name.
    /// - Throws: if this value is not an object.
    func member(_ name: String) throws(SidecarError) -> SidecarPlace? {
        guard case .object = value else { throw error("is not an object") }
        return value[name].map { SidecarPlace(path: path(of: name), value: $0) }
    }

    /// A required member.
    func needed(_ name: String) throws(SidecarError) -> SidecarPlace {
        guard let member = try member(name) else {
            throw SidecarError(field: path(of: name), problem: "is missing")
        }
        return member
    }

    func string() throws(SidecarError) -> String {
        guard let text = value.string else { throw error("is not a string") }
        return text
    }

    func number() throws(SidecarError) -> String {
        guard let digits = value.number else { throw error("is not a number") }
        return digits
    }
}

extension SidecarForm where Value == JSONText {
    /// Any value, unchanged.
    static var anything: Self {
        SidecarForm(shape: .object([]), write: \.self, read: { place throws(SidecarError) in place.value })
    }
}

extension SidecarForm where Value == Bool {
    static var flag: Self {
        SidecarForm(
            shape: ["type": "boolean"], write: JSONText.bool,
            read: { place throws(SidecarError) in
                guard let flag = place.value.bool else { throw place.error("is not true or false") }
                return flag
            })
    }
}

extension SidecarForm where Value == Timestamp {
    static var moment: Self {
        SidecarForm(
            shape: ["$ref": "#/$defs/moment"], write: { .string("\($0)") },
            read: { place throws(SidecarError) in
                guard let moment = Timestamp(try place.string()) else {
                    throw place.error("is not a time as in RFC 3339")
                }
                return moment
            })
    }
}

extension SidecarForm where Value: FixedWidthInteger & Sendable {
    static func integer(_ range: ClosedRange<Value>) -> Self {
        var shape: JSONText = ["type": "integer", "minimum": .integer(range.lowerBound)]
        if range.upperBound < .max, case .object(let members) = shape {
            shape = .object(members + [.init("maximum", .integer(range.upperBound))])
        }
        return SidecarForm(
            shape: shape, write: JSONText.integer,
            read: { place throws(SidecarError) in
                guard let number = Value(try place.number()), range.contains(number) else {
                    throw place.error("is not a whole number from \(range.lowerBound) to \(range.upperBound)")
                }
                return number
            })
    }
}

extension SidecarForm where Value: RawRepresentable<String> & Sendable {
    /// One word of a list.
    /// - Parameter problem: what is wrong with any other text.
    static func word(_ words: [Value], else problem: String) -> Self {
        SidecarForm(
            shape: ["enum": .array(words.map { .string($0.rawValue) })], write: { .string($0.rawValue) },
            read: { place throws(SidecarError) in
                let text = try place.string()
                guard let word = words.first(where: { $0.rawValue == text }) else {
                    throw place.error(problem)
                }
                return word
            })
    }
}

extension SidecarForm where Value == String {
    static var text: Self {
        SidecarForm(
            shape: ["type": "string"], write: JSONText.string,
            read: { place throws(SidecarError) in try place.string() })
    }

    /// A number in its original digits.
    static var number: Self {
        SidecarForm(
            shape: ["type": "number"], write: JSONText.number,
            read: { place throws(SidecarError) in try place.number() })
    }

    /// A number from 0 to 1 in its original digits.
    static var probability: Self {
        SidecarForm(
            shape: ["type": "number", "minimum": 0, "maximum": 1], write: JSONText.number,
            read: { place throws(SidecarError) in
                let digits = try place.number()
                guard let value = Double(digits), (0...1).contains(value) else {
                    throw place.error("is not from 0 to 1")
                }
                return digits
            })
    }

    static var absolutePath: Self {
        text(matching: "^/", else: "is not absolute") { $0.hasPrefix("/") }
    }

    /// A SHA-256 digest.
    static var digest: Self {
        text(matching: "^[0-9a-f]{64}$", else: "is not 64 hexadecimal digits in lower case") { text in
            text.utf8.count == 64 && text.utf8.allSatisfy("0123456789abcdef".utf8.contains)
        }
    }

    /// - Parameters:
    ///   - pattern: the pattern in the schema.
    ///   - problem: what is wrong with any other text.
    private static func text(
        matching pattern: String, else problem: String, fits: @escaping @Sendable (String) -> Bool
    ) -> Self {
        SidecarForm(
            shape: ["type": "string", "pattern": .string(pattern)], write: JSONText.string,
            read: { place throws(SidecarError) in
                let text = try place.string()
                guard fits(text) else { throw place.error(problem) }
                return text
            })
    }
}

extension SidecarForm where Value == [UInt8] {
    /// Bytes as text. Ill-formed UTF-8 is shown as U+FFFD.
    static var shown: Self {
        SidecarForm(
            shape: ["type": "string"], write: { .string(DisplayName($0).lossy) },
            read: { place throws(SidecarError) in Array(try place.string().utf8) })
    }

    static var base64: Self {
        SidecarForm(
            shape: ["$ref": "#/$defs/base64"], write: { .string(Data($0).base64EncodedString()) },
            read: { place throws(SidecarError) in
                guard let data = Data(base64Encoded: try place.string()) else {
                    throw place.error("is not base64")
                }
                return Array(data)
            })
    }
}

extension SidecarForm {
    /// An object, its members sorted by name. Members without a row are ignored.
    /// - Parameters:
    ///   - make: makes the value from the values of the rows.
    ///   - rows: one for each value, in the order of `make`.
    static func object<each Part: Sendable>(
        _ make: @escaping @Sendable (repeat each Part) -> Value, _ rows: repeat SidecarRow<Value, each Part>
    ) -> Self {
        var fields: [SidecarField] = []
        for row in repeat each rows { fields += row.fields }
        return SidecarForm(
            shape: ["type": "object"],
            write: { value in
                var members: [JSONText.Member] = []
                for row in repeat each rows { members += row.write(value) }
                return .object(members.sorted { $0.name < $1.name })
            },
            read: { place throws(SidecarError) in make(repeat try (each rows).read(place)) },
            fields: fields)
    }
}
