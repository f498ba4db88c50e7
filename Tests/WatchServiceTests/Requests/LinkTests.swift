import BitMindAPI
import BitMindSimulator
import SampleMedia
import Testing
import WatchCore

extension RequestTests {
    /// Files over connections that are slow each, as on a long or lossy way.
    @Suite("Links")
    struct LinkTests {
        private static let count = 32
        private static let size = 50_000

        /// Files that all wait at once are filed, over connections with that many bytes per second.
        private func file(
            bytesPerSecond: Int, _ change: (inout SimulatorBehaviour) -> Void = { _ in },
            _ limit: (inout Configuration.Upload) -> Void = { _ in },
            _ check: (Simulator, RequestSite) -> Void
        ) async throws {
            let behaviour = SimulatorBehaviour {
                $0.bodyBytesPerSecond = bytesPerSecond
                change(&$0)
            }
            try await Simulator.with(behaviour) { simulator in
                let site = try RequestSite(simulator)
                for number in 0..<Self.count {
                    let image = SampleMedia.make(.jpeg, seed: UInt64(number), size: Self.size)
                    try site.put("image-\(number).jpg", image)
                }
                try await site.serve(limit) { run in
                    try await run.begin(with: Self.count)
                    try await run.waitUntilFiled(Self.count)
                }
                check(simulator, site)
            }
        }

        @Test(arguments: [2, 8])
        func `files that wait are spread over all slots`(slots: Int) async throws {
            try await file(bytesPerSecond: 200_000) { _ in
            } _: {
                $0.concurrency = slots
            } _: { simulator, site in
                #expect(simulator.maximumInFlight == slots)
                // At most half of a slot's share, and less towards the end.
                #expect(site.uploads.count >= 2 * slots, "\(site.statuses)")
            }
        }

        @Test func `a single slot has nothing to spread`() async throws {
            try await file(bytesPerSecond: 2_000_000) { _ in
            } _: {
                $0.concurrency = 1
            } _: { _, site in
                #expect(site.uploads.count <= 3, "\(site.statuses)")
            }
        }

        @Test func `where requests are limited, files share as few as they can`() async throws {
            try await file(bytesPerSecond: 500_000) { _ in
            } _: {
                $0.requestsPerHour = 10_000
            } _: { _, site in
                #expect(site.uploads.count <= 2, "\(site.statuses)")
            }
        }

        @Test func `after a request for a pause, files share as few requests as they can`() async throws {
            try await file(bytesPerSecond: 500_000) {
                $0.faults = [FaultRule(.rateLimited, .next(1))]
                $0.retryAfter = .seconds(1)
            } _: { _ in
            } _: { _, site in
                let asked = site.uploads.first { $0.status == 429 }?.ended
                let later = site.uploads.count { request in asked.map { request.started > $0 } ?? false }
                // A probe, and two batches.
                #expect((1...3).contains(later), "\(site.course)")
            }
        }
    }
}
