/// How the requests under way are spread over the inboxes.
///
/// Turns alone are not fair where one disk is slow: its uploads last longer, so that in the end all slots are
/// theirs. While several inboxes have files that could go, none gets more than its share of the slots.
struct SlotShares: Sendable {
    /// A request that several inboxes share counts in part for each.
    private var underWay: [InboxID: Double] = [:]

    mutating func began(_ assignment: Assignment) {
        for (inbox, part) in assignment.parts { underWay[inbox, default: 0] += part }
    }

    mutating func ended(_ assignment: Assignment) {
        for (inbox, part) in assignment.parts {
            let left = underWay[inbox, default: part] - part
            underWay[inbox] = left < Self.rounding ? nil : left
        }
    }

    /// The inboxes that have their share of the slots already.
    /// - Parameter waiting: those that have files which could go.
    func served(waiting: Set<InboxID>, slots: Int) -> Set<InboxID> {
        if waiting.count < 2 { return [] }
        // Rounded up: where all have their shares, all slots are taken.
        let share = Double((slots + waiting.count - 1) / waiting.count)
        return waiting.filter { underWay[$0, default: 0] > share - Self.rounding }
    }

    /// Less than any part that counts.
    private static let rounding = 0.001
}

extension Assignment {
    /// How much of it is each inbox's; 1 in all.
    fileprivate var parts: [InboxID: Double] {
        let part = 1 / Double(candidates.count)
        return Dictionary(candidates.map { ($0.key.inbox, part) }, uniquingKeysWith: +)
    }
}
