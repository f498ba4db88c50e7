import BitMindAPI
import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import Subprocess
import Synchronization
import TestSupport
import Testing
import WatchCore

/// The real program with its folders on file systems of many kinds.
@Suite(.needsRoot("to mount file systems"), .serialized)
struct FileSystemTests {
    enum Position: String, CaseIterable, Sendable {
        case inbox, destinations, both
    }

    struct Case: Sendable, CustomStringConvertible {
        let kind: MountedFileSystem.Kind
        let position: Position

        var description: String { "\(kind.rawValue), \(position)" }

        static let all = MountedFileSystem.Kind.allCases.flatMap { kind in
            Position.allCases.map { Case(kind: kind, position: $0) }
        }

        /// Each kind once, in one position or another; all of them in the long tests.
        static var chosen: [Case] {
            if runsLongTests { return all }
            return MountedFileSystem.Kind.allCases.enumerated().map { index, kind in
                Case(kind: kind, position: Position.allCases[index % Position.allCases.count])
            }
        }
    }

    /// A site with its folders on a file system, which is unmounted with it.
    private struct Mounted {
        let site: ProgramSite
        let system: MountedFileSystem
        private let local: DisasterScratch
        private let position: Position

        init(_ one: Case, _ simulator: Simulator) async throws {
            system = try await MountedFileSystem(one.kind)
            local = try DisasterScratch()
            site = try ProgramSite(
                .first, simulator: simulator, watch: "poll = \"500ms\"", settle: "100ms",
                scratch: one.position == .destinations ? nil : system.scratch,
                destinations: one.position == .inbox ? local.path : system.scratch.path)
            self.position = one.position
        }

        /// Waits until that many files are filed, and the working folders are empty.
        func untilFiled(_ count: Int, _ program: Program) async throws -> Bool {
            guard system.kind.isWrittenLater else { return try await site.untilFiled(program) }
            return try await until(program) {
                let census = try census()
                return census.filed.count == count && census.waiting == [] && census.leftovers == []
                    && census.orphans == [] && census.violations == []
            }
        }

        /// The files that are there, without names that only a cache still shows.
        func census() throws -> DisasterCensus {
            guard system.kind.showsOldNames else { return try site.census() }
            let folders = DisasterFolders(
                root: position == .destinations ? site.root : system.source,
                destinationRoot: position == .inbox ? local.path : system.source)
            return try DisasterCensus(folders, verdict: ProgramSite.verdict)
        }
    }

    /// Those of the cases that the machine can mount; the others are named.
    private static func possible(_ cases: [Case]) -> [Case] {
        for kind in MountedFileSystem.Kind.allCases {
            if let lack = kind.lack { print("\(kind.rawValue) is not tried: this machine lacks \(lack)") }
        }
        return cases.filter { $0.kind.lack == nil }
    }

    @Test func `each file is filed once, with one upload, whatever the file system does to inode numbers`()
        async throws
    {
        try await forEach(Self.possible(Case.chosen), width: 3) { one in
            let simulator = try await Simulator.start(SimulatorBehaviour { $0.keepsRequests = false })
            try await Self.expectFiledOnce(one, simulator)
            await simulator.stop()
        }
    }

    private static func expectFiledOnce(_ one: Case, _ simulator: Simulator) async throws {
        let mounted = try await Mounted(one, simulator)
        let site = mounted.site
        let check = try await site.check()
        #expect(check.holds, "\(one): \(check.output)")
        let program = try site.start()
        var digests: [String] = []
        #expect(try await until(program) { try program.log().contains(" ready: ") })
        for seed in UInt64(1)...4 {
            let name = seed % 2 == 1 || one.kind.showsOldNames ? "photo-\(seed).jpg" : "photo.jpg"
            digests.append(try site.put(seed % 2 == 0 ? "trip/\(name)" : name, seed: seed))
            // Written in place, too, as by `cp`.
            let written = SampleMedia.make(.jpeg, seed: 100 + seed, size: 4000)
            try site.write("copied-\(seed).jpg", written)
            digests.append(sha256(written))
            if seed == 2 { #expect(try await mounted.untilFiled(digests.count, program), "\(one)") }
        }
        #expect(try await mounted.untilFiled(digests.count, program), "\(one)")
        // What would be sent again would be by now.
        try await Task.sleep(for: .seconds(1))
        let log = try program.log()
        #expect(await program.stop().exitCode == 0, "\(one)")
        let census = try mounted.census()
        #expect(census.filed.sorted() == digests.sorted(), "\(one)\n\(log)")
        #expect(census.violations == [] && census.orphans == [] && census.leftovers == [], "\(one)\n\(log)")
        #expect(census.waiting == [], "\(one)")
        for digest in digests { #expect(simulator.uploads(of: digest) == 1, "\(one)\n\(log)") }
    }

    /// Calls by which a file gets to its destination: all of them, or those that the kernel's other ways need.
    static let missing: [(calls: [SystemCall], errno: Int32, name: String)] = [
        ([.renameat2, .renameat, .linkat], ENOSYS, "ENOSYS"),
        ([.renameat2, .renameat, .linkat], EOPNOTSUPP, "EOPNOTSUPP"),
        ([.mkdirat], ENOSYS, "ENOSYS"),
    ]

    @Test(arguments: missing.indices)
    func `where a file system lacks a call for good, that is reported, and nothing is sent`(index: Int)
        async throws
    {
        let (calls, errno, name) = Self.missing[index]
        guard let one = Self.possible([Case(kind: .bindfs, position: .both)]).first else { return }
        let simulator = try await SharedSimulator.simulator
        let mounted = try await Mounted(one, simulator)
        let site = mounted.site
        let isLacking = Atomic(true)
        let program = try site.start(
            CallStrike(scope: .all) { _, call in
                call.call.map(calls.contains) == true && isLacking.load(ordering: .relaxed)
                    ? .error(errno) : nil
            })
        let digest = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        #expect(try await until(program) { try program.log().contains("cannot file to ") })
        var log = try program.log()
        #expect(log.contains("(\(name))"), "\(log)")
        // It is looked at, and could be sent, by then.
        #expect(try await until(program) { try program.log().contains(" ready: ") })
        try await Task.sleep(for: .seconds(2))
        log = try program.log()
        #expect(simulator.uploads(of: digest) == 0, "\(log)")
        isLacking.store(false, ordering: .relaxed)
        // Each destination is tested separately, all three at once.
        let isFiled = try await site.untilFiled(program, within: 6)
        log = try program.log()
        #expect(isFiled, "\(log)")
        #expect(await program.stop().exitCode == 0)
        #expect(try site.census().filed == [digest] && simulator.uploads(of: digest) == 1)
    }

    /// Names that a file system cannot hold.
    static let barredNames: [(kind: MountedFileSystem.Kind, names: [String])] = [
        (.exfat, ["a:b.jpg", "tri?p/photo.jpg", "x\"y.jpg"]), (.ntfs3g, []), (.encfs, []),
    ]

    @Test(arguments: barredNames.indices)
    func `files whose names a destination cannot hold are reported, and hold up no others`(index: Int)
        async throws
    {
        let (kind, names) = Self.barredNames[index]
        guard let one = Self.possible([Case(kind: kind, position: .destinations)]).first else { return }
        let simulator = try await Simulator.start(SimulatorBehaviour { $0.keepsRequests = false })
        let mounted = try await Mounted(one, simulator)
        let site = mounted.site
        var barred = names.map { Array($0.utf8) }
        // Not UTF-8; as long as a name may be.
        if kind != .encfs { barred.append([0xE9] + Array(".jpg".utf8)) }
        if kind == .encfs { barred.append(Array((String(repeating: "x", count: 250) + ".jpg/x.jpg").utf8)) }
        var digests: [String] = []
        for (seed, name) in barred.enumerated() {
            digests.append(try site.put(name, SampleMedia.make(.jpeg, seed: UInt64(seed), size: 3000)))
        }
        let program = try site.start()
        var good: [String] = []
        for seed in UInt64(100)..<104 {
            good.append(try site.put("photo-\(seed).jpg", seed: seed))
            let isFiled = try await until(within: 20, program) {
                try site.census().filed.sorted() == good.sorted()
            }
            let log = try program.log()
            #expect(isFiled, "\(one)\n\(log)")
        }
        #expect(try await until(program) { try program.log().contains("cannot hold its name") })
        #expect(await program.stop().exitCode == 0)
        var log = try program.log()
        #expect(!log.contains("cannot file"), "\(one)\n\(log)")
        // A later run finds them decided.
        let second = try site.start()
        let last = try site.put("photo-104.jpg", seed: 104)
        good.append(last)
        #expect(try await until(second) { try site.census().filed.contains(last) })
        #expect(try await until(second) { try second.log().contains("cannot hold its name") })
        #expect(await second.stop().exitCode == 0)
        log += try second.log()
        #expect(!log.contains("cannot file"), "\(one)\n\(log)")
        let census = try site.census()
        #expect(
            census.filed.sorted() == good.sorted() && census.waiting.sorted() == digests.sorted(),
            "\(one)\n\(log)")
        for digest in digests { #expect(simulator.uploads(of: digest) == 1, "\(one)\n\(log)") }
        await simulator.stop()
    }

    @Test func `who makes a folder by the name of a trial stops no destination`() async throws {
        guard let one = Self.possible([Case(kind: .bindfs, position: .both)]).first else { return }
        let simulator = try await SharedSimulator.simulator
        let mounted = try await Mounted(one, simulator)
        let site = mounted.site
        let inbox = WorkName.tag(ofInbox: site.root + "/inbox")
        for role in ["ai", "human", "failed"] {
            let trial = "\(site.root)/inbox/.bitmind-watch-trial-\(role)-\(inbox)"
            #expect(mkdir(trial, 0o755) == 0)
        }
        let program = try site.start()
        let digest = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        let isFiled = try await until(within: 20, program) { try site.census().filed == [digest] }
        let log = try program.log()
        #expect(isFiled && !log.contains("cannot file"), "\(log)")
        #expect(await program.stop().exitCode == 0)
    }

    /// Kinds where a move takes two calls, so that a kill can come between them.
    private static let killed: [Case] = [
        Case(kind: .sshfs, position: .both), Case(kind: .sshfs, position: .inbox),
        Case(kind: .mergerfsPathHash, position: .both), Case(kind: .encfsParanoia, position: .both),
        Case(kind: .exfat, position: .destinations),
    ]

    @Test func `killed at any call on such a file system, it files each file once`() async throws {
        let simulator = try await SharedSimulator.simulator
        let cases = Self.possible(Self.killed)
        try await forEach(runsLongTests ? cases : Array(cases.prefix(3)), width: 2) { one in
            let points = selection(of: Array(1...40), quick: 3, seed: one.description)
            for point in points { try await Self.expectFiledOnce(one, killedAt: point, simulator) }
        }
    }

    private static func expectFiledOnce(_ one: Case, killedAt point: Int, _ simulator: Simulator) async throws
    {
        let mounted = try await Mounted(one, simulator)
        let site = mounted.site
        let digest = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        let first = try site.start(CallStrike(number: point))
        if try await site.untilFiled(first), first.hasEnded == nil { first.send(SIGTERM) }
        let end = await first.wait()
        let place: Comment = "\(one), killed at call \(point): \(end.calls.last?.description ?? "none")"
        let second = try site.start()
        #expect(try await site.untilFiled(second), place)
        try await Task.sleep(for: .milliseconds(700))
        let log = try second.log()
        #expect(await second.stop().exitCode == 0, place)
        let census = try mounted.census()
        #expect(census.filed == [digest] && census.waiting == [], "\(place): \(census)\n\(log)")
        #expect(census.violations == [] && census.orphans == [] && census.leftovers == [], "\(place)\n\(log)")
        #expect(simulator.uploads(of: digest) <= 2, place)
    }
}

extension ProgramSite {
    /// What `bitmind-watch check` says of it.
    fileprivate func check() async throws -> (holds: Bool, output: String) {
        let output = try DisasterScratch(named: "bitmind-check")
        let line =
            "BITMIND_CLIENT_ID=test BITMIND_CLIENT_SECRET=test "
            + "\(BuiltPrograms.folder)bitmind-watch check --config \(configuration) > \(output.path)/text 2>&1"
        let end = try await Subprocess.run(
            .name("sh"), arguments: ["-c", line], input: .none, output: .discarded, error: .discarded)
        let text = try DirectoryHandle.open(path: output.path).openFile(Array("text".utf8))
        return (
            end.terminationStatus.isSuccess,
            String(decoding: try text.bytes(at: 0, count: 65_536), as: UTF8.self)
        )
    }

    /// Writes a new file of the inbox in place.
    fileprivate func write(_ name: String, _ bytes: [UInt8]) throws(SystemCallError) {
        try DirectoryHandle.open(path: root + "/inbox").createFile(Array(name.utf8), mode: 0o644).write(bytes)
    }
}
