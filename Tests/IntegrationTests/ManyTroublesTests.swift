import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// What keeps many files at once is one entry; needs root, to take rights away from the service.
    @Suite(.enabled(if: getuid() == 0, "only root can run the service as another user"))
    struct ManyTroublesTests {
        /// What makes 3,000 files impossible to file. `$1` is the inbox. Then how the entry begins, its cause, and what `STATUS=` says.
        static let ways: [(String, script: String, entry: String, cause: String, status: String)] = [
            (
                "unreadable files", "for f in $(seq -f %g.jpg 3000); do echo x > $f; done; chmod 000 *.jpg",
                "cannot read ",
                " more): Permission denied; they stay in the inbox until the service may read them",
                "3,000 files cannot be read"
            ),
            (
                "unmovable files",
                "mkdir trip; for f in $(seq -f trip/%g.jpg 3000); do echo x > $f; done; chmod 755 trip",
                "cannot move ", " more): the service may not write to its folder; they stay there",
                "3,000 files cannot be moved"
            ),
            (
                "folders that cannot be listed",
                "for f in $(seq -f trip%g 3000); do mkdir $f; done; chmod 711 trip*",
                "cannot read 3,000 folders (",
                " more): Permission denied; their files wait until the service may read them",
                "3,000 folders cannot be listed"
            ),
            (
                "special files", "for f in $(seq -f %g.jpg 3000); do mkfifo $f; done",
                "skipped ", " more): they are not regular files; the first is a FIFO", ""
            ),
        ]

        @Test func `a folder that cannot be entered is named by its path`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    #expect(chmod(site.root, 0o777) == 0 && chmod(site.inbox, 0o777) == 0)
                    try site.moveIn(DroppedFile("trip/day 2/a.jpg", seed: 1))
                    #expect(chmod("\(site.inbox)/trip/day 2", 0o744) == 0)
                    try await site.serveUnprivileged(simulator) { service in
                        try await service.wait(until: "it is reported") {
                            !service.lines(with: "cannot read the folder trip/day 2: Permission denied; ")
                                .isEmpty
                        }
                        try await service.wait(until: "STATUS= has it") {
                            service.manager.lines.contains {
                                $0.hasPrefix("STATUS=") && $0.contains("1 folder cannot be listed")
                            }
                        }
                    }
                }
            }
        }

        @Test(arguments: ways.indices)
        func `3,000 at once are one entry, and STATUS= counts them`(index: Int) async throws {
            let way = Self.ways[index]
            try await Simulator.with { simulator in
                try await Site.with { site in
                    #expect(chmod(site.root, 0o777) == 0 && chmod(site.inbox, 0o777) == 0)
                    let making = try await Program.run(
                        "/bin/bash", ["-c", "cd \"$1\" && " + way.script, "sh", site.inbox])
                    try #require(making.code == 0, "\(making.errors)")
                    try await site.serveUnprivileged(simulator) { service in
                        try await service.waitUntilReady()
                        try await service.wait(until: "it is reported (\(way.0))") {
                            !service.lines(with: way.entry).isEmpty
                        }
                        if !way.status.isEmpty {
                            try await service.wait(until: "STATUS= counts them (\(way.0))") {
                                service.manager.lines.contains {
                                    $0.hasPrefix("STATUS=") && $0.contains(way.status)
                                }
                            }
                        }
                        // A busy machine may need more than the second in which others are waited for.
                        let entries = service.lines(with: way.entry)
                        #expect(entries.count <= 3, "\(way.0)")
                        #expect(entries.last?.contains(way.cause) == true, "\(entries)")
                        let control = DroppedFile("control.jpg", seed: 9)
                        try site.moveIn(control)
                        #expect(chmod("\(site.inbox)/control.jpg", 0o666) == 0)
                        try await service.wait(until: "others are filed") { site.hasFiled([control]) }
                    }
                }
            }
        }
    }
}
