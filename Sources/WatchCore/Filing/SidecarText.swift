package import BitMindAPI

/// Why bytes are not a valid sidecar.
package struct SidecarError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field, as a path ("media.size"); empty for the whole sidecar.
    package var field: String
    /// What is wrong with it.
    package var problem: String

    package var description: String { field.isEmpty ? problem : "\(field) \(problem)" }
}

extension Sidecar {
    /// Reads a sidecar. Any user who may write in a destination may have written it, so every value is
    /// checked: the path stays below the inbox, and numbers are in their ranges.
    ///
    /// - Parameter bytes: the whole file. Unknown fields are ignored, and lost when the sidecar is written
    ///   again.
    /// - Throws: `SidecarError` if the bytes are not JSON, a field is missing or not of its type, or two
    ///   fields contradict each other.
    package init(parsing bytes: [UInt8]) throws(SidecarError) {
        let whole: JSONText
        do {
            whole = try JSONText(parsing: bytes, limits: Self.limits)
        } catch {
            throw SidecarError(field: "", problem: "\(error)")
        }
        self = try SidecarTable.sidecar.read(SidecarPlace(path: "", value: whole))
    }

    /// The limits of the API's answer, which is two levels deeper here, among fewer than a hundred other
    /// values.
    private static let limits = JSONLimits(
        depth: JSONLimits.answer.depth + 2, numberLength: JSONLimits.answer.numberLength,
        values: JSONLimits.answer.values + 100)

    /// The bytes of the sidecar file: JSON, the service's keys sorted, the API's answer in its own order, a
    /// final newline.
    ///
    /// The JSON is indented for people unless it is long: indentation would make a deeply nested answer a
    /// hundred times larger.
    package var serialized: [UInt8] {
        let json = json
        let isLong = json.count(upTo: Self.mostValues) == nil
        return json.serialized(sortedKeys: false, pretty: !isLong) + [UInt8(ascii: "\n")]
    }

    /// The largest number of values that are written on lines of their own: some ten times the number in the
    /// API's current answers.
    private static let mostValues = 512

    /// The sidecar as a JSON object, the service's keys sorted.
    package var json: JSONText { SidecarTable.sidecar.write(self) }
}

extension JSONText {
    /// The number of values in this one, including itself; nil if more than `most`.
    fileprivate func count(upTo most: Int) -> Int? {
        var count = 1
        for value in elements ?? members?.map(\.value) ?? [] where count <= most {
            guard let inner = value.count(upTo: most - count) else { return nil }
            count += inner
        }
        return count <= most ? count : nil
    }
}
