/// A JSON value without loss: numbers keep their digits, objects the order of their members and even members
/// of the same name.
///
/// The API's answers go to sidecars unchanged, so no number may be converted to a `Double`.
public indirect enum JSONText: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number as written in JSON, e.g. `0.8234` or `1e-7`.
    case number(String)
    case string(String)
    case array([JSONText])
    case object([Member])

    /// A name and its value in an object.
    public struct Member: Sendable, Hashable {
        /// Not escaped.
        public var name: String
        /// Any value.
        public var value: JSONText

        /// A member of this name and value.
        public init(_ name: String, _ value: JSONText) {
            self.name = name
            self.value = value
        }
    }
}

extension JSONText {
    /// A whole number.
    public static func integer(_ value: some BinaryInteger) -> JSONText { .number(String(value)) }

    /// The value of the member `name`, the last one if there are several; nil if this is not an object or has
    /// no such member.
    public subscript(_ name: String) -> JSONText? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The number of members with this name; 0 if this is not an object.
    public func count(of name: String) -> Int {
        guard case .object(let members) = self else { return 0 }
        return members.count { $0.name == name }
    }

    /// The text, if this is a string.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The value, if this is a Boolean.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The digits, if this is a number.
    public var number: String? {
        guard case .number(let digits) = self else { return nil }
        return digits
    }

    /// The nearest `Double`, if this is a number; infinite if it is out of range.
    public var double: Double? { number.flatMap { Double($0) } }

    /// The elements, if this is an array.
    public var elements: [JSONText]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members in their order, if this is an object.
    public var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

extension JSONText: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// An array of these.
    public init(arrayLiteral elements: JSONText...) { self = .array(elements) }
    /// An object of these members, in this order, even if names repeat.
    public init(dictionaryLiteral elements: (String, JSONText)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
}

/// Where and why bytes are not JSON.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in a few words.
    public let reason: String
    /// The offset of the byte, counted from 0.
    public let offset: Int

    /// What is wrong, and where, in one line.
    public var description: String { "not JSON: \(reason) at byte \(offset)" }
}
