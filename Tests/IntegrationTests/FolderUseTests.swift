import BitMindAPI
import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// Destinations and inboxes that are in an inbox by a symbolic link or a mount. Files filed there must
    /// not arrive again.
    struct FolderUseTests {

        /// Files whose verdict leads them to `human`.
        private func human(_ count: Int, in folder: String = "", seed: UInt64) -> [DroppedFile] {
            Array(
                (0..<64).lazy.map { DroppedFile("\(folder)\($0).png", .png, seed: seed + $0) }
                    .filter { $0.verdict == "human" }.prefix(count))
        }

        @Test(arguments: ["check", "run"])
        func `a destination that is a link into the inbox is a wrong configuration`(_ command: String)
            async throws
        {
            try await Site.with { site in
                try site.makeFolder("inbox/sub")
                symlink("inbox/sub", "\(site.root)/h")
                var settings = Site.Settings()
                settings.watch += "\nhuman = \"\(site.root)/h\""
                let path = try site.writeConfiguration("http://127.0.0.1:1", settings)
                let ending = try await Program.run(
                    Program.watch, [command, "--config", path], environment: settings.environment)
                #expect(ending.code == 78)
                #expect(
                    ending.errors == "\(path):9: \"human\", \"\(site.root)/h\", lies inside \"inbox\", "
                        + "\"\(site.inbox)\", of line 7, by a symbolic link or a mount; give each a folder of its "
                        + "own, none inside another\n")
            }
        }

        @Test func `a reload refuses a destination that is a link into the inbox`() async throws {
            _ = try await Simulator.with { simulator in
                try await Site.with { site in
                    try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        try site.makeFolder("inbox/sub")
                        symlink("inbox/sub", "\(site.root)/h")
                        var settings = Site.Settings()
                        settings.watch += "\nhuman = \"\(site.root)/h\""
                        let path = try site.writeConfiguration(simulator.baseURL, settings)
                        service.process.send(SIGHUP)
                        try await service.wait(until: "it is refused") {
                            service.lines(with: "the old one stays in use: \(path):9: \"human\"").count == 1
                        }
                        let file = try #require(human(1, seed: 9_050).first)
                        try await expectFiledOnce([file], in: "human", simulator, site, service)
                    }
                }
            }
        }

        @Test(.needsRoot("to mount"))
        func `a folder of the inbox that is mounted as a destination is not watched`() async throws {
            let files = human(2, seed: 9_100)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.makeFolder("inbox/sub")
                    let mount = try BindMount(of: "\(site.inbox)/sub", at: "\(site.root)/m")
                    defer { mount.remove() }
                    var settings = Site.Settings()
                    settings.watch += "\nhuman = \"\(mount.path)\""
                    let check = try await Program.run(
                        Program.watch,
                        ["check", "--config", try site.writeConfiguration(simulator.baseURL, settings)],
                        environment: settings.environment)
                    #expect(check.code == 1)
                    #expect(
                        check.output.contains(
                            "problem  inbox \(site.inbox): its folder sub is the folder \(mount.path) of human"
                        ))
                    try await site.serve(simulator, settings) { service in
                        try await expectFiledOnce(files, in: "m", simulator, site, service)
                        #expect(
                            service.lines(
                                with:
                                    "skipped the folder sub of \(site.inbox), with everything in it: it is the folder "
                                    + "\(mount.path), where \"human\" files go"
                            ).count == 1)
                    }
                }
            }
        }

        @Test func `a destination that is moved into the inbox behind a link is not watched`() async throws {
            let files = human(3, seed: 9_200)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try await site.serve(simulator) { service in
                        try await expectFiledOnce([files[0]], in: "human", simulator, site, service)
                        let moved = "\(site.inbox)/moved"
                        try #require(rename("\(site.root)/human", moved) == 0)
                        try #require(symlink("inbox/moved", "\(site.root)/human") == 0)
                        try await expectFiledOnce(Array(files[1...]), in: "human", simulator, site, service)
                        try await service.wait(until: "it is told") {
                            service.lines(with: "skipped the folder moved of").count == 1
                        }
                    }
                    // Files that were filed before the move are not sent again either.
                    #expect(simulator.uploads(of: files[0].sha256) == 1)
                }
            }
        }

        @Test(.needsRoot("to mount"))
        func `results that are mounted into their own folder of the inbox are not watched`() async throws {
            let files = human(3, in: "user/", seed: 9_300)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.makeFolder("human/user")
                    try site.makeFolder("inbox/user")
                    let mount = try BindMount(of: "\(site.root)/human/user", at: "\(site.inbox)/user/results")
                    defer { mount.remove() }
                    // A file that was filed before the mount was made, or was put there, is filed at most
                    // once more.
                    let old = human(1, seed: 9_350)[0]
                    try Data(old.bytes).write(to: URL(filePath: "\(site.root)/human/user/old.png"))
                    try await site.serve(simulator) { service in
                        try await service.wait(until: "what was there is sent") {
                            simulator.uploads(of: old.sha256) == 1
                        }
                        try await expectFiledOnce(files, in: "human", simulator, site, service)
                        try await service.wait(until: "it is told") {
                            service.lines(with: "skipped the folder user/results of")
                                .count == 1
                        }
                    }
                    #expect(simulator.uploads(of: old.sha256) == 1)
                }
            }
        }

        @Test(.needsRoot("to mount"))
        func `an inbox that is mounted into another one is served once, by its own watch`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.makeFolder("inbox/sub")
                    let mount = try BindMount(of: "\(site.inbox)/sub", at: "\(site.root)/second")
                    defer { mount.remove() }
                    var settings = Site.Settings()
                    settings.other = "[[watch]]\ninbox = \"\(mount.path)\"\nsettle = \"200ms\""
                    let files = human(8, in: "sub/", seed: 9_400)
                    for file in files { try site.moveIn(file) }
                    try await site.serve(simulator, settings) { service in
                        try await service.wait(until: "all are filed by the inbox that they lie in") {
                            files.allSatisfy { site.exists("human/\($0.path.dropFirst(4))") }
                        }
                        try await service.wait(until: "it is told") {
                            service.lines(
                                with:
                                    "the folder sub of \(site.inbox), with everything in it: it is the inbox \(mount.path)"
                            )
                            .count == 1
                        }
                    }
                    for file in files { #expect(simulator.uploads(of: file.sha256) == 1) }
                }
            }
        }

        /// Drops files one after the other, and expects each to be sent once, and to stay where it is filed.
        private func expectFiledOnce(
            _ files: [DroppedFile], in folder: String, _ simulator: Simulator, _ site: Site,
            _ service: Service
        ) async throws {
            for file in files {
                try site.moveIn(file)
                try await service.wait(until: "it is filed") { site.exists("\(folder)/\(file.path).json") }
            }
            // The last file was dropped after the others. If they had arrived again, they would have been
            // sent by now.
            let last = DroppedFile("last-\(files[0].sha256.prefix(8)).jpg", seed: 9_999, size: 5_000)
            try site.moveIn(last)
            try await service.wait(until: "the last is filed") {
                try site.filedCount > 0 && !site.exists("inbox/\(last.path)")
            }
            for file in files {
                #expect(simulator.uploads(of: file.sha256) == 1, "\(file.path)")
                #expect(site.exists("\(folder)/\(file.path)"), "\(file.path)")
            }
        }
    }
}

/// A folder that is there at a second place.
private struct BindMount {
    let path: String

    init(of folder: String, at path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount(folder, path, nil, UInt(MS_BIND), nil) == 0 else {
            throw SystemFailure("mount", path)
        }
    }

    func remove() { umount2(path, Int32(MNT_DETACH)) }
}
