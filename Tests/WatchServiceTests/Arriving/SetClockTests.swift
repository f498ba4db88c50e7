import Synchronization
import TestSupport
import Testing
import WatchCore

@testable import WatchService

/// The machine's date is set while files wait.
@Suite("A clock that is set")
struct SetClockTests {
    /// A time source whose date can be set.
    private final class SetTime: TimeSource {
        private let time = ScaledTime(factor: 600)
        private let offset = Mutex(Duration.zero)

        var now: ContinuousClock.Instant { time.now }
        var date: Timestamp { time.date.advanced(by: offset.withLock { $0 }) }
        func sleep(until deadline: ContinuousClock.Instant) async { await time.sleep(until: deadline) }
        func set(by duration: Duration) { offset.withLock { $0 = duration } }
    }

    @Test(arguments: [Duration.seconds(-86_400), .seconds(86_400)])
    func `how long a file has waited is measured by the clock that only goes forward`(step: Duration)
        async throws
    {
        let time = SetTime()
        let bench = try InboxBench(time: time)
        try await bench.serve {
            try bench.put("a.jpg", seed: 1)
            try await wait(until: "the file waits") { bench.status.status.waiting == 1 }
            let found = time.now
            time.set(by: step)
            try await wait(until: "it is delayed") {
                bench.messages.contains { $0.contains("a.jpg, found at ") }
            }
            #expect(time.now - found >= bench.watch.warnAfter - .seconds(60))
            // The date shown follows the clock as set now.
            try bench.put("b.jpg", seed: 2)
            try await wait(until: "the status has it") {
                guard
                    let file = bench.status.inboxReports.first?.report.files.first(where: {
                        $0.path.name == Array("a.jpg".utf8)
                    })
                else { return false }
                let age = Duration.nanoseconds(time.date.nanosecondsSince(file.found))
                return age > .zero && age < .seconds(43_200)
            }
        }
    }
}
