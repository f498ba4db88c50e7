import BitMindSimulator
import Testing
import WatchCore

extension RequestTests {
    @Suite("Bursts")
    struct BurstTests {
        @Test func `files that come faster than they are looked at are counted, every one, and filed`()
            async throws
        {
            // More than an inbox has in hand.
            let count = 9_000
            try await Simulator.with(SimulatorBehaviour()) { simulator in
                let site = try RequestSite(simulator)
                try await site.serve { run in
                    try site.put(images: 0..<count)
                    try await run.begin(with: count)
                    try await run.waitUntilFiled(count, atMost: .seconds(90))
                    #expect(run.status.waiting == 0)
                }
            }
        }
    }
}
