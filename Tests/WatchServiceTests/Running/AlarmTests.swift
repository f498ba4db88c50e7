import Synchronization
import TestSupport
import Testing
import WatchCore
import WatchService

@Suite("Alarms")
struct AlarmTests {
    /// A clock that advances only by sleeping. The first sleep until each deadline ends before it.
    private final class DrowsyTime: TimeSource {
        private let began = ContinuousClock.now
        private let elapsed = Mutex(Duration.zero)

        var now: ContinuousClock.Instant { began + elapsed.withLock { $0 } }
        var date: Timestamp { Timestamp(seconds: 0) }

        func sleep(until deadline: ContinuousClock.Instant) async {
            let early = Duration.nanoseconds(1)
            elapsed.withLock { $0 = (deadline - began) - (deadline - began - $0 > early ? early : .zero) }
        }
    }

    @Test func `an alarm whose sleep ends early rings at its deadline, each time it is set`() async throws {
        let (time, alarm) = (DrowsyTime(), Alarm())
        let rings = Mutex<[Duration]>([])
        let began = time.now
        let setting = Mutex(AlarmSetting())
        let run = Task {
            await alarm.run(time) {
                let now = time.now
                rings.withLock { $0.append(now - began) }
                setting.withLock { $0.ensure(alarm, by: now + .seconds(1), at: now) }
            }
        }
        defer { run.cancel() }
        setting.withLock { $0.ensure(alarm, by: began + .seconds(1), at: began) }
        try await wait(until: "it has rung three times") { rings.withLock { $0.count } >= 3 }
        #expect(rings.withLock { $0.prefix(3) } == [.seconds(1), .seconds(2), .seconds(3)])
    }
}
