import BitMindAPI
import BitMindSimulator
import TestSupport
import Testing
import WatchCore

extension RequestTests {
    @Suite("Outages")
    struct OutageTests {
        /// How an API that is down may answer.
        static let faults: [Fault] = [.status503, .closeAtOnce, .notJSON]

        @Test(arguments: faults)
        func `a week without the API is told once, costs one probe at a time, and ends with the next`(
            fault: Fault
        ) async throws {
            // An hour and a half in a second: a week takes two minutes, a day twenty seconds.
            let time = ScaledTime(factor: 10_000)
            let behaviour = SimulatorBehaviour {
                $0.faults = [FaultRule(fault)]
                // At this pace a token of an hour would expire between two bytes.
                $0.tokenLifetime = .seconds(10_000_000)
            }
            try await Simulator.with(behaviour, clock: time.clock) { simulator in
                let site = try RequestSite(simulator, time: time)
                try site.put(images: 0..<400)
                try await site.serve { run in
                    try await run.begin(with: 400)
                    let outage = Duration.seconds((runsLongTests ? 7 : 1) * 86_400)
                    let end = time.now + outage
                    try await wait(until: "the API is told to be down") { site.sink.lines.count == 1 }
                    try await wait(until: "the outage is over", atMost: .seconds(120)) { time.now >= end }
                    #expect(run.status.holdups.count == 1, "\(run.status.holdups)")
                    #expect(run.filed == 0)
                    let probes = site.uploads
                    // How many there are in all depends on how fast the machine is, at this pace of time.
                    #expect(probes.count > 10 && probes.count < 10_000)
                    let probesAtOnce = simulator.maximumInFlight
                    #expect(probesAtOnce <= 8, "those that were under way when it began")
                    for (one, next) in zip(probes.dropFirst(8), probes.dropFirst(9)) {
                        #expect(try #require(one.ended) <= next.started)
                    }
                    simulator.behave { $0.faults = [] }
                    simulator.clearRecord()
                    try await run.waitUntilFiled(400)
                    #expect(site.sink.lines.count == 2, "\(site.sink.lines)")
                    // The probe, and as many full batches as the rest needs.
                    #expect(site.uploads.count <= 9, "\(site.statuses)")
                }
            }
        }
    }
}
