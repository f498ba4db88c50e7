import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// What the service says of a decided file that it cannot file, before and after a restart.
    struct UnfinishedFilingTests {
        private let file = DroppedFile("trip/photo.jpg", seed: 700)

        @Test
        func `a stuck filing counts, is delayed, has its next try, and is explained, after a restart too`()
            async throws
        {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.makeFolder(file.verdict)
                    let barred = "\(site.root)/\(file.verdict)/trip"
                    // A file in the place of the folder that the media goes to.
                    try Data().write(to: URL(filePath: barred))
                    try site.moveIn(file)
                    for _ in 0..<2 { try await expectBooksToAgree(simulator, site) }
                    _ = try await serve(simulator, site) { service in
                        try await service.wait(until: "it waits") {
                            !service.lines(with: "cannot file").isEmpty
                        }
                        #expect(unlink(barred) == 0)
                        try await service.wait(until: "it is filed") { site.hasFiled([file]) }
                        try await service.wait(until: "the end is reported") {
                            service.lines(with: "works again").count == 1
                        }
                    }
                    #expect(simulator.uploads(of: file.sha256) == 1)
                }
            }
        }

        private func expectBooksToAgree(_ simulator: Simulator, _ site: Site) async throws {
            let path = "\(site.inbox)/\(file.path)"
            let held = "held: cannot file to \(file.verdict)/trip: "
            let ending = try await serve(simulator, site) { service in
                try await service.wait(until: "the journal says that it waits") {
                    !service.lines(with: "1 file in \(site.inbox) has waited longer than 1 s: 1 not filed: ")
                        .isEmpty
                }
                try await service.wait(until: "its status has the next try") {
                    let status = try await status(of: path, site)
                    return status.contains(held) && status.contains("next try at ")
                }
                let work = try site.files(in: "\(file.verdict)/.bitmind-watch")
                    .filter { $0.hasSuffix(".json") }
                #expect(work.count == 1)
                for name in work {
                    let status = try await status(of: "\(site.root)/\(name)", site)
                    #expect(
                        status.contains("belongs to the filing of \(path), which is \(held)"), "\(status)")
                }
                #expect(try await status(of: nil, site).contains("1 waiting"))
            }
            #expect(ending.lines.last?.contains("1 left in the inbox") == true, "\(ending.lines)")
            #expect(!ending.lines.contains { $0.contains("works again") || $0.contains("no file waits") })
        }

        private func serve(
            _ simulator: Simulator, _ site: Site, _ body: (Service) async throws -> Void
        ) async throws -> Service.Ending {
            var settings = Site.Settings()
            settings.watch += "\nwarn_after = \"1s\""
            settings.environment["RUNTIME_DIRECTORY"] = site.root
            return try await site.serve(simulator, settings, body)
        }

        private func status(of path: String?, _ site: Site) async throws -> String {
            let line = ["status", "--status-file", "\(site.root)/status.json"] + [path].compactMap(\.self)
            return try await Program.run(Program.watch, line).output
        }
    }
}
