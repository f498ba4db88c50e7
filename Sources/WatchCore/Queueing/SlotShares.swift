/// The shares of the inboxes in the requests in flight.
///
/// Turns alone are not fair if one disk is slow: its uploads last longer, so that they finally use all slots.
/// While several inboxes have files that could be sent, none gets more than its share of the slots.
struct SlotShares: Sendable {
    /// A request with files of several inboxes counts in part for each.
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

    /// The inboxes that already have their share of the slots.
    /// - Parameter waiting: the inboxes with files that could be sent.
    func served(waiting: Set<InboxID>, slots: Int) -> Set<InboxID> {
        if waiting.count < 2 { return [] }
        // Rounded up, so that all slots are used if all inboxes have their shares.
        let share = Double((slots + waiting.count - 1) / waiting.count)
        return waiting.filter { underWay[$0, default: 0] > share - Self.rounding }
    }

    /// Less than any part that counts.
    private static let rounding = 0.001
}

extension Assignment {
    /// The part of each inbox in the request; the sum is 1.
    fileprivate var parts: [InboxID: Double] {
        let part = 1 / Double(candidates.count)
        return Dictionary(candidates.map { ($0.key.inbox, part) }, uniquingKeysWith: +)
    }
}
