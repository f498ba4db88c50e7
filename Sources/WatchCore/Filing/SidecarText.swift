package import BitMindAPI

/// Why bytes are not a sidecar that can be relied on.
package struct SidecarError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field, as a path ("media.size"); empty where the whole is meant.
    package var field: String
    /// What is wrong with it.
    package var problem: String

    package var description: String { field.isEmpty ? problem : "\(field) \(problem)" }
}

extension Sidecar {
    /// Reads a sidecar back. Whoever may write in a destination may have written it, so nothing in it is
    /// believed that could lead astray: the path stays below the inbox, and numbers are in their ranges.
    ///
    /// - Parameter bytes: the whole file. Fields that this version does not know are passed over, and lost when
    ///   it is written again.
    /// - Throws: `SidecarError` where the bytes are not JSON, a field is missing or not of its type, or two
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

    /// Those of the API's answer, which lies two deeper here, among less than a hundred other values.
    private static let limits = JSONLimits(
        depth: JSONLimits.answer.depth + 2, numberLength: JSONLimits.answer.numberLength,
        values: JSONLimits.answer.values + 100)

    /// The sidecar file's bytes: JSON, our keys sorted, the API's answer in its own order, a newline at the end.
    ///
    /// It is indented for people unless it is long: an answer of deeply nested trifles would grow a hundredfold.
    package var serialized: [UInt8] {
        let json = json
        let isLong = json.count(upTo: Self.mostValues) == nil
        return json.serialized(sortedKeys: false, pretty: !isLong) + [UInt8(ascii: "\n")]
    }

    /// How many values are written each on a line of its own: some ten times what the API answers today.
    private static let mostValues = 512

    /// The sidecar as a JSON object, our keys sorted.
    package var json: JSONText { SidecarTable.sidecar.write(self) }
}

extension JSONText {
    /// How many values there are in this one, itself included; nil where they are more than `most`.
    fileprivate func count(upTo most: Int) -> Int? {
        var count = 1
        for value in elements ?? members?.map(\.value) ?? [] where count <= most {
            guard let inner = value.count(upTo: most - count) else { return nil }
            count += inner
        }
        return count <= most ? count : nil
    }
}
