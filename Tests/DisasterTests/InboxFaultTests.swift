import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import TestSupport
import Testing

/// The kernel's limits, and folders that come and go.
@Suite(.needsRoot("to set limits and mount"), .serialized)
struct InboxFaultTests {
    private func finish(_ site: ProgramSite, _ program: Program, _ expected: [String]) async throws {
        let isFiled = try await site.untilFiled(program)
        let log = try program.log()
        #expect(isFiled, "\(log)")
        #expect(await program.stop().exitCode == 0)
        let census = try site.census()
        #expect(census.filed.sorted() == expected.sorted() && census.violations == [], "\(log)")
    }

    private func isReady(_ program: Program) async throws {
        #expect(try await until(program) { try program.log().contains(" ready: ") })
    }

    @Test func `events that were lost cost no file`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let program: Program
        do {
            // It is read when the program asks for events, and set back right after.
            let limit = try KernelLimit("/proc/sys/fs/inotify/max_queued_events", 64)
            program = try site.start()
            try await isReady(program)
            limit.restore()
        }
        program.send(SIGSTOP)
        let expected = try (0..<300).map {
            try site.put("photo \($0).jpg", seed: 5000 + UInt64($0))
        }
        program.send(SIGCONT)
        try await finish(site, program, expected)
        #expect(try program.log().contains("were lost"))
    }

    @Test func `folders beyond the watches that there are get looked at all the same`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let inbox = try DirectoryHandle.open(path: site.root + "/inbox")
        for number in 0..<60 { _ = try inbox.makeFolders(Array("folder \(number)".utf8), mode: 0o755) }
        // A user namespace has its own limits.
        let script = "echo 20 > /proc/sys/user/max_inotify_watches && exec \"$@\""
        let program = try site.start(wrapper: ["/usr/bin/unshare", "-U", "-r", "/bin/sh", "-c", script, "sh"])
        try await isReady(program)
        let expected = try (0..<60).map { try site.put("folder \($0)/photo.jpg", seed: 6000 + UInt64($0)) }
        try await finish(site, program, expected)
        #expect(try program.log().contains("are not watched: "))
    }

    @Test func `a tree that is moved in at once is found to its last file`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let program = try site.start()
        try await isReady(program)
        var expected: [String] = []
        for number in 0..<1000 {
            let folder = (0...(number % 50)).map { "level \($0)" }.joined(separator: "/")
            expected.append(try site.put(".tree/\(folder)/photo \(number).jpg", seed: 7000 + UInt64(number)))
        }
        try #require(rename(site.root + "/inbox/.tree", site.root + "/inbox/tree") == 0)
        try await finish(site, program, expected)
    }

    @Test func `folders that are renamed, removed and made again meanwhile keep no file back`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let program = try site.start()
        try await isReady(program)
        var random = SplitMix64(seed: 11)
        var expected: [String] = []
        let names = ["a", "b", "c", "a/b", "b/a"]
        for number in 0..<300 {
            let folders = names.shuffled(using: &random)
            rename("\(site.root)/inbox/\(folders[0])", "\(site.root)/inbox/\(folders[1])")
            rmdir("\(site.root)/inbox/\(folders[2])")
            expected.append(try site.put("\(folders[3])/photo \(number).jpg", seed: 9000 + UInt64(number)))
        }
        try await finish(site, program, expected)
    }

    @Test func `an inbox that is moved away and back is taken up again`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let program = try site.start()
        try await isReady(program)
        let inbox = site.root + "/inbox"
        try #require(rename(inbox, inbox + "-away") == 0)
        #expect(try await until(program) { try program.log().contains("is unavailable: ") })
        try #require(rename(inbox + "-away", inbox) == 0)
        let first = try site.put("first.jpg", seed: 10_001)
        #expect(try await until(program) { try program.log().contains("is available again") })
        try await finish(site, program, [first, try site.put("second.jpg", seed: 10_002)])
    }

    @Test func `an inbox that is mounted over and unmounted is followed`() async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let program = try site.start()
        try await isReady(program)
        var expected: [String] = []
        let disk = try SmallFileSystem(megabytes: 2, at: site.root + "/inbox")
        let bytes = Array("text on the other disk".utf8)
        try DirectoryHandle.open(path: disk.path).createFile(Array("note.txt".utf8), mode: 0o644)
            .write(bytes)
        expected.append(sha256(bytes))
        #expect(try await until(program) { try site.census().filed == expected })
        disk.unmount()
        expected.append(try site.put("below.jpg", seed: 10_003))
        try await finish(site, program, expected)
    }
}

/// A limit of the kernel, set back with it.
private final class KernelLimit {
    private let path: String
    private let old: String

    init(_ path: String, _ value: Int) throws {
        self.path = path
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let file = try DirectoryHandle.open(path: String(path[..<slash]))
            .openFile(Array(path[slash...].dropFirst().utf8))
        old = String(decoding: try file.bytes(at: 0, count: 32), as: UTF8.self)
        try overwrite(path, with: Array("\(value)\n".utf8))
    }

    func restore() {
        do {
            try overwrite(path, with: Array(old.utf8))
        } catch {
            Issue.record("\(path) is not set back to \(old): \(error)")
        }
    }

    deinit { restore() }
}
