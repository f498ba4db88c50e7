import BitMindAPI
import BitMindSimulator
import TestSupport
import Testing
import WatchCore

extension RequestTests {
    @Suite("A day of faults")
    struct DayOfFaultsTests {
        /// What an hour is like.
        struct Trouble: Sendable {
            let name: String
            /// How many files come at its beginning.
            var files = 250
            /// Whether nothing can be filed until it is over, at the half hour.
            var stopsAll = false
            var rotatesSecret = false
            let change: @Sendable (inout SimulatorBehaviour) -> Void
        }

        static let troubles = [
            Trouble(name: "none") { _ in },
            Trouble(name: "outage", files: 1_000, stopsAll: true) { $0.faults = [FaultRule(.status503)] },
            Trouble(name: "no connections", files: 1_000, stopsAll: true) {
                $0.faults = [FaultRule(.closeAtOnce)]
            },
            Trouble(name: "slow") { $0.latency = .milliseconds(50) },
            Trouble(name: "throttled") {
                $0.faults = [FaultRule(.rateLimited, .next(3))]
                $0.retryAfter = .seconds(90)
            },
            Trouble(name: "other answers", files: 1_000, stopsAll: true) {
                $0.faults = [FaultRule(.otherJSON)]
            },
            Trouble(name: "rotated", files: 1_000, stopsAll: true, rotatesSecret: true) {
                $0.clientSecret = "battery-staple"
            },
            Trouble(name: "tokens of a quarter of an hour") { $0.tokenLifetime = .seconds(900) },
            Trouble(name: "no batches", files: 20) { $0.permissions = [.imageInference, .videoInference] },
        ]

        @Test func `all is filed in a day of faults, with few requests and few words`() async throws {
            // An hour in three seconds.
            let time = ScaledTime(factor: 1_200)
            let healthy = SimulatorBehaviour()
            try await Simulator.with(healthy, clock: time.clock) { simulator in
                let site = try RequestSite(simulator, time: time)
                var (dropped, requests, least, tokens) = (0, 0, 0, 0)
                try await site.serve { run in
                    try await run.begin(with: 0)
                    for trouble in Self.troubles {
                        simulator.behave { behaviour in
                            behaviour = healthy
                            trouble.change(&behaviour)
                        }
                        if trouble.rotatesSecret { simulator.revokeTokens() }
                        try site.put(images: dropped..<dropped + trouble.files)
                        dropped += trouble.files
                        let middle = time.now + .seconds(1_800)
                        try await wait(until: "the hour's half is over") {
                            time.now >= middle && run.status.waiting + run.filed == dropped
                        }
                        tokens += simulator.tokenRequests
                        simulator.clearRecord()
                        if trouble.rotatesSecret {
                            site.credentials.change(to: "battery-staple")
                        } else if trouble.stopsAll {
                            simulator.behave { $0 = healthy }
                        }
                        try await run.waitUntilFiled(dropped)
                        guard trouble.stopsAll else { continue }
                        requests += site.statuses[200] ?? 0
                        least += trouble.files / 50
                    }
                    #expect(run.status.failed == 0)
                }
                // What waited for the API to be well again goes in batches that are full, but for a probe and the last.
                #expect(Double(requests) <= 1.1 * Double(least), "\(requests) of \(least)")
                // One an hour at most, and what a quarter of an hour, or a refusal, takes besides.
                #expect(tokens >= 3 && tokens <= 60, "\(tokens)")
                // Some tens of lines; about 30 on an idle machine.
                #expect(site.sink.lines.count < 100, "\(site.sink.lines)")
            }
        }
    }
}
