/// A timer that its owner can set again at any time.
///
/// Rings at or after the deadline, never before. Setting it does not cancel earlier settings, so that it
/// costs no more than a yield. The owner checks the clock when it rings.
package struct Alarm: Sendable {
    private let deadlines: AsyncStream<ContinuousClock.Instant>
    private let setter: AsyncStream<ContinuousClock.Instant>.Continuation

    package init() {
        (deadlines, setter) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func set(_ deadline: ContinuousClock.Instant) {
        setter.yield(deadline)
    }

    /// Rings until the task is cancelled.
    package func run(_ time: any TimeSource, ring: @escaping @Sendable () async -> Void) async {
        await withDiscardingTaskGroup { group in
            for await deadline in deadlines {
                group.addTask {
                    // A sleep may end slightly early.
                    while time.now < deadline, !Task.isCancelled { await time.sleep(until: deadline) }
                    if !Task.isCancelled { await ring() }
                }
            }
            group.cancelAll()
        }
    }
}

/// The last setting of an alarm, so that it is set only if that setting is too late.
package struct AlarmSetting: Sendable {
    private var at: ContinuousClock.Instant?

    package init() {}

    /// Makes sure that `alarm` rings at `deadline` at the latest.
    package mutating func ensure(
        _ alarm: Alarm, by deadline: ContinuousClock.Instant?, at now: ContinuousClock.Instant
    ) {
        if let set = at, set <= now { at = nil }
        guard let deadline, at.map({ deadline < $0 }) ?? true else { return }
        at = deadline
        alarm.set(deadline)
    }
}
