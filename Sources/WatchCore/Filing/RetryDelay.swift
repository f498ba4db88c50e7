/// The wait before a retry: one second at first, then twice as long each time, up to half a minute.
struct RetryDelay: Sendable {
    private(set) var current = Duration.seconds(1)

    /// Called after another failure.
    mutating func double() { current = min(current * 2, Self.longest) }

    static let longest = Duration.seconds(30)
}
