/// The capacity of the link to the API, estimated from recent uploads. It determines how much one request
/// carries.
///
/// A request that carries too much leaves other slots idle, and loses everything if the connection breaks. A
/// request that carries too little wastes time waiting for the answer. Both depend on the link, which is not
/// configured.
package struct LinkEstimate: Sendable {
    private struct Upload: Sendable {
        let bytes: Int64
        let took: Duration
        let ended: ContinuousClock.Instant
    }

    /// The latest upload is last.
    private var uploads: [Upload] = []
    /// When the API last requested a pause.
    private var lastPause: ContinuousClock.Instant?

    /// A request carries at most what the link has recently carried in this time.
    static let most = Duration.seconds(10)
    /// Files are spread over the slots, but a request takes at least this time.
    static let least = Duration.milliseconds(500)
    /// The number of uploads that count.
    static let window = 16
    /// How long an upload counts.
    static let memory = Duration.seconds(600)
    /// A smaller upload gives no evidence about the link: most of its time is waiting for the answer.
    static let smallest: Int64 = 64_000
    /// The assumed rate of one request before the first upload, in bytes per second.
    static let usual = 125_000.0
    /// How long requests are scarce after the API has requested a pause. Contracts count requests by the
    /// hour.
    static let scarcity = Duration.seconds(3_600)

    package init() {}

    /// Records a request that the API has answered correctly.
    /// - Parameters:
    ///   - bytes: of its files.
    ///   - took: from its start to its answer.
    package mutating func uploaded(bytes: Int64, took: Duration, at now: ContinuousClock.Instant) {
        guard bytes >= Self.smallest else { return }
        let upload = Upload(bytes: bytes, took: max(took, .microseconds(1)), ended: now)
        uploads = uploads.suffix(Self.window - 1) + [upload]
    }

    /// Records that the API has requested a pause (429).
    package mutating func paused(at now: ContinuousClock.Instant) { lastPause = now }

    /// Whether requests are scarce, so that each must carry as much as possible.
    /// - Parameter requestsPerHour: the configured limit; 0 for none.
    package func isScarce(requestsPerHour: Int, at now: ContinuousClock.Instant) -> Bool {
        requestsPerHour > 0 || lastPause.map { now - $0 < Self.scarcity } ?? false
    }

    /// The largest number of bytes for the next request.
    /// - Parameters:
    ///   - waiting: the bytes of all files that could be sent now.
    ///   - slots: the largest number of requests in flight, from 1.
    ///   - isScarce: whether a request carries as much as possible even if slots stay idle.
    ///   - limit: the largest number of bytes on any link.
    package func portion(
        waiting: Int64, slots: Int, isScarce: Bool, limit: Int64, at now: ContinuousClock.Instant
    ) -> Int64 {
        let most = min(limit, bytes(in: Self.most, at: now))
        if isScarce || slots == 1 { return most }
        // Half of each slot's share: the shares become smaller towards the end, so that all slots end
        // together even if the connections are unequal.
        let share = waiting / Int64(2 * slots)
        return min(most, max(share, bytes(in: Self.least, at: now)))
    }

    /// The number of bytes that one request carries in a time, from recent requests.
    private func bytes(in time: Duration, at now: ContinuousClock.Instant) -> Int64 {
        let recent = uploads.filter { now - $0.ended < Self.memory }
        let took = recent.reduce(0) { $0 + $1.took / .seconds(1) }
        let carried = recent.reduce(0) { $0 + Double($1.bytes) }
        let rate = recent.isEmpty ? Self.usual : carried / took
        // Larger than any limit, and still fits into an integer.
        return Int64(min(rate * (time / .seconds(1)), 1e15))
    }
}
