import BitMindAPI
import BitMindSimulator
import SampleMedia
import TestSupport
import Testing
import WatchCore

extension RequestTests {
    @Suite("Files that can't go")
    struct WindowTests {
        /// More than are kept in hand.
        private static let count = runsLongTests ? 85_000 : 8_500

        @Test func `thousands of files that look cut short keep no whole one waiting`() async throws {
            try await Simulator.with { simulator in
                let site = try RequestSite(simulator) { $0.settleMax = .seconds(600) }
                for number in 0..<Self.count {
                    let image = SampleMedia.make(.jpeg, seed: UInt64(number))
                    try site.put("cut-\(number).jpg", Array(image.dropLast(2)))
                }
                try await site.serve { run in
                    try await run.begin(with: Self.count)
                    try site.put(images: 0..<20)
                    try await run.waitUntilFiled(20, atMost: .seconds(20))
                    #expect(run.filed == 20 && run.status.waiting == Self.count)
                }
            }
        }

        @Test func `videos without permission are read on once it is given`() async throws {
            let behaviour = SimulatorBehaviour { $0.permissions.remove(.videoInference) }
            let time = ScaledTime(factor: 200)
            try await Simulator.with(behaviour) { simulator in
                let site = try RequestSite(simulator, time: time)
                try site.put(videos: 0..<9_000)
                try await site.serve { run in
                    try await run.begin(with: 9_000)
                    try await wait(until: "the missing permission is told") {
                        site.sink.lines.contains { $0.contains("no permission for /video") }
                    }
                    try site.put(images: 0..<20)
                    try await run.waitUntilFiled(20, atMost: .seconds(20))
                    simulator.behave { $0.permissions.insert(.videoInference) }
                    try await run.waitUntilFiled(9_020, atMost: .seconds(120))
                    #expect(run.status.waiting == 0 && run.status.failed == 0)
                }
            }
        }
    }
}
