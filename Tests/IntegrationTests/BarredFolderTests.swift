import BitMindSimulator
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// Folders of a destination that the service may not write to.
    @Suite(.needsRoot("to run the service as another user"))
    struct BarredFolderTests {
        private let barred = (0..<3).map { DroppedFile("trip/\($0).jpg", seed: 300 + UInt64($0)) }

        enum Bar: String, CaseIterable, Sendable {
            case owner, mount
        }

        @Test(arguments: Bar.allCases)
        func `a barred sub-folder holds up its own files alone, is told once, and costs one upload`(
            _ bar: Bar
        ) async throws {
            let folders = Set(barred.map(\.verdict)).sorted()
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try makeUsable(site)
                    let places = folders.map { "\(site.root)/\($0)/trip" }
                    for folder in folders { try self.bar("\(folder)/trip", by: bar, site) }
                    defer { for place in places { umount2(place, Int32(MNT_DETACH)) } }
                    for file in barred { try site.moveIn(file) }
                    try await serve(simulator, site) { service in
                        try await expectToldOnce(of: folders, service, site)
                        let path = "\(site.inbox)/\(barred[0].path)"
                        let place = "\(barred[0].verdict)/trip"
                        try await service.wait(until: "its status says why it is held") {
                            try await status(of: path, site).hasPrefix(
                                "\(path): held: cannot file to \(place): ")
                        }
                    }
                    // The next run finds the earlier decision, and continues.
                    try await serve(simulator, site) { service in
                        try await expectToldOnce(of: folders, service, site)
                        let path = "\(site.inbox)/\(barred[1].path)"
                        try await service.wait(until: "its status says why it is held, after a restart too") {
                            try await status(of: path, site).hasPrefix(
                                "\(path): held: cannot file to \(barred[1].verdict)/trip: ")
                        }
                        for place in places { try unbar(place, bar) }
                        try await service.wait(until: "all are filed") { site.hasFiled(barred) }
                        try await service.wait(until: "their end is told") {
                            service.lines(with: "works again").count == folders.count
                        }
                        #expect(service.lines(with: "cannot file").count == folders.count)
                        #expect(service.lines(with: "cannot move ").isEmpty)
                    }
                    #expect(try site.files(in: "inbox") == [])
                    for folder in folders {
                        let files = try site.files(in: folder)
                        #expect(files.allSatisfy { !$0.contains(".bitmind-watch") })
                    }
                    #expect(barred.map { simulator.uploads(of: $0.sha256) } == [1, 1, 1])
                }
            }
        }

        /// Expects other files to be filed one after the other, for as long as some tries of the blocked ones
        /// take, and the blocked ones to be reported once for each folder.
        private func expectToldOnce(of folders: [String], _ service: Service, _ site: Site) async throws {
            for folder in folders {
                try await service.wait(until: "\(folder)/trip is told of") {
                    service.lines(with: "to \(site.root)/\(folder)/trip: ").count == 1
                }
            }
            let told = ContinuousClock.now
            var count: UInt64 = 0
            while ContinuousClock.now - told < .seconds(4) {
                // Other bytes in each run, too.
                let seed = UInt64(service.process.id) << 32 | count
                let other = DroppedFile("other/\(seed).jpg", seed: seed)
                count += 1
                try site.moveIn(other)
                try await service.wait(until: "another is filed") { site.hasFiled([other]) }
            }
            #expect(service.lines(with: "cannot file").count == folders.count)
            #expect(service.lines(with: "works again").isEmpty)
            #expect(barred.allSatisfy { site.exists("inbox/\($0.path)") })
        }

        @Test(arguments: [0o555, 0o000] as [mode_t])
        func `a destination whose own folder is barred is told once, however long, and goes on`(
            _ mode: mode_t
        ) async throws {
            let folders = Set(barred.map(\.verdict)).sorted()
            let first = DroppedFile("first.jpg", seed: 400)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try makeUsable(site)
                    try await serve(simulator, site) { service in
                        try site.moveIn(first)
                        try await service.wait(until: "one is filed") { site.hasFiled([first]) }
                        for folder in folders { try change("\(site.root)/\(folder)", mode) }
                        for file in barred { try site.moveIn(file) }
                        try await service.wait(until: "they are told of") {
                            service.lines(with: "cannot file").count == folders.count
                        }
                        let told = ContinuousClock.now
                        try await service.wait(until: "it has been tried twice") {
                            ContinuousClock.now - told > .seconds(4)
                        }
                        #expect(service.lines(with: "cannot file").count == folders.count)
                        #expect(service.lines(with: "works again").isEmpty)
                        for folder in folders { try change("\(site.root)/\(folder)", 0o755) }
                        try await service.wait(until: "all are filed") { site.hasFiled(barred) }
                        try await service.wait(until: "their end is told") {
                            service.lines(with: "works again").count == folders.count
                        }
                        for folder in folders {
                            #expect(service.lines(with: "cannot file to \(site.root)/\(folder): ").count == 1)
                        }
                    }
                    #expect(barred.map { simulator.uploads(of: $0.sha256) } == [1, 1, 1])
                }
            }
        }

        // MARK: The site

        private func makeUsable(_ site: Site) throws {
            try give(site.root, Site.nobody)
            for folder in ["inbox", "inbox/trip", "inbox/other", "ai", "human", "failed"] {
                try makeFolder(folder, owner: Site.nobody, site)
            }
        }

        private func makeFolder(_ path: String, owner: UInt32, _ site: Site) throws {
            try site.makeFolder(path)
            try give("\(site.root)/\(path)", owner)
            try change("\(site.root)/\(path)", 0o755)
        }

        private func bar(_ folder: String, by bar: Bar, _ site: Site) throws {
            try makeFolder(folder, owner: bar == .owner ? 0 : Site.nobody, site)
            guard bar == .mount else { return }
            let path = "\(site.root)/\(folder)"
            guard mount("tmpfs", path, "tmpfs", 0, nil) == 0 else { throw SystemFailure("mount", path) }
            try give(path, Site.nobody)
        }

        private func unbar(_ place: String, _ bar: Bar) throws {
            switch bar {
            case .owner: try give(place, Site.nobody)
            case .mount:
                guard umount2(place, 0) == 0 else { throw SystemFailure("umount2", place) }
            }
        }

        private func give(_ path: String, _ owner: UInt32) throws {
            guard chown(path, owner, owner) == 0 else { throw SystemFailure("chown", path) }
        }

        private func change(_ path: String, _ mode: mode_t) throws {
            guard chmod(path, mode) == 0 else { throw SystemFailure("chmod", path) }
        }

        private func serve(
            _ simulator: Simulator, _ site: Site, _ body: (Service) async throws -> Void
        ) async throws {
            var settings = Site.Settings()
            settings.environment["RUNTIME_DIRECTORY"] = site.root
            let ending = try await site.serveUnprivileged(simulator, settings, body)
            #expect(ending.code == 0)
        }

        private func status(of path: String, _ site: Site) async throws -> String {
            try await Program.run(
                Program.watch, ["status", "--status-file", "\(site.root)/status.json", path]
            ).output
        }
    }
}
