/// Why a value is not accepted.
enum Complaint: Error {
    /// The value is not what is wanted. `found` says in words what it is.
    case unfit(found: String)
    /// The error needs its own sentence, which continues after the key.
    case because(String)
}

/// Reads one kind of value, and describes the values it accepts.
struct ValueReader<Value: Sendable>: Sendable {
    /// The accepted values, with their range: `a whole number from 1 to 256`.
    let wanted: String
    /// An accepted value, as written in a file; nil if `wanted` names all values.
    let example: String?
    let read: @Sendable (TOMLValue.Content) throws(Complaint) -> Value
}

extension ValueReader where Value == Bool {
    static let flag = ValueReader(wanted: "true or false", example: nil) { content throws(Complaint) in
        guard case .boolean(let flag) = content else { throw .unfit(found: content.found) }
        return flag
    }
}

extension ValueReader where Value == Int {
    static func integer(_ range: ClosedRange<Int>, example: Int) -> ValueReader {
        ValueReader(
            wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)", example: "\(example)"
        ) { content throws(Complaint) in
            guard case .integer(let number) = content, range.contains(Int(number)) else {
                throw .unfit(found: content.found)
            }
            return Int(number)
        }
    }
}

extension ValueReader where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>, example: String) -> ValueReader {
        quantity("a duration", .duration, in: range, example: example)
    }
}

extension ValueReader where Value == Int64 {
    static func size(_ range: ClosedRange<Int64>, example: String) -> ValueReader {
        quantity("a size", .size, in: range, example: example)
    }
}

extension ValueReader where Value: Comparable & Sendable {
    /// A number with a unit.
    private static func quantity(
        _ name: String, _ unit: UnitText<Value>, in range: ClosedRange<Value>, example: String
    ) -> ValueReader {
        let (lower, upper) = (unit.written(range.lowerBound), unit.written(range.upperBound))
        return ValueReader(
            wanted: "\(name) from \"\(lower)\" to \"\(upper)\"", example: quoted(example)
        ) { content throws(Complaint) in
            guard case .string(let text) = content, let amount = unit.parse(text), range.contains(amount)
            else { throw .unfit(found: content.found) }
            return amount
        }
    }
}

extension ValueReader where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One word of a list. `echoes` is false if the value may be a credential in the wrong place: the error
    /// does not repeat it.
    static func word(echoes: Bool = true) -> ValueReader {
        let words = Value.allCases.map(\.rawValue)
        let listed =
            words.dropLast().map(quoted).joined(separator: ", ") + " or " + quoted(words[words.count - 1])
        return ValueReader(wanted: listed, example: nil) { content throws(Complaint) in
            if case .string(let text) = content, let value = Value(rawValue: text) { return value }
            guard echoes, case .string(let text) = content else {
                throw .unfit(found: content.foundUnrepeated)
            }
            let meant = Spelling.nearest(to: text, among: words).map { "; did you mean \(quoted($0))?" }
            throw .unfit(found: content.found + (meant ?? ""))
        }
    }
}

extension ValueReader where Value == Configuration.Poll {
    static func poll(_ range: ClosedRange<Duration>, example: String) -> ValueReader {
        let duration = ValueReader<Duration>.duration(range, example: example)
        return ValueReader(
            wanted: "\"auto\", \"off\" or \(duration.wanted)", example: duration.example
        ) { content throws(Complaint) in
            switch content {
            case .string("auto"): .auto
            case .string("off"): .off
            default: .every(try duration.read(content))
            }
        }
    }
}

extension ValueReader where Value == Configuration.ReviewBand {
    static let band = ValueReader(
        wanted: "two numbers from 0 to 1, the lower one first", example: "[0.4, 0.6]"
    ) { content throws(Complaint) in
        guard case .array(let elements) = content else { throw .unfit(found: content.found) }
        let numbers = elements.compactMap { element -> Double? in
            switch element.content {
            case .integer(let number): Double(number)
            case .float(let number): number
            default: nil
            }
        }
        guard numbers.count == elements.count else { throw .unfit(found: "an array with other values") }
        guard numbers.count == 2 else { throw .unfit(found: "an array of \(numbers.count)") }
        guard numbers.allSatisfy((0...1).contains), numbers[0] <= numbers[1] else {
            throw .unfit(found: content.description)
        }
        var band = Configuration.ReviewBand()
        (band.lower, band.upper) = (numbers[0], numbers[1])
        return band
    }
}

extension ValueReader where Value == [NamePattern] {
    static let patterns = ValueReader(
        wanted: "an array of file-name patterns", example: "[\"*.bak\", \"draft-*\"]"
    ) { content throws(Complaint) in
        guard case .array(let elements) = content else { throw .unfit(found: content.found) }
        var patterns: [NamePattern] = []
        for element in elements {
            guard case .string(let text) = element.content else {
                throw .unfit(found: "an array with \(element.content.found)")
            }
            do throws(NamePattern.Fault) {
                patterns.append(try NamePattern(text))
            } catch {
                throw .because("has a pattern that matches nothing, \(element.content): \(error.reason)")
            }
        }
        return patterns
    }
}

extension NamePattern.Fault {
    fileprivate var reason: String {
        switch self {
        case .empty: "it is empty"
        case .slash: "a part of a path before or after a \"/\" is empty"
        case .control: "it has a control character"
        case .set: "its \"[\" begins no set such as [a-z] or [!0-9]; write \"\\\\[\" for the character itself"
        case .escape: "it ends in a backslash; write two for the character itself"
        }
    }
}
