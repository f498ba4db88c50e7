/// What the way to the API carries, by the uploads of the last minutes: how much one request is to carry.
///
/// A request that carries too much leaves other slots idle, and loses all of it where it breaks. A request that carries
/// too little wastes time on waiting for the answer. Both depend on the link, which nobody configures.
package struct LinkEstimate: Sendable {
    private struct Upload: Sendable {
        let bytes: Int64
        let took: Duration
        let ended: ContinuousClock.Instant
    }

    /// The latest one last.
    private var uploads: [Upload] = []
    /// When the API last asked for a pause.
    private var lastPause: ContinuousClock.Instant?

    /// A request carries at most what the link has recently carried in this time.
    static let most = Duration.seconds(10)
    /// Files are spread over the slots, but not so thinly that a request takes less time than this.
    static let least = Duration.milliseconds(500)
    /// How many uploads count.
    static let window = 16
    /// For how long an upload counts.
    static let memory = Duration.seconds(600)
    /// A smaller upload says nothing of the link: the most of its time is waiting for the answer.
    static let smallest: Int64 = 64_000
    /// What one request is taken to carry in a second before any has shown it, in bytes.
    static let usual = 125_000.0
    /// For how long requests are scarce once the API has asked for a pause: contracts count them by the hour.
    static let scarcity = Duration.seconds(3_600)

    package init() {}

    /// Takes note of a request that the API has answered as it should.
    /// - Parameters:
    ///   - bytes: of its files.
    ///   - took: from its start to its answer.
    package mutating func uploaded(bytes: Int64, took: Duration, at now: ContinuousClock.Instant) {
        guard bytes >= Self.smallest else { return }
        let upload = Upload(bytes: bytes, took: max(took, .microseconds(1)), ended: now)
        uploads = uploads.suffix(Self.window - 1) + [upload]
    }

    /// Takes note that the API has asked for a pause (429).
    package mutating func paused(at now: ContinuousClock.Instant) { lastPause = now }

    /// Whether requests are scarce, so that each is to carry as much as it can.
    /// - Parameter requestsPerHour: the limit of our own; 0 for none.
    package func isScarce(requestsPerHour: Int, at now: ContinuousClock.Instant) -> Bool {
        requestsPerHour > 0 || lastPause.map { now - $0 < Self.scarcity } ?? false
    }

    /// How many bytes the next request carries at most.
    /// - Parameters:
    ///   - waiting: the bytes of all files that could go now.
    ///   - slots: how many requests there may be at once, from 1.
    ///   - isScarce: whether a request is to carry as much as it can, whatever slots are idle.
    ///   - limit: what a request may carry on any link.
    package func portion(
        waiting: Int64, slots: Int, isScarce: Bool, limit: Int64, at now: ContinuousClock.Instant
    ) -> Int64 {
        let most = min(limit, bytes(in: Self.most, at: now))
        if isScarce || slots == 1 { return most }
        // Half of each slot's share: the shares become smaller towards the end, so that all slots end together, however
        // unequal the connections are.
        let share = waiting / Int64(2 * slots)
        return min(most, max(share, bytes(in: Self.least, at: now)))
    }

    /// What one request carries in a time, as recent ones did.
    private func bytes(in time: Duration, at now: ContinuousClock.Instant) -> Int64 {
        let recent = uploads.filter { now - $0.ended < Self.memory }
        let took = recent.reduce(0) { $0 + $1.took / .seconds(1) }
        let carried = recent.reduce(0) { $0 + Double($1.bytes) }
        let rate = recent.isEmpty ? Self.usual : carried / took
        // More than this is no limit, and fits into an integer.
        return Int64(min(rate * (time / .seconds(1)), 1e15))
    }
}
