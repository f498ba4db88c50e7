import BitMindAPI
import BitMindSimulator
import Testing
import WatchCore

extension RequestTests {
    @Suite("Hourly budget")
    struct HourlyBudgetTests {
        static let count = 20_000

        @Test func `the requests of an hour are used up, and not one more, however many files wait`()
            async throws
        {
            let time = ScaledTime(factor: 25)
            let behaviour = SimulatorBehaviour { $0.requestsPerHour = 1_000 }
            try await Simulator.with(behaviour, clock: time.clock) { simulator in
                let site = try RequestSite(simulator, time: time)
                try site.put(images: 0..<Self.count)
                func limit(_ upload: inout Configuration.Upload) { upload.requestsPerHour = 1_000 }
                try await site.serve(limit) { run in
                    try await run.begin(with: Self.count)
                    try await run.waitUntilFiled(Self.count, atMost: .seconds(240))
                    #expect(run.status.failed == 0)
                }
                let uploads = site.uploads
                #expect(site.statuses == [200: uploads.count], "never a 429")
                #expect(uploads.count <= Self.count / 50 + 5)
                let first = try #require(uploads.first?.started)
                let last = try #require(uploads.last?.started)
                let allowed = time.scaled(last - first) / .seconds(3_600) * 1_000
                #expect(Double(uploads.count) >= 0.95 * allowed, "\(uploads.count) of \(allowed)")
            }
        }
    }
}
