/// What a test waited for in vain.
package struct NeverHappened: Error, CustomStringConvertible {
    package let description: String
}

/// Returns as soon as `condition` holds, which is looked at every 10 ms.
/// - Parameters:
///   - what: what is waited for, in words, for the message.
///   - limit: how long at most; far more than it takes, for it is spent only where the test fails. Where other tests
///     have all threads, it is spent only once it was looked ten times a second, or after five times as long.
///   - circumstances: what else helps to understand why it never happened.
/// - Throws: `NeverHappened` after `limit`, and what `condition` throws.
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
