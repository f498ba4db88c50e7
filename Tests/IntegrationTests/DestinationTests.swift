import BitMindAPI
import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    struct DestinationTests {
        @Test func `destinations on another file system get a copy with bytes, mode and times`() async throws
        {
            let files = [
                DroppedFile("a.jpg", seed: 1, size: 300_000), DroppedFile("trip/b.mp4", .mp4, seed: 2),
            ]
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let elsewhere = try Site.makeFolder(in: "/dev/shm")
                    defer { FileManager.default.removeOrReport(elsewhere) }
                    try #require(
                        device(of: elsewhere) != device(of: site.root), "/dev/shm is no other file system")
                    for folder in ["ai", "human"] { try site.link(folder, to: "\(elsewhere)/\(folder)") }
                    var settings = Site.Settings()
                    settings.watch += "\nai = \"\(elsewhere)/ai\"\nhuman = \"\(elsewhere)/human\""
                    // Before the start. A file changed after the look could be gone, or sent twice.
                    for file in files {
                        try site.moveIn(file)
                        try makeSpecial("\(site.inbox)/\(file.path)")
                    }
                    try await site.serve(simulator, settings) { service in
                        try await service.wait(until: "both are filed, and gone from the inbox") {
                            try site.hasFiled(files) && site.files(in: "inbox").isEmpty
                        }
                    }
                    for file in files {
                        try site.expectSidecar(of: file, baseURL: simulator.baseURL)
                        var status = stat()
                        #expect(stat("\(site.root)/\(site.place(of: file))", &status) == 0)
                        #expect(status.st_mode & 0o7777 == 0o604)
                        #expect(status.st_mtim.tv_sec == 1_000_000_000)
                        #expect(status.st_mtim.tv_nsec == 123_456_789)
                        #expect(simulator.uploads(of: file.sha256) == 1)
                    }
                }
            }
        }

        private func device(of path: String) -> dev_t {
            var status = stat()
            return stat(path, &status) == 0 ? status.st_dev : 0
        }

        /// Gives a file a mode and a time that no new file has.
        private func makeSpecial(_ path: String) throws {
            let time = timespec(tv_sec: 1_000_000_000, tv_nsec: 123_456_789)
            guard chmod(path, 0o604) == 0, utimensat(AT_FDCWD, path, [time, time], 0) == 0 else {
                throw SystemFailure("utimensat", path)
            }
        }

        @Test func `a name that media or sidecar has taken is numbered, and nothing is overwritten`()
            async throws
        {
            let files = (0..<3).map { DroppedFile("photo.jpg", seed: 100 + $0) }
            let verdict = files[0].verdict
            let next = files.dropFirst().filter { $0.verdict == verdict }
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.makeFolder(verdict)
                    try site.write("a picture from before", to: "\(verdict)/photo.jpg")
                    try site.write("a sidecar from before", to: "\(verdict)/photo-1.jpg.json")
                    try await site.serve(simulator) { service in
                        for (index, file) in files.enumerated() {
                            try site.moveIn(file)
                            // Not only gone from the inbox: the next one's name depends on this one's.
                            try await service.wait(until: "it is filed") {
                                try site.filedCount == index + 2
                            }
                        }
                    }
                    try site.expectSidecar(
                        of: files[0], at: "\(verdict)/photo-2.jpg", baseURL: simulator.baseURL)
                    for (number, file) in next.enumerated() {
                        let place = "\(verdict)/photo-\(3 + number).jpg"
                        try site.expectSidecar(of: file, at: place, baseURL: simulator.baseURL)
                    }
                    #expect(try site.text(of: "\(verdict)/photo.jpg") == "a picture from before")
                    #expect(try site.text(of: "\(verdict)/photo-1.jpg.json") == "a sidecar from before")
                    #expect(!site.exists("\(verdict)/photo-1.jpg"))
                    #expect(!site.exists("\(verdict)/photo.jpg.json"))
                }
            }
        }

        @Test func `a name that is too long for its sidecar is cut, and the sidecar has all of it`()
            async throws
        {
            let fits = DroppedFile(String(repeating: "a", count: 246) + ".jpg", seed: 1)
            let long = DroppedFile(String(repeating: "é", count: 125) + ".jpg", seed: 2)
            // Of 250 bytes ".jpg" and the mark take 13; of the 237 that are left, an "é" takes two.
            let cut = String(repeating: "é", count: 118) + "~\(long.sha256.prefix(8)).jpg"
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try await site.serve(simulator) { service in
                        for file in [fits, long] { try site.moveIn(file) }
                        try await service.wait(until: "both are filed") { try site.filedCount == 2 }
                    }
                    try site.expectSidecar(of: fits, baseURL: simulator.baseURL)
                    try site.expectSidecar(of: long, at: "\(long.verdict)/\(cut)", baseURL: simulator.baseURL)
                }
            }
        }

        @Test func `verdicts of middling confidence are filed for review, and stay what they are`()
            async throws
        {
            let files = DroppedFile.images(40)
            func folder(_ file: DroppedFile) -> String {
                let confidence = Double(file.judgement.confidence) ?? -1
                return (0.3...0.7).contains(confidence) ? "review" : file.verdict
            }
            #expect(Set(files.map(folder)) == ["ai", "human", "review"])
            try await Simulator.with { simulator in
                try await Site.with { site in
                    var settings = Site.Settings()
                    settings.watch += "\nreview = \"\(site.root)/review\"\nreview_band = [0.3, 0.7]"
                    try await site.serve(simulator, settings) { service in
                        for file in files { try site.moveIn(file) }
                        try await service.wait(until: "all are filed") { try site.filedCount == files.count }
                    }
                    for file in files {
                        let place = "\(folder(file))/\(file.path)"
                        try site.expectSidecar(of: file, at: place, baseURL: simulator.baseURL)
                    }
                    try await SchemaCheck.expectValid(files.count, in: site.root)
                }
            }
        }

        @Test
        func `a destination that is missing is made, and one that vanishes holds its files until it is back`()
            async throws
        {
            let files = DroppedFile.images(12)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        let away = "\(site.outside)/ai"
                        guard rename("\(site.root)/ai", away) == 0 else {
                            throw SystemFailure("rename", away)
                        }
                        for file in files { try site.moveIn(file) }
                        let human = files.filter { $0.verdict == "human" }
                        try await service.wait(until: "those for the other destination are filed") {
                            site.hasFiled(human)
                        }
                        try await service.wait(until: "it says what it cannot file to") {
                            service.lines(with: "cannot file to \(site.root)/ai: ").count == 1
                        }
                        guard rename(away, "\(site.root)/ai") == 0 else {
                            throw SystemFailure("rename", away)
                        }
                        try await service.wait(until: "all are filed") { site.hasFiled(files) }
                        try await service.wait(until: "it says that it works again") {
                            service.lines(with: "filing to \(site.root)/ai works again").count == 1
                        }
                        #expect(service.lines(with: "cannot file to").count == 1)
                    }
                    try Census(site).expectNothingLost(of: files)
                    #expect(files.allSatisfy { simulator.uploads(of: $0.sha256) == 1 })
                }
            }
        }
    }
}

extension Site {
    /// Makes a folder elsewhere, and a way to it from the site, for the tests' own looking.
    fileprivate func link(_ name: String, to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: folder)
    }

    func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(root)/\(path)"))
    }

    func text(of path: String) throws -> String { String(decoding: try bytes(of: path), as: UTF8.self) }
}

extension FileManager {
    fileprivate func removeOrReport(_ path: String) {
        do {
            try removeItem(atPath: path)
        } catch {
            Issue.record("left behind: \(path): \(error)")
        }
    }
}
