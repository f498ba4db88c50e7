import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    struct ReadinessTests {
        @Test func `READY comes when all folders are watched, and a file in the deepest is seen at once`()
            async throws
        {
            let folders = (0..<2_000).map { "inbox/\($0 % 10)/\($0 % 100)/\($0)" }
            let deep = "9/99/1999"
            let file = DroppedFile("\(deep)/a.jpg", seed: 1)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for folder in folders { try site.makeFolder(folder) }
                    try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        // The folders, those between them and the inbox, and the inbox.
                        if let count = service.process.inotifyWatches {
                            #expect(count == 2_000 + 100 + 10 + 1)
                        }
                        try site.moveIn(file)
                        try await service.wait(until: "the file is filed") { site.hasFiled([file]) }
                        try await service.wait(until: "it says how many") {
                            service.lines(with: "ready: 1 inbox with 2,111 folders watched").count == 1
                        }
                        #expect(service.lines(with: "scanning all folders").isEmpty)
                    }
                }
            }
        }

        @Test func `READY depends neither on the API nor on how many files wait`() async throws {
            let files = DroppedFile.images(300)
            try await Simulator.with { simulator in
                await simulator.refuseConnections()
                try await Site.with { site in
                    for file in files { try site.copyIn(file) }
                    let ending = try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        try await service.wait(until: "the status tells it") {
                            service.manager.last("STATUS")?.contains("the API is unavailable") == true
                        }
                    }
                    #expect(ending.code == 0)
                    #expect(ending.lines.contains { $0.hasSuffix("300 left in the inbox") })
                    #expect(try site.files(in: "inbox").count == 300)
                }
            }
        }

        @Test(.needsRoot("to act as another user"))
        func `an inbox whose disk hangs at the start holds up no other, and is ready once it answers`()
            async throws
        {
            let (held, free) = (DroppedFile("held.jpg", seed: 1), DroppedFile("free.jpg", seed: 2))
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for folder in ["disk", "other/inbox"] { try site.makeFolder(folder) }
                    try site.moveIn(held)
                    var settings = Site.Settings()
                    settings.watch += Site.destinations.map { "\n\($0) = \"\(site.root)/disk/\($0)\"" }
                        .joined()
                    settings.other = "[[watch]]\ninbox = \"\(site.root)/other/inbox\""
                    try await StillDisk.with(at: "\(site.root)/disk") { disk in
                        let ending = try await site.serve(simulator, settings) { service in
                            try site.moveIn(free, to: "other/inbox")
                            try await service.wait(until: "the other inbox's file is filed") {
                                site.exists("other/\(free.verdict)/free.jpg")
                            }
                            // A reload is handled and completed, too.
                            service.process.send(SIGHUP)
                            try await service.wait(until: "it has reloaded") {
                                !service.lines(with: "the configuration").isEmpty
                            }
                            #expect(service.manager.last("READY") == nil)
                            try await disk.goOn()
                            try await service.waitUntilReady()
                            try await service.wait(until: "the file that was held up is filed") {
                                site.exists("disk/\(held.verdict)/held.jpg")
                            }
                        }
                        #expect(ending.code == 0)
                        #expect(ending.notified.count { $0 == "READY=1" } == 1)
                    }
                }
            }
        }

        @Test func `the service manager receives READY, what is done, and STOPPING`() async throws {
            let files = DroppedFile.images(5)
            let ai = files.count { $0.verdict == "ai" }
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let ending = try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        for file in files { try site.moveIn(file) }
                        let status =
                            "watching 1 inbox; 0 uploading, 0 waiting; 5 filed (\(ai) ai, \(5 - ai) human), "
                            + "0 failed"
                        try await service.wait(until: "STATUS=\(status)") {
                            service.manager.last("STATUS") == status
                        }
                    }
                    let names = ending.notified.compactMap { $0.split(separator: "=").first }
                    #expect(names.filter { $0 == "READY" }.count == 1)
                    let stopping = try #require(names.firstIndex(of: "STOPPING"))
                    #expect(try #require(names.firstIndex(of: "READY")) < stopping)
                    #expect(ending.code == 0)
                    #expect(
                        ending.lines.last?.hasSuffix("stopped: 5 filed, 0 failed, 0 left in the inbox")
                            == true)
                }
            }
        }

        @Test func `WATCHDOG comes as often as it is asked for`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    var settings = Site.Settings()
                    settings.environment["WATCHDOG_USEC"] = "200000"
                    try await site.serve(simulator, settings) { service in
                        let start = ContinuousClock.now
                        try await service.wait(until: "it is proved alive five times") {
                            service.manager.lines.count { $0 == "WATCHDOG=1" } >= 5
                        }
                        #expect(ContinuousClock.now - start < .seconds(30))
                    }
                }
            }
        }

        @Test func `without credentials it is ready, says what is missing, and files wait`() async throws {
            let file = DroppedFile("a.jpg", seed: 1)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    var settings = Site.Settings()
                    settings.environment = [:]
                    try await site.serve(simulator, settings) { service in
                        try await service.waitUntilReady()
                        try site.moveIn(file)
                        try await service.wait(until: "it says so") {
                            !service.lines(with: "the API refused the credentials, or there are none").isEmpty
                        }
                        #expect(site.exists("inbox/a.jpg"))
                    }
                    #expect(simulator.requests.isEmpty)
                }
            }
        }
    }
}

extension RunningProcess {
    /// The number of folders it watches; nil if the kernel does not show it to this user, because the service
    /// protects itself.
    var inotifyWatches: Int? {
        let folder = "/proc/\(id)/fdinfo"
        do {
            var count = 0
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                guard let text = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
                let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
                count += lines.count { $0.hasPrefix("inotify wd:") }
            }
            return count
        } catch {
            return nil
        }
    }
}
