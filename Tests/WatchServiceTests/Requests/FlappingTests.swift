import BitMindSimulator
import TestSupport
import Testing
import WatchCore

extension RequestTests {
    @Suite("An API that comes and goes")
    struct FlappingTests {
        @Test(arguments: [Fault.status503, .closeAtOnce])
        func `batches that failed in several outages are full again once the API is back`(fault: Fault)
            async throws
        {
            let time = ScaledTime(factor: 2_000)
            let (flaps, flapFiles, rest) = (3, 100, 600)
            let count = flaps * flapFiles + rest
            // So slow that each short recovery can be ended.
            let healthy = SimulatorBehaviour {
                $0.latency = .milliseconds(100)
                $0.tokenLifetime = .seconds(10_000_000)
            }
            try await Simulator.with(healthy, clock: time.clock) { simulator in
                let site = try RequestSite(simulator, time: time)
                try site.put(images: 0..<count)
                func limit(_ upload: inout Configuration.Upload) { upload.concurrency = 2 }
                try await site.serve(limit) { run in
                    simulator.behave { $0.faults = [FaultRule(fault)] }
                    try await run.begin(with: count)
                    var left = count
                    for flap in 0...flaps {
                        let end = time.now + .seconds(1_800)
                        try await wait(until: "outage \(flap) is over") { time.now >= end }
                        simulator.clearRecord()
                        let filed = run.filed
                        left = count - filed
                        simulator.behave { $0.faults = [] }
                        if flap == flaps { break }
                        try await wait(until: "it is back, for a moment") { run.filed >= filed + 40 }
                        simulator.behave { $0.faults = [FaultRule(fault)] }
                    }
                    try await run.waitUntilFiled(count)
                    let requests = site.statuses[200] ?? 0
                    // Files that were in flight when an outage began go alone first.
                    #expect(
                        requests <= left / 50 + 4 + 2 * (flaps + 1), "\(requests) for \(left): \(site.course)"
                    )
                }
            }
        }
    }
}
