import LinuxSystem
import WatchCore
import WatchService

/// The machine's clocks, running faster from the moment it was made.
struct ScaledTime: TimeSource {
    private let factor: Int
    private let began = ContinuousClock.now
    private let beganDate = SystemTimeSource().date

    /// - Parameter factor: how many seconds pass in one.
    init(factor: Int = 1) { self.factor = factor }

    var now: ContinuousClock.Instant { began + elapsed }
    var date: Timestamp { beganDate.advanced(by: elapsed) }

    /// How long it has been, in its own seconds.
    var elapsed: Duration { (.now - began) * factor }

    /// Its date in the form that the simulator needs.
    var clock: @Sendable () -> Duration {
        { .nanoseconds(beganDate.nanosecondsSince(Timestamp(seconds: 0))) + elapsed }
    }

    /// A length of real time in its own seconds.
    func scaled(_ duration: Duration) -> Duration { duration * factor }

    func sleep(until deadline: ContinuousClock.Instant) async {
        await SystemTimeSource().sleep(until: began + (deadline - began) / factor)
    }
}
