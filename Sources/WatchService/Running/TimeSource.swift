import LinuxSystem
package import WatchCore

/// The service's clocks. One of the three seams for tests.
package protocol TimeSource: Sendable {
    /// A monotonic clock, for waiting.
    var now: ContinuousClock.Instant { get }
    /// The wall clock, for sidecars and for the age of files.
    var date: Timestamp { get }
    /// Returns at `deadline`, or earlier when the task is cancelled.
    func sleep(until deadline: ContinuousClock.Instant) async
}

/// The machine's clocks.
package struct SystemTimeSource: TimeSource {
    package init() {}

    package var now: ContinuousClock.Instant { .now }

    package var date: Timestamp {
        Timestamp(SystemTime.now)
    }

    package func sleep(until deadline: ContinuousClock.Instant) async {
        do {
            try await Task.sleep(until: deadline, clock: .continuous)
        } catch {
            // Cancelled: the caller checks the clock itself.
        }
    }
}
