import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// Whole folders, by the programs that people use.
    struct FeedingTests {
        /// How a tree comes into the inbox. `$1` is the folder of the tree, `$2` the inbox, `$3` a folder for
        /// an archive; the working folder is the one that holds the tree.
        static let feeders: [(String, script: String)] = [
            ("tar", #"tar cf "$3/a.tar" trip && tar xf "$3/a.tar" -C "$2""#),
            (
                "tar of a compressed archive with all it keeps",
                #"tar czf "$3/a.tgz" trip && tar xpzf "$3/a.tgz" -C "$2""#
            ),
            ("7z", #"7z a -bd "$3/a.7z" trip >/dev/null && 7z x -bd -o"$2" "$3/a.7z" >/dev/null"#),
            ("unzip", #"zip -qr "$3/a.zip" trip && unzip -q "$3/a.zip" -d "$2""#),
            ("rsync -a", #"rsync -a trip "$2""#),
            ("rsync -a into the place itself", #"rsync -a --inplace trip "$2""#),
            ("cp -a", #"cp -a trip "$2""#),
            (
                "cp -r, and all folders touched",
                #"cp -r trip "$2" && find "$2" -type d -exec touch -m -d 2020-02-02 {} +"#
            ),
            (
                "cp -r while folders are touched",
                """
                cp -r trip "$2" & \
                while kill -0 $! 2>/dev/null; do find "$2" -type d -exec touch -m -d 2020-02-02 {} +; done; wait $!
                """
            ),
            ("mv from elsewhere", #"cp -a trip "$3/trip" && mv "$3/trip" "$2""#),
        ]

        /// 200 pictures in 20 folders, some of them in others.
        private static func tree(seed: UInt64) -> [DroppedFile] {
            (0..<200).map { index in
                let folder = index % 20
                let path = folder < 10 ? "day \(folder)" : "day \(folder - 10)/more/evening"
                return DroppedFile("trip/\(path)/\(index).jpg", seed: seed + UInt64(index))
            }
        }

        @Test(arguments: feeders.indices)
        func `a whole folder is filed at once, each file with one upload, for any file times`(index: Int)
            async throws
        {
            let feeder = Self.feeders[index]
            let files = Self.tree(seed: UInt64(index) * 1000)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for file in files {
                        let path = "\(site.outside)/\(file.path)"
                        try site.makeFolder(
                            "outside/\(URL(filePath: file.path).deletingLastPathComponent().relativePath)")
                        try Data(file.bytes).write(to: URL(filePath: path))
                    }
                    try site.makeFolder("archive")
                    // The inbox is looked at as a whole only after ten minutes.
                    try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        let ending = try await Program.run(
                            "/bin/sh",
                            [
                                "-c", "cd \"$1\" && " + feeder.script, "sh", site.outside, site.inbox,
                                "\(site.root)/archive",
                            ])
                        #expect(ending.code == 0, "\(feeder.0): \(ending.errors)")
                        try await service.wait(until: "all are filed (\(feeder.0))", atMost: .seconds(30)) {
                            site.hasFiled(files)
                        }
                    }
                    #expect(
                        simulator.uploads == Dictionary(uniqueKeysWithValues: files.map { ($0.sha256, 1) }))
                }
            }
        }
    }
}
