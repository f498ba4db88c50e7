import WatchCore

/// Which destinations can't be written to just now, and when to try again.
///
/// One that a trial has found well is on probation while files wait for it: it works again once it has taken one. So a
/// fault that no trial finds doesn't begin and end with each of them.
struct DestinationStates: Sendable {
    private struct Outage: Sendable {
        var delay: Duration
        var isOnProbation = false
    }

    private var outages: [DestinationRole: Outage] = [:]
    /// The waits between two tries, the first and the longest.
    private static let delays: ClosedRange<Duration> = .seconds(1)...(.seconds(30))

    /// Whether files may be filed there.
    func isAvailable(_ role: DestinationRole) -> Bool { outages[role]?.isOnProbation ?? true }
    func isOnProbation(_ role: DestinationRole) -> Bool { outages[role]?.isOnProbation ?? false }
    /// Those that were told to have failed, and not to work again.
    var unavailable: [DestinationRole] { outages.keys.sorted { $0.rawValue < $1.rawValue } }

    /// A filing, or a try, failed.
    /// - Returns: whether that is news, and how long to wait before the next try.
    mutating func failed(_ role: DestinationRole) -> (isNews: Bool, delay: Duration) {
        guard let outage = outages[role] else {
            outages[role] = Outage(delay: Self.delays.lowerBound)
            return (true, Self.delays.lowerBound)
        }
        let delay = min(outage.delay * 2, Self.delays.upperBound)
        outages[role] = Outage(delay: delay)
        return (false, delay)
    }

    /// A try found it well.
    /// - Returns: when to try again unless a file is filed before; nil where it had not failed.
    mutating func recovers(_ role: DestinationRole) -> Duration? {
        outages[role]?.isOnProbation = true
        return outages[role]?.delay
    }

    /// It works.
    /// - Returns: whether it had failed before.
    mutating func succeeded(_ role: DestinationRole) -> Bool {
        outages.removeValue(forKey: role) != nil
    }
}
