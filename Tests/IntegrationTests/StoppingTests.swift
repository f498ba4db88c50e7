import BitMindSimulator
import Foundation
import Glibc
import Testing

extension BuiltProgramTests {
    struct StoppingTests {
        private static let slow = SimulatorBehaviour { $0.latency = .milliseconds(300) }
        private static var settings: Site.Settings {
            var settings = Site.Settings()
            settings.upload = #"batch = "off""#
            return settings
        }

        @Test func `a stop amid work lets the uploads under way end, and leaves the rest in the inbox`()
            async throws
        {
            let files = DroppedFile.images(100)
            try await Simulator.with(Self.slow) { simulator in
                try await Site.with { site in
                    for file in files { try site.moveIn(file) }
                    let ending = try await site.serve(simulator, Self.settings) { service in
                        try await service.wait(until: "some are filed, and others under way") {
                            try site.filedCount >= 10 && simulator.inFlight > 0
                        }
                    }
                    #expect(ending.code == 0)
                    let census = try Census(site)
                    census.expectNothingLost(of: files)
                    #expect((10..<100).contains(census.filedCount))
                    let verdicts = files.count { simulator.verdicts(of: $0.sha256) > 0 }
                    #expect(census.filedCount == verdicts, "a verdict was thrown away")

                    try await site.serve(simulator, Self.settings) { service in
                        simulator.behave { $0.latency = .zero }
                        try await service.wait(until: "the rest is filed, too") { site.hasFiled(files) }
                    }
                    try Census(site).expectNothingLost(of: files)
                    #expect(files.allSatisfy { simulator.uploads(of: $0.sha256) == 1 })
                }
            }
        }

        @Test(arguments: 0..<4)
        func `a kill amid work loses nothing, and the next start files the rest`(round: Int) async throws {
            let files = DroppedFile.images(100)
            let count = [1, 10, 30, 70][round]
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for file in files { try site.moveIn(file) }
                    let ending = try await site.serve(simulator, Self.settings) { service in
                        try await service.wait(until: "\(count) are filed") { try site.filedCount >= count }
                        service.process.send(SIGKILL)
                    }
                    #expect(ending.code == -SIGKILL)
                    try await site.serve(simulator, Self.settings) { service in
                        // All may have been filed before, but not tidied up.
                        try await service.waitUntilReady()
                        try await service.wait(until: "the rest is filed, too") { site.hasFiled(files) }
                    }
                    try Census(site).expectNothingLost(of: files)
                    try await SchemaCheck.expectValid(files.count, in: site.root)
                }
            }
        }

        @Test func `a second service on the same inbox ends with 1, and after a kill a new one begins`()
            async throws
        {
            let file = DroppedFile("a.jpg", seed: 1)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try await site.serve(simulator) { first in
                        try await first.waitUntilReady()
                        let second = try await site.serve(simulator) { second in
                            try await second.process.ended()
                        }
                        #expect(second.code == 1)
                        #expect(
                            second.lines.last
                                == "\(site.inbox) is in use by another running bitmind-watch; "
                                + "stop that one, or configure another inbox")
                        #expect(!second.notified.contains("READY=1"))
                        first.process.send(SIGKILL)
                    }
                    let third = try await site.serve(simulator) { third in
                        try await third.waitUntilReady()
                        try site.moveIn(file)
                        try await third.wait(until: "the file is filed") { site.hasFiled([file]) }
                    }
                    #expect(third.code == 0)
                }
            }
        }

        @Test(arguments: [SIGTERM, SIGINT])
        func `a signal ends an idle service at once`(signal: Int32) async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let ending = try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        service.process.send(signal)
                        try await service.process.ended()
                    }
                    #expect(ending.code == 0)
                    #expect(ending.notified.count { $0 == "STOPPING=1" } == 1)
                }
            }
        }

        @Test(arguments: 0..<10)
        func `a signal that comes while the service starts ends it, too`(round: Int) async throws {
            let files = DroppedFile.images(5)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for file in files { try site.moveIn(file) }
                    let ending = try await site.serve(simulator) { service in
                        try await service.wait(until: "it has begun") { !service.lines.isEmpty }
                    }
                    #expect(ending.code == 0)
                    try Census(site).expectNothingLost(of: files)
                }
            }
        }

        @Test func `a reload is announced, and a wrong configuration is refused`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let ending = try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        service.process.send(SIGHUP)
                        try await service.wait(until: "it is ready again") {
                            service.manager.lines.count { $0 == "READY=1" } == 2
                        }
                        let path = try site.writeConfiguration("ftp://nowhere", Site.Settings())
                        service.process.send(SIGHUP)
                        try await service.wait(until: "it is ready once more") {
                            service.manager.lines.count { $0 == "READY=1" } == 3
                        }
                        #expect(service.manager.lines.count { $0 == "RELOADING=1" } == 2)
                        #expect(service.manager.last("MONOTONIC_USEC") != nil)
                        let refusal =
                            "error: the new configuration is wrong, the old one stays in use: \(path):2: "
                        try await service.wait(until: "it says why") {
                            service.lines(with: refusal).count == 1
                        }
                    }
                    #expect(ending.code == 0)
                }
            }
        }
    }
}
