import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    struct ArrivingTests {
        @Test func `a file that grows is uploaded once, whole`() async throws {
            let file = DroppedFile("growing.jpg", seed: 1, size: 70_000)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    var settings = Site.Settings()
                    settings.watch = #"settle = "1s""#
                    try await site.serve(simulator, settings) { service in
                        try await service.waitUntilReady()
                        // Each piece by a separate writer, as a scanner or a shell loop may do it.
                        for begin in stride(from: 0, to: file.bytes.count, by: 10_000) {
                            try site.openWriter(file).write(file.bytes[begin...].prefix(10_000))
                            try await pace(.milliseconds(430))
                        }
                        try await service.wait(until: "it is filed") { site.hasFiled([file]) }
                    }
                    try site.expectSidecar(of: file, baseURL: simulator.baseURL)
                    #expect(simulator.uploads == [file.sha256: 1])
                }
            }
        }

        /// The pace at which a test writes; nothing is waited for in it.
        private func pace(_ time: Duration) async throws {
            try await ContinuousClock().sleep(for: time)
        }

        @Test func `a file that is held open for writing is not taken, however quiet, until it is closed`()
            async throws
        {
            let held = DroppedFile("held.jpg", seed: 1)
            let others = DroppedFile.images(5, "other")
            try await Simulator.with { simulator in
                try await Site.with { site in
                    var settings = Site.Settings()
                    settings.watch = #"settle = "100ms""#
                    try await site.serve(simulator, settings) { service in
                        try await service.waitUntilReady()
                        try await Self.hold(held, in: site) {
                            // Others come and go one after the other meanwhile, each after a settling time.
                            for other in others {
                                try site.copyIn(other)
                                try await service.wait(until: "the other is filed") { site.hasFiled([other]) }
                            }
                            #expect(simulator.uploads(of: held.sha256) == 0)
                            #expect(site.exists("inbox/held.jpg"))
                        }
                        try await service.wait(until: "it is filed") { site.hasFiled([held]) }
                    }
                    #expect(simulator.uploads(of: held.sha256) == 1)
                }
            }
        }

        /// Writes a file, and closes it only after `body`.
        private static func hold(_ file: DroppedFile, in site: Site, _ body: () async throws -> Void)
            async throws
        {
            let writer = try site.openWriter(file)
            try writer.write(file.bytes)
            try await body()
            withExtendedLifetime(writer) {}
        }

        @Test
        func `what is no media file of the inbox's own is left alone, and special files are logged once`()
            async throws
        {
            let ignored = [
                ".hidden.jpg", "a.jpg.part", "b.crdownload", "c.jpg~", "Thumbs.db", ".git/d.jpg",
                "@eaDir/e.jpg",
                "own.bak",
            ]
            let control = DroppedFile("control.jpg", seed: 1)
            let outside = DroppedFile("../outside/target.jpg", seed: 2)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.copyIn(outside)
                    for name in ignored.prefix(4) { try site.copyIn(DroppedFile(name, seed: 3)) }
                    try Self.makeSpecials("early", in: site)
                    var settings = Site.Settings()
                    settings.watch += "\nignore = [\"*.bak\"]\nrescan = \"1s\""
                    settings.other = "[log]\nlevel = \"debug\""
                    try await site.serve(simulator, settings) { service in
                        try await service.waitUntilReady()
                        for name in ignored.dropFirst(4) { try site.copyIn(DroppedFile(name, seed: 3)) }
                        try Self.makeSpecials("late", in: site)
                        try site.moveIn(control)
                        try await service.wait(until: "the control is filed") { site.hasFiled([control]) }
                        try await service.wait(until: "all was looked at twice more") {
                            service.lines(with: "scanning all folders").count >= 2
                        }
                        for name in Self.specials(of: "early") + Self.specials(of: "late") {
                            #expect(
                                service.lines(with: "skipped \(name): it is ").count == 1, "\(name)"
                            )
                            #expect(site.exists("inbox/\(name)"))
                        }
                        #expect(service.lines(with: "skipped ").count == 6)
                    }
                    for name in ignored { #expect(site.exists("inbox/\(name)"), "\(name)") }
                    #expect(simulator.uploads == [control.sha256: 1])
                    #expect(try site.bytes(of: "outside/target.jpg") == outside.bytes)
                }
            }
        }

        private static func specials(of time: String) -> [String] {
            ["\(time) pipe.jpg", "\(time) link.jpg", "\(time) folder.jpg"]
        }

        /// A FIFO, a link to a file and a link to a folder.
        private static func makeSpecials(_ time: String, in site: Site) throws {
            let paths = specials(of: time).map { "\(site.inbox)/\($0)" }
            guard mkfifo(paths[0], 0o644) == 0, symlink("../outside/target.jpg", paths[1]) == 0,
                symlink("../outside", paths[2]) == 0
            else { throw SystemFailure("mkfifo or symlink", time) }
        }

        @Test func `folders that come, move and go are followed`() async throws {
            let deep = DroppedFile("new/deeper/deepest/a.jpg", seed: 1)
            let moved = DroppedFile("moved/sub/b.jpg", seed: 2)
            let renamed = DroppedFile("renamed/sub/c.jpg", seed: 3)
            let again = DroppedFile("new/deeper/d.jpg", seed: 4)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let ending = try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        try site.moveIn(deep)
                        // A whole tree, moved in with a file in it.
                        try site.makeFolder("outside/moved/sub")
                        try Data(moved.bytes).write(to: URL(filePath: "\(site.outside)/moved/sub/b.jpg"))
                        #expect(rename("\(site.outside)/moved", "\(site.inbox)/moved") == 0)
                        try await service.wait(until: "both are filed") { site.hasFiled([deep, moved]) }
                        #expect(rename("\(site.inbox)/moved", "\(site.inbox)/renamed") == 0)
                        try site.moveIn(renamed)
                        try await service.wait(until: "it is filed") { site.hasFiled([renamed]) }
                        #expect(rmdir("\(site.inbox)/new/deeper/deepest") == 0)
                        #expect(rmdir("\(site.inbox)/new/deeper") == 0)
                        try site.moveIn(again)
                        try await service.wait(until: "it is filed") { site.hasFiled([again]) }
                    }
                    #expect(ending.code == 0)
                    #expect(site.exists("inbox/renamed/sub"), "an empty folder stays")
                }
            }
        }

        @Test func `an inbox that is missing or disappears is reported, and served when it is there`()
            async throws
        {
            let files = DroppedFile.images(2)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let away = "\(site.outside)/inbox"
                    #expect(rename(site.inbox, away) == 0)
                    let ending = try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        try await service.wait(until: "it misses it") {
                            service.lines(with: "error: the inbox \(site.inbox) is unavailable").count == 1
                        }
                        #expect(rename(away, site.inbox) == 0)
                        try site.moveIn(files[0])
                        try await service.wait(until: "it is filed") { site.hasFiled([files[0]]) }
                        #expect(rename(site.inbox, away) == 0)
                        try await service.wait(until: "it misses it again") {
                            service.lines(with: "error: the inbox \(site.inbox) is unavailable").count == 2
                        }
                        #expect(rename(away, site.inbox) == 0)
                        try site.moveIn(files[1])
                        try await service.wait(until: "it is filed") { site.hasFiled([files[1]]) }
                        try await service.wait(until: "it has said so both times") {
                            service.lines(with: "the inbox \(site.inbox) is available again").count == 2
                        }
                    }
                    #expect(ending.code == 0)
                }
            }
        }
    }
}
