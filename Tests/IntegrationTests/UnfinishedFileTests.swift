import BitMindAPI
import BitMindSimulator
import Foundation
import Glibc
import SampleMedia
import TestSupport
import Testing

extension BuiltProgramTests {
    /// Files that look unfinished, and what they are taken for at the end.
    struct UnfinishedFileTests {
        private static func settings(_ watch: String) -> Site.Settings {
            var settings = Site.Settings()
            settings.watch = "settle = \"200ms\"\n" + watch
            return settings
        }

        /// How room is taken before the bytes come. `$1` is the file, `$2` the whole one.
        static let reservations: [(String, script: String)] = [
            ("touch", "touch \"$1\"; sleep 1; cat \"$2\" > \"$1\""),
            ("truncate to the size", "truncate -r \"$2\" \"$1\"; sleep 1; cat \"$2\" 1<> \"$1\""),
            ("fallocate", "fallocate -l $(stat -c %s \"$2\") \"$1\"; sleep 1; cat \"$2\" 1<> \"$1\""),
            (
                "an empty file renamed in",
                ": > \"$1.part\"; mv \"$1.part\" \"$1\"; sleep 1; cp \"$2\" \"$1.part\"; mv \"$1.part\" \"$1\""
            ),
            (
                "a half, and the rest later",
                "head -c 900 \"$2\" > \"$1\"; sleep 1; tail -c +901 \"$2\" >> \"$1\""
            ),
        ]

        @Test(arguments: reservations.indices)
        func `a file whose room is taken first is sent once, whole`(index: Int) async throws {
            let (name, script) = Self.reservations[index]
            let file = DroppedFile("photo.jpg", seed: UInt64(index), size: 20_000)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let whole = "\(site.outside)/whole"
                    try Data(file.bytes).write(to: URL(filePath: whole))
                    // The default wait of ten minutes.
                    try await site.serve(simulator, Self.settings("")) { service in
                        try await service.waitUntilReady()
                        let ending = try await Program.run(
                            "/bin/sh", ["-c", script, "sh", "\(site.inbox)/photo.jpg", whole])
                        #expect(ending.code == 0, "\(ending.errors)")
                        try await service.wait(until: "it is filed (\(name))") { site.hasFiled([file]) }
                    }
                    try site.expectSidecar(of: file, baseURL: simulator.baseURL)
                    #expect(simulator.uploads == [file.sha256: 1], "\(name)")
                    #expect(try site.files(in: "failed").isEmpty, "\(name)")
                }
            }
        }

        @Test func `more of them than there are places hold up no other file, and go to failed in the end`()
            async throws
        {
            let whole = DroppedFile.images(20)
            let count = 9000
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let making = try await Program.run(
                        "/bin/sh",
                        ["-c", "cd \"$1\" && seq -f %g.jpg \(count) | xargs touch", "sh", site.inbox])
                    try #require(making.code == 0)
                    let ending = try await site.serve(simulator, Self.settings("settle_max = \"20s\"")) {
                        service in
                        try await service.waitUntilReady()
                        for file in whole { try site.moveIn(file) }
                        try await service.wait(until: "the others are filed", atMost: .seconds(15)) {
                            site.hasFiled(whole)
                        }
                        #expect(site.exists("inbox/1.jpg") && site.exists("inbox/\(count).jpg"))
                        try await service.wait(until: "the empty ones are in failed") {
                            site.exists("failed/1.jpg") && site.exists("failed/\(count).jpg")
                        }
                    }
                    #expect(ending.code == 0)
                    #expect(try site.sidecar(of: "failed/1.jpg").sidecar.error?.code == "empty")
                    #expect(simulator.uploads.count == whole.count)
                }
            }
        }

        @Test func `a backlog of old ones does not wait`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let cut = SampleMedia.make(.png, seed: 3).dropLast(5)
                    try Data().write(to: URL(filePath: "\(site.inbox)/empty.jpg"))
                    try Data(cut).write(to: URL(filePath: "\(site.inbox)/cut.png"))
                    // Their change times can't be set: the wait is shorter than what they are old.
                    let begin = ContinuousClock.now
                    try await wait(until: "they are old") { ContinuousClock.now - begin > .seconds(2) }
                    try await site.serve(simulator, Self.settings("settle_max = \"2s\"")) { service in
                        try await service.wait(until: "both are filed", atMost: .seconds(10)) {
                            let filed = try site.files(in: "ai") + site.files(in: "human")
                            return site.exists("failed/empty.jpg")
                                && filed.contains { $0.hasSuffix("/cut.png") }
                        }
                    }
                }
            }
        }
    }
}
