import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// What one user does to folders again and again must not hold up the files of another.
    struct StormTests {
        /// Activity without end beside the measured files. The working folder is the inbox, in which `big`
        /// has 200,000 ignored files.
        static let storms: [(String, script: String)] = [
            ("chmod of a folder", "chmod 755 big; chmod 775 big; sleep 0.05"),
            ("touch of a folder", "touch big; touch -m big; sleep 0.05"),
            ("a folder renamed to and fro", "mv big Big; mv Big big; sleep 0.05"),
            ("a folder renamed over an empty one", "mkdir b2; mv -T big b2; mv b2 big; sleep 0.05"),
            ("folders made and removed", "mkdir new; rmdir new"),
            (
                "files that are left alone, made and removed",
                "touch big/x.part; chmod 600 big/x.part; rm big/x.part"
            ),
        ]

        @Test func `a file is filed within 2 s, whatever goes on in the folder beside it`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.makeFolder("inbox/big")
                    let making = try await Program.run(
                        "/bin/sh",
                        ["-c", "cd \"$1\" && seq -f %g.part 200000 | xargs touch", "sh", "\(site.inbox)/big"])
                    try #require(making.code == 0, "\(making.errors)")
                    try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        for (index, storm) in Self.storms.enumerated() {
                            let best = try await Self.during(storm.script, in: site) {
                                try await Self.bestTime(of: 3, seed: UInt64(index) * 10, site, service)
                            }
                            #expect(best < .seconds(2), "\(storm.0): \(best)")
                        }
                    }
                }
            }
        }

        /// Runs a script again and again while `body` runs.
        private static func during<Result: Sendable>(
            _ script: String, in site: Site, _ body: () async throws -> Result
        ) async throws -> Result {
            let stop = "\(site.root)/stop"
            async let storm = Program.run(
                "/bin/sh",
                ["-c", "cd \"$1\" && until [ -e \"$2\" ]; do \(script); done", "sh", site.inbox, stop])
            do {
                let result = try await body()
                try Data().write(to: URL(filePath: stop))
                #expect(try await storm.code == 0)
                try FileManager.default.removeItem(atPath: stop)
                return result
            } catch {
                try Data().write(to: URL(filePath: stop))
                throw error
            }
        }

        /// The shortest time until a file in a separate folder is filed, because other programs use this
        /// machine, too.
        private static func bestTime(of count: Int, seed: UInt64, _ site: Site, _ service: Service)
            async throws
            -> Duration
        {
            var best = Duration.seconds(3600)
            for number in 0..<UInt64(count) {
                let file = DroppedFile("victim \(seed + number)/a.jpg", seed: 5000 + seed + number)
                let begin = ContinuousClock.now
                try site.moveIn(file)
                try await service.wait(until: "it is filed") { site.hasFiled([file]) }
                best = min(best, ContinuousClock.now - begin)
            }
            return best
        }
    }
}
