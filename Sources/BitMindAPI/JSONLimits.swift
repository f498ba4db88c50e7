/// What a JSON text may have at most, beside its length: a value takes up to a hundred times the room of its byte.
public struct JSONLimits: Sendable, Hashable {
    /// How deep arrays and objects may be nested: so no text can exhaust the stack.
    public var depth: Int
    /// How many characters a number may have.
    public var numberLength: Int
    /// How many values, members and elements there may be in all.
    public var values: Int

    /// Limits of the depth alone, where the rest is not given.
    public init(depth: Int = 128, numberLength: Int = .max, values: Int = .max) {
        self.depth = depth
        self.numberLength = numberLength
        self.values = values
    }

    /// For what the API answers: far more than an honest answer has.
    public static let answer = JSONLimits(numberLength: 64, values: 20_000)
}

/// A JSON value that is kept for long, as bytes: they take a fraction of the room of its tree.
package struct KeptJSON: Sendable, Hashable {
    private let bytes: [UInt8]

    /// Keeps a value that was read within the limits of answers, or made by a program.
    package init(_ value: JSONText) { bytes = value.serialized() }

    /// The value, read anew each time.
    package var value: JSONText {
        do throws(JSONSyntaxError) {
            return try JSONText(parsing: bytes, limits: JSONLimits(depth: 1_000))
        } catch {
            // A tree that is deeper than any that was ever read.
            return .null
        }
    }
}
