/// The limits of a JSON text, apart from its length. They are needed because a value takes up to a hundred
/// times the memory of its byte.
public struct JSONLimits: Sendable, Hashable {
    /// The largest nesting of arrays and objects, so that no text can exhaust the stack.
    public var depth: Int
    /// The largest number of characters in a number.
    public var numberLength: Int
    /// The largest number of values, members and elements in all.
    public var values: Int

    /// A limit of the depth alone, unless others are given.
    public init(depth: Int = 128, numberLength: Int = .max, values: Int = .max) {
        self.depth = depth
        self.numberLength = numberLength
        self.values = values
    }

    /// For the API's answers: far more than a normal answer has.
    public static let answer = JSONLimits(numberLength: 64, values: 20_000)
}

/// A JSON value that is kept long, as bytes, which take a fraction of the memory of its tree.
package struct KeptJSON: Sendable, Hashable {
    private let bytes: [UInt8]

    /// Keeps a value that was parsed within the limits of answers, or made by a program.
    package init(_ value: JSONText) { bytes = value.serialized() }

    /// The value, parsed at each access.
    package var value: JSONText {
        do throws(JSONSyntaxError) {
            return try JSONText(parsing: bytes, limits: JSONLimits(depth: 1_000))
        } catch {
            // A tree deeper than any that was ever parsed.
            return .null
        }
    }
}
