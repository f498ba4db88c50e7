/// How long to wait before the next try of what has failed: a second at first, then twice as long each time, up to
/// half a minute.
struct RetryDelay: Sendable {
    private(set) var current = Duration.seconds(1)

    /// It has failed once more.
    mutating func double() { current = min(current * 2, Self.longest) }

    static let longest = Duration.seconds(30)
}
