import BitMindAPI
import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import TestSupport
import Testing

/// Names, entries and contents that were made to do harm.
struct HostileFileTests {
    /// The part before `.jpg`, if there is room.
    static let names: [[UInt8]] = [
        Array("new\nline.jpg".utf8), Array("\u{1B}[2J\u{1B}]0;title\u{7}.jpg".utf8),
        Array("right\u{202E}gpj.exe".utf8), [0xFF, 0xFE, 0x80, 0x2E, 0x6A], [0x01, 0x7F, 0x0D],
        Array("-rf.jpg".utf8), Array("--config=x".utf8), Array("%s%n%x.jpg".utf8), Array("x.json".utf8),
        Array("x.jpg.json".utf8), Array("\"; rm -rf $HOME; `id`'.jpg".utf8), Array(" ".utf8),
        Array("\\..\\..\\etc".utf8), Array("a\r\nContent-Type: text/html\r\n\r\n.jpg".utf8),
        [UInt8](repeating: UInt8(ascii: "n"), count: 255),
        Array("\(String(repeating: "ü", count: 125)).jpg".utf8),
        [UInt8](repeating: 0xF0, count: 255), Array("a.media".utf8), Array("probe".utf8),
    ]

    /// Deep folders, and a path that is nearly as long as the kernel takes at once.
    static let paths: [[UInt8]] = [
        Array((Array(repeating: "d", count: 50) + ["deep.jpg"]).joined(separator: "/").utf8),
        Array(
            (Array(repeating: String(repeating: "l", count: 250), count: 16) + ["l.jpg"]).joined(
                separator: "/"
            ).utf8),
        Array("\u{1B}[31m/\n/\u{202E}/photo.jpg".utf8), [0xC3, 0x28, UInt8(ascii: "/"), 0xA0],
    ]

    @Test func `files of any name are filed, and no name is written raw`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator, upload: "batch = \"off\"")
        var expected: [String] = []
        let program = try site.start()
        for (index, name) in (Self.names + Self.paths).enumerated() {
            expected.append(try site.put(name, SampleMedia.make(.jpeg, seed: UInt64(index), size: 4000)))
        }
        let isFiled = try await site.untilFiled(program)
        let log = try program.log()
        #expect(isFiled, "\(log)")
        #expect(await program.stop().exitCode == 0)
        let census = try site.census()
        #expect(census.filed.sorted() == expected.sorted())
        #expect(census.violations == [] && census.orphans == [] && census.leftovers == [])
        let raw = log.unicodeScalars.filter {
            ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value) || $0 == "\u{202E}"
        }
        #expect(raw.isEmpty, "\(raw.map(\.value))")
        let lines = log.split(separator: "\n")
        #expect(lines.allSatisfy { $0.prefix(8).contains(":") }, "a name has made a line of its own")
    }

    @Test func `what is no file is left alone, and leads nowhere`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let outside = try DisasterScratch()
        let secret = SampleMedia.make(.jpeg, seed: 77, size: 4000)
        let outsideFolder = try DirectoryHandle.open(path: outside.path)
        try outsideFolder.createFile(Array("secret.jpg".utf8), mode: 0o600).write(secret)
        let inbox = site.root + "/inbox"
        try #require(symlink(outside.path + "/secret.jpg", inbox + "/link.jpg") == 0)
        try #require(symlink(outside.path, inbox + "/folder") == 0)
        try #require(symlink("link.jpg", inbox + "/link of a link.jpg") == 0)
        try #require(mkfifo(inbox + "/fifo.jpg", 0o666) == 0)
        try #require(mknod(inbox + "/socket.jpg", S_IFSOCK | 0o666, 0) == 0)
        if isRoot { try #require(mknod(inbox + "/null.jpg", S_IFCHR | 0o666, 259) == 0) }
        let program = try site.start()
        let real = try site.put("real.jpg", seed: 5)
        #expect(try await until(program) { try site.census().filed == [real] })
        #expect(await program.stop().exitCode == 0)
        let left = try DirectoryHandle.open(path: inbox).allEntries().map(\.name)
        // And the folder by which the inbox is locked.
        #expect(left.contains(Array(".bitmind-watch".utf8)) && left.count == (isRoot ? 7 : 6))
        #expect(try outsideFolder.openFile(Array("secret.jpg".utf8)).digest() == sha256(secret))
        #expect(simulator.uploads(of: sha256(secret)) == 0)
        #expect(try site.census().violations == [])
    }

    @Test func `a hard link is moved, and the other name of the file stays`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let bytes = SampleMedia.make(.jpeg, seed: 78, size: 4000)
        let root = try DirectoryHandle.open(path: site.root)
        try root.createFile(Array("outside.jpg".utf8), mode: 0o644).write(bytes)
        let program = try site.start()
        try root.link(
            Array("outside.jpg".utf8), to: root.openFolder(Array("inbox".utf8)), as: Array("linked.jpg".utf8))
        #expect(try await until(program) { try site.census().filed == [sha256(bytes)] })
        #expect(await program.stop().exitCode == 0)
        #expect(try root.openFile(Array("outside.jpg".utf8)).digest() == sha256(bytes))
    }

    @Test func `names that are links to one file are each filed`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let digest = try site.put("first.jpg", seed: 80)
        let inbox = try DirectoryHandle.open(path: site.root + "/inbox")
        for number in 0..<5 {
            try inbox.link(Array("first.jpg".utf8), to: inbox, as: Array("link-\(number).jpg".utf8))
        }
        let program = try site.start()
        #expect(try await until(program) { try site.census().filed.count == 6 })
        #expect(await program.stop().exitCode == 0)
        let census = try site.census()
        #expect(census.filed == Array(repeating: digest, count: 6))
        #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
    }

    @Test(.timeLimit(.minutes(3)))
    func `a folder that is swapped for a link again and again never leads out of the inbox`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let outside = try DisasterScratch()
        let secret = SampleMedia.make(.jpeg, seed: 79, size: 4000)
        try DirectoryHandle.open(path: outside.path).createFile(Array("photo.jpg".utf8), mode: 0o644)
            .write(secret)
        let program = try site.start()
        var expected: [String] = []
        let (folder, hidden) = (site.root + "/inbox/folder", site.root + "/inbox/.hidden")
        for round in 0..<20 {
            expected.append(try site.put("folder/photo.jpg", seed: 900 + UInt64(round)))
            for _ in 0..<10 {
                try #require(rename(folder, hidden) == 0)
                try #require(symlink(outside.path, folder) == 0)
                try #require(unlink(folder) == 0)
                try #require(rename(hidden, folder) == 0)
            }
            let isFiled = try await until(program) { try site.census().filed.count == round + 1 }
            let log = try program.log()
            try #require(isFiled, "\(log)")
        }
        #expect(await program.stop().exitCode == 0)
        #expect(try site.census().filed.sorted() == expected.sorted())
        #expect(simulator.uploads(of: sha256(secret)) == 0)
    }

    @Test func `a sparse video of 480 MB takes no memory`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator, watch: "settle_max = \"1s\"")
        let program = try site.start()
        let path = site.root + "/video.mp4"
        try DirectoryHandle.open(path: site.root).createFile(Array("video.mp4".utf8), mode: 0o644)
            .write(SampleMedia.make(.mp4, seed: 3, size: 100_000))
        try #require(truncate(path, 480_000_000) == 0)
        try #require(rename(path, site.root + "/inbox/video.mp4") == 0)
        #expect(try await site.untilFiled(program, within: 120))
        let status = try DirectoryHandle.open(path: "/proc/\(program.number)")
            .openFile(Array("status".utf8)).bytes(at: 0, count: 8192)
        #expect(HostileAnswerTests.peakKilobytes(status) < 80_000)
        #expect(await program.stop().exitCode == 0)
        #expect(try site.census().filed.count == 1)
    }
}
