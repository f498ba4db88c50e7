import BitMindAPI
import BitMindSimulator
import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

extension BuiltProgramTests {
    struct DemoTests {
        private static let samples = [
            "photo.jpg", "trip/drawing.png", "trip/poster.webp", "clip.mp4", "trip/clip.mov",
            "trip/old clip.avi",
        ]

        /// The places of the demo's filed samples; paths below the site.
        private static func expectSamples(in site: Site) throws {
            for name in samples {
                let places = ["ai/\(name)", "human/\(name)"].filter(site.exists)
                #expect(places.count == 1, "\(name)")
                for place in places {
                    let sidecar = try site.sidecar(of: place).sidecar
                    let digest = sha256(try site.bytes(of: place))
                    #expect(sidecar.media.sha256 == digest)
                    #expect(sidecar.isAI == Simulator.verdict(forSHA256: digest).isAI)
                    #expect(sidecar.simulated == true)
                }
            }
            #expect(try site.sidecar(of: "failed/not-a-photo.jpg").sidecar.error?.code == "unsupported-type")
        }

        @Test func `the demo files its samples of all formats, and ends with 0`() async throws {
            try await Site.with { site in
                let ending = try await Program.run(Program.watch, ["demo", "--once", site.root])
                #expect(ending.code == 0, "\(ending.errors)")
                try Self.expectSamples(in: site)
                try await SchemaCheck.expectValid(7, in: site.root)
                #expect(ending.errors.contains("All samples are filed. To see them: ls -lR \(site.root)\n"))
                #expect(try Census(site).leftovers.isEmpty)
            }
        }

        @Test func `the demo takes what is dropped by hand, until Ctrl-C`() async throws {
            let file = DroppedFile("mine.png", .png, seed: 99)
            try await Site.with { site in
                let errors = try Capture()
                let result = try await Subprocess.run(
                    .path(FilePath(Program.watch)), arguments: ["demo", site.root],
                    environment: Program.environment(), input: .none, output: .discarded,
                    error: .fileDescriptor(errors.descriptor, closeAfterSpawningProcess: false)
                ) { execution in
                    let process = RunningProcess(execution.processIdentifier.value)
                    do {
                        try await wait(until: "it invites", circumstances: { errors.text }) {
                            errors.text.contains("Now drop your own files")
                        }
                        try site.copyIn(file)
                        try await wait(until: "the file is filed", circumstances: { errors.text }) {
                            site.hasFiled([file])
                        }
                        process.send(SIGINT)
                    } catch {
                        process.send(SIGKILL)
                        throw error
                    }
                    try await process.ended()
                }
                #expect(result.terminationStatus.code == 0)
                try Self.expectSamples(in: site)
            }
        }

        @Test(arguments: [0o777, 0o775, 0o1777])
        func `the demo refuses a folder that others may write to`(_ mode: Int) async throws {
            try await Site.with { site in
                #expect(chmod(site.root, mode_t(mode)) == 0)
                let ending = try await Program.run(Program.watch, ["demo", "--once", site.root])
                #expect(ending.code == 1)
                #expect(ending.errors.contains("other users may write to it"), "\(ending.errors)")
                #expect(chmod(site.root, 0o755) == 0)
            }
        }

        @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"))
        func `the demo refuses a folder of somebody else's`() async throws {
            try await Site.with { site in
                #expect(chown(site.root, 12_345, 12_345) == 0)
                let ending = try await Program.run(Program.watch, ["demo", "--once", site.root])
                #expect(ending.code == 1)
                #expect(ending.errors.contains("belongs to another user"), "\(ending.errors)")
            }
        }

        @Test func `without a name the demo works in a new folder that is nobody else's`() async throws {
            try await Site.with { site in
                let parent = site.root + "/scratch"
                #expect(mkdir(parent, 0o777) == 0 && chmod(parent, 0o1777) == 0)
                for _ in 0..<2 {
                    let ending = try await Program.run(
                        Program.watch, ["demo", "--once"], environment: ["TMPDIR": parent])
                    #expect(ending.code == 0, "\(ending.errors)")
                }
                let made = try FileManager.default.contentsOfDirectory(atPath: parent)
                #expect(made.count == 2)
                for folder in made {
                    var status = stat()
                    #expect(lstat("\(parent)/\(folder)", &status) == 0)
                    #expect(status.st_mode & 0o7777 == 0o700 && status.st_uid == geteuid())
                }
            }
        }
    }
}
