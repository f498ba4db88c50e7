import WatchCore

/// Which destinations can't be written to just now, and when to try again.
///
/// One that a trial has found well is on probation while files wait for it: it works again once it has taken one. So a
/// fault that no trial finds doesn't begin and end with each of them.
struct DestinationStates: Sendable {
    private struct Outage: Sendable {
        var delay = RetryDelay()
        var isOnProbation = false
    }

    private var outages: [DestinationRole: Outage] = [:]

    /// Whether files may be filed there.
    func isAvailable(_ role: DestinationRole) -> Bool { outages[role]?.isOnProbation ?? true }
    func isOnProbation(_ role: DestinationRole) -> Bool { outages[role]?.isOnProbation ?? false }
    /// Those that were told to have failed, and not to work again.
    var unavailable: [DestinationRole] { outages.keys.sorted { $0.rawValue < $1.rawValue } }

    /// A filing, or a try, failed.
    /// - Returns: whether that is news, and how long to wait before the next try.
    mutating func failed(_ role: DestinationRole) -> (isNews: Bool, delay: Duration) {
        let known = outages[role]
        var outage = Outage(delay: known?.delay ?? RetryDelay())
        if known != nil { outage.delay.double() }
        outages[role] = outage
        return (known == nil, outage.delay.current)
    }

    /// A try found it well.
    /// - Returns: when to try again unless a file is filed before; nil where it had not failed.
    mutating func recovers(_ role: DestinationRole) -> Duration? {
        outages[role]?.isOnProbation = true
        return outages[role]?.delay.current
    }

    /// It works.
    /// - Returns: whether it had failed before.
    mutating func succeeded(_ role: DestinationRole) -> Bool {
        outages.removeValue(forKey: role) != nil
    }
}
