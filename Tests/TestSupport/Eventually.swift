/// What a test waited for in vain.
package struct NeverHappened: Error, CustomStringConvertible {
    package let description: String
}

/// Returns as soon as `condition` holds. It is checked every 10 ms.
/// - Parameters:
///   - what: what is awaited, in words, for the message.
///   - limit: the longest wait; much longer than needed, because only a failing test uses it up. If other
///     tests use all threads, the limit applies only after ten checks per second of it, or after five times
///     as long.
///   - circumstances: further information for the failure message.
/// - Throws: `NeverHappened` after `limit`, and the errors of `condition`.
package func wait(
    until what: String, atMost limit: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
    circumstances: () -> String = { "" }, _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let began = clock.now
    let fewest = Int(limit / .milliseconds(100))
    var looks = 0
    while try await !condition() {
        looks += 1
        let elapsed = clock.now - began
        if elapsed >= limit, looks >= fewest || elapsed >= limit * 5 {
            throw NeverHappened(description: "not within \(limit): \(what)\n\(circumstances())")
        }
        try await clock.sleep(for: .milliseconds(10))
    }
}
