import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// An API whose answers are as large as allowed.
    struct HostileAnswerMemoryTests {
        /// Each of 1 MiB.
        static let answers = [
            "[" + String(repeating: "0,", count: (1 << 19) - 2) + "0]",
            #"{"isAI":true,"confidence":0."# + String(repeating: "1", count: (1 << 20) - 40) + "}",
        ]

        @Test(arguments: [0, 1])
        func `256 requests whose answers are made to cost memory take less than 100 MB`(
            number: Int
        ) async throws {
            let files = DroppedFile.images(300)
            let hostile = ScriptedAnswer(status: 200, body: Self.answers[number])
            try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(answer: hostile)] }) {
                simulator in
                try await Site.with { site in
                    for file in files { try site.moveIn(file) }
                    var settings = Site.Settings()
                    settings.upload = """
                        concurrency = 256
                        batch = "off"
                        retry_initial = "10ms"
                        retry_max = "50ms"
                        """
                    let ending = try await site.serve(simulator, settings) { service in
                        try await service.wait(until: "many answers came") { simulator.requests.count > 300 }
                        let peak = try #require(service.process.peakKilobytes)
                        #expect(peak < 100_000, "\(peak) kB")
                        #expect(!site.hasFiled(files))
                        simulator.behave { $0.faults = [] }
                        try await service.wait(until: "all are filed") { site.hasFiled(files) }
                    }
                    #expect(ending.lines.allSatisfy { $0.utf8.count < 2_000 })
                }
            }
        }
    }
}
