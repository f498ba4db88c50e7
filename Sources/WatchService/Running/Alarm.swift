/// A timer that can be set anew at any moment by whoever owns it.
///
/// It rings at its deadline or after it, never before: its owner, who looks at the clock, would wait for a ring that
/// has been. An alarm set earlier replaces none, so that setting one costs no more than a yield.
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
                    // A sleep may end a little early.
                    while time.now < deadline, !Task.isCancelled { await time.sleep(until: deadline) }
                    if !Task.isCancelled { await ring() }
                }
            }
            group.cancelAll()
        }
    }
}

/// What an alarm was last set to, so that it is set only when that is too late.
package struct AlarmSetting: Sendable {
    private var at: ContinuousClock.Instant?

    package init() {}

    /// Makes sure that `alarm` rings by `deadline`.
    package mutating func ensure(
        _ alarm: Alarm, by deadline: ContinuousClock.Instant?, at now: ContinuousClock.Instant
    ) {
        if let set = at, set <= now { at = nil }
        guard let deadline, at.map({ deadline < $0 }) ?? true else { return }
        at = deadline
        alarm.set(deadline)
    }
}
