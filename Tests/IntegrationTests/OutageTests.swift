import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    struct OutageTests {
        /// In a week there is a try every two and a half minutes, on average, with the default settings.
        private static let week = 7 * 86_400 / 150
        private static let tries = getenv("BITMIND_LONG_TESTS") == nil ? week / 8 : week

        @Test func `as many tries as a long outage has take no memory, and are told once`() async throws {
            let files = DroppedFile.images(200)
            try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(.status503)] }) {
                simulator in
                try await Site.with { site in
                    for file in files { try site.moveIn(file) }
                    var settings = Site.Settings()
                    settings.upload = "retry_initial = \"10ms\"\nretry_max = \"10ms\""
                    let ending = try await site.serve(simulator, settings) { service in
                        let limit = Duration.seconds(120)
                        try await service.wait(until: "it has tried for a while") {
                            simulator.requests.count > 100
                        }
                        let before = try #require(service.process.residentKilobytes)
                        try await service.wait(until: "all tries are made", atMost: limit) {
                            simulator.requests.count > 100 + Self.tries
                        }
                        let after = try #require(service.process.residentKilobytes)
                        #expect(after - before < 4_000, "\(before) kB, \(after) kB")
                        #expect(service.lines.count == 3, "\(service.lines)")
                        simulator.behave { $0.faults = [] }
                        try await service.wait(until: "all are filed") { site.hasFiled(files) }
                    }
                    #expect(ending.lines.count { !$0.contains(".jpg") } <= 6, "\(ending.lines)")
                }
            }
        }

        @Test func `while the API is gone the status tells the time of the next try`() async throws {
            let file = DroppedFile("a.jpg", seed: 1)
            try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(.status503)] }) {
                simulator in
                try await Site.with { site in
                    try site.moveIn(file)
                    var settings = Site.Settings()
                    settings.upload = "retry_initial = \"300ms\"\nretry_max = \"2s\""
                    settings.environment["RUNTIME_DIRECTORY"] = site.root
                    try await site.serve(simulator, settings) { service in
                        let told = /the API is unavailable until [0-2]\d:[0-5]\d:[0-5]\d:/
                        try await service.wait(until: "STATUS= tells it") {
                            service.manager.lines.contains { $0.hasPrefix("STATUS=") && $0.contains(told) }
                        }
                        let next = /next try at [0-2]\d:[0-5]\d:[0-5]\d UTC/
                        try await service.wait(until: "a line tells it") {
                            service.lines.contains { $0.contains(next) }
                        }
                        try await service.wait(until: "status.json tells it") {
                            guard site.exists("status.json") else { return false }
                            let status = try site.bytes(of: "status.json")
                            return String(decoding: status, as: UTF8.self).contains(
                                /unavailable until [\d:]+/)
                        }
                        try await service.wait(until: "so does the status of a file that waits for it") {
                            try await Program.run(
                                Program.watch,
                                [
                                    "status", "--status-file", "\(site.root)/status.json",
                                    "\(site.inbox)/a.jpg",
                                ]
                            ).output.contains(/waiting: 0 before it; the API is unavailable until [\d:]+/)
                        }
                        simulator.behave { $0.faults = [] }
                        try await service.wait(until: "it is told to be over") {
                            service.manager.lines.last { $0.hasPrefix("STATUS=") }?.contains("unavailable")
                                == false
                                && site.hasFiled([file])
                        }
                    }
                }
            }
        }
    }
}
