import BitMindAPI
import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import Synchronization
import TestSupport
import Testing

/// Files that can go neither forth nor back for a while.
@Suite(.needsRoot("to trace the program"))
struct StuckFilingTests {
    /// Nothing that was claimed for a folder, or for any, gets out of the working folder again.
    private static func strikingMoves(
        of folder: String = "", while isBroken: @escaping @Sendable () -> Bool
    ) -> CallStrike {
        CallStrike { _, call in
            let moves = call.call == .renameat2 && call.place.hasSuffix(".media")
            return moves && call.place.contains("\(folder)/.bitmind-watch/") && isBroken() ? .error(EIO) : nil
        }
    }

    /// Waits until all files put there are filed, and nothing else is left, and ends the program.
    /// - Returns: its output.
    @discardableResult
    private static func end(
        of program: Program, at site: ProgramSite, withFiled digests: [String]
    ) async throws -> String {
        let isFiled = try await site.untilFiled(program)
        let end = await program.stop()
        let log = try program.log()
        #expect(isFiled && end.exitCode == 0, "\(log)")
        let census = try site.census()
        #expect(census.filed.sorted() == digests.sorted() && census.all == census.filed.sorted())
        #expect(census.violations == [] && census.orphans == [] && census.leftovers == [])
        return log
    }

    @Test func `a file that is stuck half-way is filed in the same run, though another has its name by then`()
        async throws
    {
        let site = try ProgramSite(simulator: try await SharedSimulator.simulator)
        let first = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        let isBroken = Atomic(true)
        let program = try site.start(Self.strikingMoves { isBroken.load(ordering: .relaxed) })
        #expect(try await until(program) { try program.log().contains("cannot file ") })
        #expect(try site.census().working == [first])
        let second = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        let simulator = try await SharedSimulator.simulator
        #expect(try await until(program) { simulator.verdicts(of: second) == 1 })

        isBroken.store(false, ordering: .relaxed)
        try await Self.end(of: program, at: site, withFiled: [first, second])
    }

    /// Of a file whose folder has gone, no event comes any more.
    @Test func `a file that is stuck half-way is filed in the same run, though its folder has gone by then`()
        async throws
    {
        let site = try ProgramSite(simulator: try await SharedSimulator.simulator)
        let digest = try site.put("desk/photo.jpg", seed: .random(in: 0...UInt64.max))
        let isBroken = Atomic(true)
        let program = try site.start(
            Self.strikingMoves(of: ProgramSite.verdict(digest)) { isBroken.load(ordering: .relaxed) })
        #expect(try await until(program) { try program.log().contains("cannot file ") })
        #expect(try site.census().working == [digest])
        #expect(rmdir(site.root + "/inbox/desk") == 0)
        // Filed after the event of the folder's removal, because events arrive in order.
        let last = try site.put(Array("notes.txt".utf8), Array("no media".utf8))
        #expect(try await until(program) { try site.census().filed == [last] })

        isBroken.store(false, ordering: .relaxed)
        let log = try await Self.end(of: program, at: site, withFiled: [digest, last])
        #expect(log.ranges(of: "cannot file ").count == 1, "\(log)")
    }

    @Test func `a file that alone is stuck half-way holds up no other, and is told once`() async throws {
        let site = try ProgramSite(simulator: try await SharedSimulator.simulator)
        let first = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        let isBroken = Atomic(true)
        let stuck = Mutex("")
        let program = try site.start(
            CallStrike { _, call in
                guard call.call == .renameat2, call.place.hasSuffix(".media"),
                    isBroken.load(ordering: .relaxed)
                else { return nil }
                return stuck.withLock { stuck in
                    if stuck.isEmpty { stuck = call.place }
                    return stuck == call.place ? .error(EIO) : nil
                }
            })
        #expect(try await until(program) { try program.log().contains("cannot file ") })
        var expected = [first]
        for number in 0..<20 {
            expected.append(try site.put("other \(number).jpg", seed: .random(in: 0...UInt64.max)))
            let hasOthers = try await until(program) {
                try site.census().filed.sorted() == expected.dropFirst().sorted()
            }
            try #require(hasOthers)
        }
        isBroken.store(false, ordering: .relaxed)
        let log = try await Self.end(of: program, at: site, withFiled: expected)
        #expect(log.ranges(of: "cannot file ").count == 1, "\(log)")
    }

    /// The working folder has the file itself, so the file that has its name does not matter.
    @Test(arguments: [true, false])
    func `a file that is stuck half-way is filed, though what has its name by then can't be read`(
        folderGoes: Bool
    ) async throws {
        let site = try ProgramSite(simulator: try await SharedSimulator.simulator)
        let first = try site.put("desk/photo.jpg", seed: .random(in: 0...UInt64.max))
        let isBroken = Atomic(true)
        let isUnreadable = Atomic(false)
        let program = try site.start(
            CallStrike(scope: .all) { _, call in
                if call.call == .renameat2, call.place.hasSuffix(".media"),
                    call.place.contains("\(ProgramSite.verdict(first))/.bitmind-watch/")
                {
                    return isBroken.load(ordering: .relaxed) ? .error(EIO) : nil
                }
                let isOpening = call.call == .openat && call.place.hasSuffix("/inbox/desk/photo.jpg")
                return isOpening && isUnreadable.load(ordering: .relaxed) ? .error(EACCES) : nil
            })
        #expect(try await until(program) { try program.log().contains("cannot file ") })
        var files = [first]
        if folderGoes {
            #expect(rmdir(site.root + "/inbox/desk") == 0)
            files.append(try site.put(Array("notes.txt".utf8), Array("no media".utf8)))
            #expect(try await until(program) { try site.census().filed == [files[1]] })
        }
        isUnreadable.store(true, ordering: .relaxed)
        files.append(try site.put("desk/photo.jpg", seed: .random(in: 0...UInt64.max)))
        #expect(try await until(program) { try program.log().contains("cannot read desk/photo.jpg: ") })
        isBroken.store(false, ordering: .relaxed)
        _ = try await until(within: 5, program) {
            try site.census().filed.contains(first) || program.log().contains("cannot move ")
        }
        isUnreadable.store(false, ordering: .relaxed)
        #expect(chmod(site.root + "/inbox/desk/photo.jpg", 0o600) == 0)
        try await Self.end(of: program, at: site, withFiled: files)
    }

    /// By a bad sector, or a missing permission: no other file is affected.
    @Test func `a claimed file that can't be read holds up no other, in this run and the next`() async throws
    {
        let site = try ProgramSite(simulator: try await SharedSimulator.simulator)
        let first = try site.put("first.jpg", seed: .random(in: 0...UInt64.max))
        let isBroken = Atomic(true)
        var program = try site.start(Self.strikingMoves { isBroken.load(ordering: .relaxed) })
        #expect(try await until(program) { try program.log().contains("cannot file ") })
        #expect(try site.census().working == [first])
        #expect(await program.stop().exitCode == 0)

        let work = try DirectoryHandle.open(path: "\(site.root)/\(ProgramSite.verdict(first))/.bitmind-watch")
        let names = try work.entries().next(100).map { String(decoding: $0.name, as: UTF8.self) }
        let claimed = try #require(names.first { $0.hasSuffix(".media") })
        program = try site.start(
            CallStrike(scope: .all) { _, call in
                let isRead = [.openat, .pread64].contains(call.call) && call.place.hasSuffix(claimed)
                return isRead && isBroken.load(ordering: .relaxed) ? .error(EIO) : nil
            })
        var others: [String] = []
        while others.count < 3 {
            let seed = UInt64.random(in: 0...UInt64.max)
            let digest = sha256(SampleMedia.make(.jpeg, seed: seed))
            guard ProgramSite.verdict(digest) == ProgramSite.verdict(first) else { continue }
            others.append(try site.put("other-\(others.count).jpg", seed: seed))
        }
        let areFiled = try await until(within: 20, program) {
            try Set(others).isSubset(of: site.census().filed)
        }
        let log = try program.log()
        #expect(areFiled, "\(log)")
        isBroken.store(false, ordering: .relaxed)
        try await Self.end(of: program, at: site, withFiled: [first] + others)
    }

    @Test(arguments: ["trip/photo.jpg", "trip/other.jpg", "elsewhere.jpg"])
    func `a decided file that goes and returns while its destination is gone is not sent once more`(
        returning: String
    ) async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let digest = try site.put("trip/photo.jpg", seed: .random(in: 0...UInt64.max))
        let destination = "\(site.root)/\(ProgramSite.verdict(digest))"
        let root = try DirectoryHandle.open(path: destination)
        try root.createFile(Array("trip".utf8), mode: 0o644).write([])
        let program = try site.start()
        #expect(try await until(program) { try program.log().contains("cannot file trip/photo.jpg to") })
        let name = site.root + "/inbox/trip/photo.jpg"
        #expect(rename(destination, destination + ".away") == 0)
        // Filed after the earlier events were handled, because events arrive in order.
        var others: [String] = []
        func putAnother() async throws {
            others.append(try site.put(Array("notes.txt".utf8), Array("no media \(others.count)".utf8)))
            #expect(try await until(program) { try site.census().filed.count == others.count })
        }
        #expect(rename(name, site.root + "/photo.jpg") == 0)
        try await putAnother()
        #expect(rename(site.root + "/photo.jpg", site.root + "/inbox/" + returning) == 0)
        try await putAnother()
        #expect(unlink(destination + ".away/trip") == 0)
        #expect(rename(destination + ".away", destination) == 0)
        try await Self.end(of: program, at: site, withFiled: others + [digest])
        #expect(simulator.verdicts(of: digest) == 1)
    }

    /// Sent again, a file that was copied before would even be filed twice.
    @Test(arguments: [ProgramSite.Kind.rename, .copy])
    func `what a crash has left goes on once its file can be read, and nothing is sent again`(
        _ kind: ProgramSite.Kind
    ) async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(kind, simulator: simulator)
        let digest = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        // Decided, and copied.
        let killed = try site.start(
            CallStrike { _, call in
                // The inbox's lock is made by a rename, too.
                let isOfFile = !call.place.contains("/inbox/.bitmind-watch")
                return isOfFile && call.call == (kind == .copy ? .linkat : .renameat2) ? .kill : nil
            })
        #expect(await killed.wait().wasKilled)
        let isUnreadable = Atomic(true)
        let program = try site.start(
            CallStrike(scope: .all) { _, call in
                let isOpening = call.call == .openat && call.place.hasSuffix("/inbox/photo.jpg")
                return isOpening && isUnreadable.load(ordering: .relaxed) ? .error(EACCES) : nil
            })
        #expect(
            try await until(program) {
                try program.log().contains("cannot move photo.jpg out of the inbox: ")
            })
        isUnreadable.store(false, ordering: .relaxed)
        #expect(chmod(site.root + "/inbox/photo.jpg", 0o600) == 0)
        try await Self.end(of: program, at: site, withFiled: [digest])
        #expect(simulator.verdicts(of: digest) == 1)
    }

    @Test
    func `a decision that could be neither written nor removed is written anew, and nothing is sent again`()
        async throws
    {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let digest = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        let isBroken = Atomic(true)
        let program = try site.start(
            CallStrike { _, call in
                let writes = [.write, .pwrite64, .unlinkat].contains(call.call)
                let isDecision = call.place.contains("/.bitmind-watch/") && call.place.hasSuffix(".json")
                return writes && isDecision && isBroken.load(ordering: .relaxed) ? .error(EIO) : nil
            })
        #expect(try await until(program) { try program.log().contains("cannot file ") })
        #expect(try site.census().leftovers != [])
        isBroken.store(false, ordering: .relaxed)
        let log = try await Self.end(of: program, at: site, withFiled: [digest])
        #expect(!log.contains("changed"), "\(log)")
        #expect(simulator.verdicts(of: digest) == 1)
    }

    /// On a file system that can't rename without replacing, as NFS, whose server may be asked twice.
    @Test(arguments: [ENOENT, EIO])
    func `a file moved by links is not lost where the second half is made, but answers an error`(
        error: Int32
    ) async throws {
        let site = try ProgramSite(simulator: try await SharedSimulator.simulator)
        let digest = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        let program = try site.start(
            CallStrike { _, call in
                if call.call == .renameat2 { return .error(EINVAL) }
                guard call.call == .unlinkat, call.place.hasSuffix("/inbox/photo.jpg") else { return nil }
                return unlink(call.place) == 0 ? .error(error) : nil
            })
        let isFiled = try await until(within: 20, program, { try site.census().filed == [digest] })
        let end = await program.stop()
        #expect(isFiled && end.wasStruck && end.exitCode == 0)
        let census = try site.census()
        #expect(census.all == [digest] && census.violations == [] && census.leftovers == [])
    }
}
