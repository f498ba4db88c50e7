import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// A FUSE file system in a sub-folder of a local inbox. The kernel does not report files that appear
    /// there from outside.
    @Suite(
        .enabled(
            if: access("/dev/fuse", R_OK | W_OK) == 0 && access("/usr/bin/mergerfs", X_OK) == 0
                && getuid() == 0,
            "needs root, /dev/fuse and mergerfs"))
    struct MountedFolderTests {
        @Test(arguments: [false, true])
        func `what appears in a mount below the inbox is filed within seconds, without an event`(
            isLater: Bool
        )
            async throws
        {
            let file = DroppedFile("mount/a.jpg", seed: 5)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for folder in ["inbox/mount", "back/deeper"] { try site.makeFolder(folder) }
                    let point = "\(site.inbox)/mount"
                    func mount() async throws {
                        let ending = try await Program.run(
                            "/usr/bin/mergerfs",
                            ["-o", "cache.files=off,use_ino", "\(site.root)/back", point])
                        try #require(ending.code == 0, "\(ending.errors)")
                    }
                    if !isLater { try await mount() }
                    defer { umount2(point, Int32(MNT_DETACH)) }
                    try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        if isLater { try await mount() }
                        // Behind the mount's back.
                        try Data(file.bytes).write(to: URL(filePath: "\(site.root)/back/a.jpg"))
                        try await service.wait(until: "it is filed", atMost: .seconds(40)) {
                            site.hasFiled([file])
                        }
                    }
                }
            }
        }
    }
}
