/// The files of an inbox that have waited long, and why, for the entry `delayed`. They are grouped, because
/// thousands may wait for the same thing.
package struct DelayedFiles: Sendable {
    /// The number of files.
    package private(set) var count = 0
    /// The file that was found first; nil if there is none.
    package private(set) var oldest: FilePlace?
    private var groups: [String: Int] = [:]

    /// The largest number of groups named. The smallest ones are summed up.
    static let mostGroups = 6

    package init() {}

    /// Adds a file that has waited long.
    package mutating func add(_ place: FilePlace) {
        count += 1
        groups[place.delay, default: 0] += 1
        if oldest.map({ place.found < $0.found }) ?? true { oldest = place }
    }

    /// How many files wait for what, the largest group first: `1,000 to be sent (the API is unavailable …); 3
    /// to be readable (Permission denied)`.
    /// - Parameter requests: what holds up requests, in words.
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
    /// What the file waits for; equal for files that wait for the same thing.
    fileprivate var delay: String {
        switch state {
        case .settling:
            reason == nil ? "still being written" : "unfinished, open for writing, or changed again and again"
        case .waiting: DelayedFiles.toBeSent
        case .uploading: "in flight"
        case .filing: "not filed yet"
        case .held: "not filed: \(reason ?? "")"
        case .unreadable: "unreadable (\(reason ?? ""))"
        case .unmovable: "unmovable (\(reason ?? ""))"
        }
    }
}
