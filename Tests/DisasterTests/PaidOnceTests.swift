import BitMindAPI
import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import TestSupport
import Testing

/// What programs do to files that are whole, and what owners do to files that are being filed.
@Suite(.serialized) struct PaidOnceTests {
    /// A change of a file during its upload that keeps its bytes.
    enum Touch: String, CaseIterable, Sendable {
        case times, openedAndClosed, rewrittenWithTheSameBytes, fileRenamed, folderRenamed, bothRenamed
        case replacedBySameBytes, permissions, movedOutAndBack
    }

    @Test(arguments: Touch.allCases)
    func `a file whose bytes stay as they are is paid for once, and filed under its present name and times`(
        _ touch: Touch
    ) async throws {
        let behaviour = SimulatorBehaviour {
            $0.latency = .seconds(3)
            $0.keepsRequests = false
        }
        try await Simulator.with(behaviour) { simulator in
            let site = try ProgramSite(simulator: simulator, settle: "200ms")
            let program = try site.start()
            #expect(try await until(program) { try program.log().contains(" ready: ") })
            var digests: [String] = []
            for seed in UInt64(1)...6 { digests.append(try site.put("trip/photo-\(seed).jpg", seed: seed)) }
            #expect(try await until(program) { digests.allSatisfy { simulator.uploads(of: $0) == 1 } })
            for seed in UInt64(1)...6 { try touch.happen(to: "photo-\(seed).jpg", seed, at: site) }
            if touch == .folderRenamed || touch == .bothRenamed {
                #expect(rename("\(site.root)/inbox/trip", "\(site.root)/inbox/tour") == 0)
            }
            #expect(try await site.untilFiled(program))
            let log = try program.log()
            #expect(await program.stop().exitCode == 0)
            let census = try site.census()
            #expect(census.filed.sorted() == digests.sorted(), "\(log)")
            #expect(census.violations == [] && census.orphans == [] && census.leftovers == [], "\(log)")
            for digest in digests { #expect(simulator.uploads(of: digest) == 1, "\(log)") }
            for (index, digest) in digests.enumerated() {
                let name = touch.path(of: "photo-\(index + 1).jpg")
                let path = "\(site.root)/\(ProgramSite.verdict(digest))/\(name)"
                #expect(access(path, F_OK) == 0, "\(path) is not there\n\(log)")
                if touch == .times { #expect(try modified(path) == Touch.time, "\(path)") }
            }
        }
    }

    private func modified(_ path: String) throws -> Int {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mtim.tv_sec
    }

    /// How often an owner tries to get other bytes in; each at another moment.
    private static let tries = runsLongTests ? 300 : 60

    @Test func `bytes that are changed through a second name before they are published are not filed`()
        async throws
    {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator, settle: "1ms")
        let program = try site.start()
        #expect(try await until(program) { try program.log().contains(" ready: ") })
        let written = Counter()
        try await forEach(Array(0..<Self.tries), width: 4) { number in
            if try await Self.race(number, site) { written.add() }
        }
        #expect(try await site.untilFiled(program, within: 120))
        let log = try program.log()
        #expect(await program.stop().exitCode == 0)
        // Everything in the sidecar about the bytes is true, because no program wrote to a published file.
        let census = try site.census()
        #expect(census.violations == [] && census.waiting == [] && census.leftovers == [], "\(log)")
        print("\(written.count) of \(Self.tries) files were written to before they were published")
    }

    /// - Returns: whether the owner got other bytes in before the file was published.
    private static func race(_ number: Int, _ site: ProgramSite) async throws -> Bool {
        let name = "photo-\(number).jpg"
        let (inside, outside) = ("\(site.root)/inbox/\(name)", "\(site.root)/mine-\(number).jpg")
        try DirectoryHandle.open(path: site.root).createFile(Array("mine-\(number).jpg".utf8), mode: 0o644)
            .write(SampleMedia.make(.jpeg, seed: UInt64(1000 + number), size: 300_000))
        try #require(link(outside, inside) == 0)
        func isPublished() -> Bool {
            ["ai", "human", "failed"].contains { access("\(site.root)/\($0)/\(name)", F_OK) == 0 }
        }
        let moment = ContinuousClock.now + .microseconds(Int.random(in: 0...60_000))
        while ContinuousClock.now < moment, !isPublished() { await Task.yield() }
        let descriptor = open(outside, O_WRONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        // It is open for writing: from here on it is not to be published before it is closed.
        if isPublished() { return false }
        var status = stat()
        fstat(descriptor, &status)
        let other: [UInt8] = [7, 7, 7, UInt8(number % 251)]
        pwrite(descriptor, other, other.count, 1000)
        // As if nothing had been.
        let times = [status.st_atim, status.st_mtim]
        futimens(descriptor, times)
        return true
    }

    @Test func `a sparse file of 4 TiB stops nobody's filing, nor the service's end`() async throws {
        let simulator = try await SharedSimulator.simulator
        for kind in [ProgramSite.Kind.rename, .copy] {
            let site = try ProgramSite(kind, simulator: simulator)
            let program = try site.start()
            for number in 0..<4 {
                let staged = site.root + "/staged-\(number)"
                try DirectoryHandle.open(path: site.root).createFile(
                    Array("staged-\(number)".utf8), mode: 0o644
                )
                .write(SampleMedia.make(.jpeg, seed: 9, size: 4000))
                try #require(truncate(staged, 4 << 40) == 0)
                try #require(rename(staged, "\(site.root)/inbox/huge-\(number).jpg") == 0)
            }
            try site.put(Array("note.jpg".utf8), Array("no picture".utf8))
            let failed = site.folders.destinations[2].path
            let names = ["note.jpg", "huge-0.jpg", "huge-3.jpg", "huge-3.jpg.json"]
            let areFiled = try await until(within: 30, program) {
                names.allSatisfy { access("\(failed)/\($0)", F_OK) == 0 }
            }
            let log = try program.log()
            #expect(areFiled, "\(log)")
            let began = ContinuousClock.now
            #expect(await program.stop().exitCode == 0)
            #expect(ContinuousClock.now - began < .seconds(10))
        }
    }
}

extension PaidOnceTests.Touch {
    static let time = 1_700_000_000

    /// The path of the file afterwards, below its inbox.
    func path(of name: String) -> String {
        switch self {
        case .fileRenamed: "trip/new-\(name)"
        case .folderRenamed: "tour/\(name)"
        case .bothRenamed: "tour/new-\(name)"
        default: "trip/\(name)"
        }
    }

    func happen(to name: String, _ seed: UInt64, at site: ProgramSite) throws {
        let path = "\(site.root)/inbox/trip/\(name)"
        switch self {
        case .times:
            let times = [timespec(tv_sec: Self.time, tv_nsec: 0), timespec(tv_sec: Self.time, tv_nsec: 0)]
            #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
        case .openedAndClosed: close(open(path, O_RDWR | O_CLOEXEC))
        case .rewrittenWithTheSameBytes:
            try overwrite(path, with: SampleMedia.make(.jpeg, seed: seed, size: 3000), truncating: false)
        case .fileRenamed, .bothRenamed:
            #expect(rename(path, "\(site.root)/inbox/trip/new-\(name)") == 0)
        case .folderRenamed: break
        case .replacedBySameBytes:
            try site.put("trip/\(name).tmp", seed: seed)
            #expect(rename("\(path).tmp", path) == 0)
        case .permissions: chmod(path, 0o640)
        case .movedOutAndBack:
            #expect(rename(path, "\(site.root)/out-\(name)") == 0)
            #expect(rename("\(site.root)/out-\(name)", path) == 0)
        }
    }
}
