import BitMindSimulator
import Foundation
import TestSupport
import Testing

extension BuiltProgramTests {
    /// Folders as deep, and as many, as one user can make.
    struct DeepFolderTests {
        /// Folders made in the inbox by Python, whose `mkdir` and `chdir` accept any depth.
        static let shapes: [(name: String, script: String, isTooDeep: Bool)] = [
            (
                "8,000 files in 15 levels",
                """
                for _ in range(15): os.mkdir("d" * 250); os.chdir("d" * 250)
                for i in range(8000): open(f"{i}.jpg", "w").write("no media")
                """, false
            ),
            (
                "8,000 files in 2,000 levels",
                """
                for _ in range(2000): os.mkdir("d" * 250); os.chdir("d" * 250)
                for i in range(8000): open(f"{i}.jpg", "w").write("no media")
                """, true
            ),
            ("100,000 folders", "for i in range(100000): os.mkdir(f\"{i}\")", false),
        ]

        @Test(arguments: shapes.indices)
        func `deep folders and many of them take little memory, and hold up no other file`(index: Int)
            async throws
        {
            let shape = Self.shapes[index]
            let control = DroppedFile("control.jpg", seed: 1)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let making = try await Program.run(
                        "/usr/bin/python3",
                        ["-c", "import os, sys; os.chdir(sys.argv[1])\n" + shape.script, site.inbox])
                    try #require(making.code == 0, "\(making.errors)")
                    try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        try site.moveIn(control)
                        try await service.wait(
                            until: "the other file is filed (\(shape.name))", atMost: .seconds(60)
                        ) {
                            site.hasFiled([control])
                        }
                        if shape.isTooDeep {
                            try await service.wait(until: "that is reported") {
                                service.lines(with: "the path is longer than 4,095 bytes").count == 1
                            }
                        }
                        let peak = try #require(service.process.peakKilobytes)
                        #expect(peak < 100_000, "\(shape.name): \(peak) kB")
                    }
                }
            }
        }
    }
}
