/// The files of an inbox that have waited for long, and why, for the entry `delayed`: in groups, for thousands may wait
/// for the same thing.
package struct DelayedFiles: Sendable {
    /// How many there are.
    package private(set) var count = 0
    /// The one that was found first; nil where there is none.
    package private(set) var oldest: FilePlace?
    private var groups: [String: Int] = [:]

    /// How many groups are named at most; the smallest ones are summed up.
    static let mostGroups = 6

    package init() {}

    /// Takes note of a file that has waited for long.
    package mutating func add(_ place: FilePlace) {
        count += 1
        groups[place.delay, default: 0] += 1
        if oldest.map({ place.found < $0.found }) ?? true { oldest = place }
    }

    /// How many wait for what, the largest group first: `1,000 to be sent (the API is unavailable …); 3 to be readable
    /// (Permission denied)`.
    /// - Parameter requests: what holds requests up, in words.
    package func reasons(requests: [String]) -> String {
        let sorted = groups.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        var texts = sorted.prefix(Self.mostGroups).map { what, count in
            let isHeldUp = what == Self.toBeSent && !requests.isEmpty
            let why = isHeldUp ? " (\(requests.joined(separator: "; ")))" : ""
            return "\(GroupedNumber(count)) \(what)\(why)"
        }
        let others = sorted.dropFirst(Self.mostGroups).reduce(0) { $0 + $1.value }
        if others > 0 { texts.append("\(GroupedNumber(others)) for other reasons, see \"status\"") }
        return texts.joined(separator: "; ")
    }

    fileprivate static let toBeSent = "not sent yet"
}

extension FilePlace {
    /// What it waits for, such that files that wait for the same give the same.
    fileprivate var delay: String {
        switch state {
        case .settling: reason == nil ? "still being written" : "unfinished, or open for writing"
        case .waiting: DelayedFiles.toBeSent
        case .uploading: "in flight"
        case .filing: "not filed yet"
        case .held: "not filed: \(reason ?? "")"
        case .unreadable: "unreadable (\(reason ?? ""))"
        case .unmovable: "unmovable (\(reason ?? ""))"
        }
    }
}
