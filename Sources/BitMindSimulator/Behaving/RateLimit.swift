/// A token bucket that is filled evenly over the hour.
///
/// Times are durations since 1970, passed by the caller. `burst` is the largest number of requests at once.
struct RateLimit: Sendable {
    private var tokens: Double
    private var filledAt: Duration
    private var perHour: Int
    private var burst: Double

    init(perHour: Int, burst: Int?, now: Duration) {
        self.perHour = max(1, perHour)
        self.burst = Double(max(1, burst ?? perHour / 60))
        tokens = self.burst
        filledAt = now
    }

    /// Takes one request at `now`.
    ///
    /// - Returns: Nil if it is within the rate; otherwise the time until the next one would be.
    mutating func take(at now: Duration) -> Duration? {
        let perSecond = Double(perHour) / 3600
        let elapsed = max(0, (now - filledAt) / .seconds(1))
        tokens = min(burst, tokens + elapsed * perSecond)
        filledAt = max(filledAt, now)
        // The sum of many small steps may fall short of the whole by rounding.
        if tokens >= 1 - 1e-9 {
            tokens = max(0, tokens - 1)
            return nil
        }
        return .seconds((1 - tokens) / perSecond)
    }
}
