internal import Synchronization

/// How many bytes may be sent: one token bucket for all uploads, so that the limit applies exactly to their
/// sum.
struct UploadAllowance {
    private let rate: Double?
    private let capacity: Double
    private let quantum: Double
    private var tokens: Double
    private var filled: ContinuousClock.Instant

    /// - Parameter rate: bytes per second; nil for no limit.
    init(rate: Int64?, now: ContinuousClock.Instant) {
        let rate = rate.map(Double.init)
        self.rate = rate
        // A twentieth of a second at a time, so that waiting costs few wake-ups, but at most 16 kB, so that
        // several uploads take turns.
        quantum = min(16_384, max(1, (rate ?? 0) / 20))
        capacity = max(quantum, (rate ?? 0) / 10)
        tokens = quantum
        filled = now
    }

    /// Takes up to `count` bytes; 0 if there are too few to be worth sending.
    mutating func take(_ count: Int, at now: ContinuousClock.Instant) -> Int {
        guard rate != nil else { return count }
        fill(at: now)
        guard tokens >= min(quantum, Double(count)) else { return 0 }
        let taken = min(Double(count), tokens).rounded(.down)
        tokens -= taken
        return Int(taken)
    }

    /// Returns bytes that were taken and not sent.
    mutating func giveBack(_ count: Int) {
        if rate != nil { tokens += Double(count) }
    }

    /// How long until there is enough to be worth sending.
    mutating func wait(at now: ContinuousClock.Instant) -> Duration {
        guard let rate else { return .zero }
        fill(at: now)
        return tokens >= quantum ? .zero : .seconds((quantum - tokens) / rate)
    }

    private mutating func fill(at now: ContinuousClock.Instant) {
        guard let rate, now > filled else { return }
        tokens = min(capacity, tokens + rate * ((now - filled) / .seconds(1)))
        filled = now
    }
}

/// The bucket of a client, for the threads of all uploads.
final class SharedAllowance: Sendable {
    private let allowance: Mutex<UploadAllowance>
    private let isLimited: Bool

    /// - Parameter rate: bytes per second; nil for no limit.
    init(rate: Int64?) {
        isLimited = rate != nil
        allowance = Mutex(UploadAllowance(rate: rate, now: .now))
    }

    /// As in `UploadAllowance`, at the current time.
    func take(_ count: Int) -> Int { isLimited ? allowance.withLock { $0.take(count, at: .now) } : count }
    func giveBack(_ count: Int) { if isLimited { allowance.withLock { $0.giveBack(count) } } }
    func wait() -> Duration { isLimited ? allowance.withLock { $0.wait(at: .now) } : .zero }
}
