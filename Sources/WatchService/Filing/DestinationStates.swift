import WatchCore

/// Which destinations can't be written to just now, and when to try again.
struct DestinationStates: Sendable {
    private struct Outage: Sendable {
        var delay: Duration
    }

    private var outages: [DestinationRole: Outage] = [:]
    /// The waits between two tries, the first and the longest.
    private static let delays: ClosedRange<Duration> = .seconds(1)...(.seconds(30))

    func isAvailable(_ role: DestinationRole) -> Bool { outages[role] == nil }
    var unavailable: [DestinationRole] { outages.keys.sorted { $0.rawValue < $1.rawValue } }

    /// A filing, or a try, failed.
    /// - Returns: whether that is news, and how long to wait before the next try.
    mutating func failed(_ role: DestinationRole) -> (isNews: Bool, delay: Duration) {
        guard let outage = outages[role] else {
            outages[role] = Outage(delay: Self.delays.lowerBound)
            return (true, Self.delays.lowerBound)
        }
        let delay = min(outage.delay * 2, Self.delays.upperBound)
        outages[role]?.delay = delay
        return (false, delay)
    }

    /// - Returns: whether it was unavailable before.
    mutating func succeeded(_ role: DestinationRole) -> Bool {
        outages.removeValue(forKey: role) != nil
    }
}
