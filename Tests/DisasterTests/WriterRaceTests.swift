import BitMindAPI
import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import TestSupport
import Testing

/// The program that put a file in continues to write while the service handles it.
@Suite(.serialized) struct WriterRaceTests {
    enum Act: String, CaseIterable, Sendable {
        case rewritten, replaced, truncated, removed, renamed, permissionsTaken
    }

    enum Moment: String, CaseIterable, Sendable {
        case beforeUpload, duringUpload, betweenVerdictAndFiling
    }

    static let cases = Act.allCases.flatMap { act in Moment.allCases.map { (act, $0) } }

    @Test(arguments: cases)
    func `what a writer does to a file ends with each file filed under its own verdict`(
        _ act: Act, _ moment: Moment
    ) async throws {
        // Long enough for the act to come in time on a machine that is busy.
        let latency = moment == .duringUpload ? 4000 : 0
        try await Simulator.with(SimulatorBehaviour { $0.latency = .milliseconds(latency) }) { simulator in
            let site = try ProgramSite(simulator: simulator, watch: "settle_max = \"4s\"")
            let judged = try site.put("clip/photo.jpg", seed: 1)
            if moment == .betweenVerdictAndFiling { try site.takeWorkFoldersAway() }
            // A file that a process has open for writing is not taken, even on a busy machine.
            let path = site.root + "/inbox/clip/photo.jpg"
            let writer = moment == .beforeUpload ? open(path, O_WRONLY | O_CLOEXEC) : -1
            let program = try site.start()
            try await reach(moment, program, simulator, judged)

            let expected = try perform(act, at: site, judged)
            if writer >= 0 { close(writer) }
            if moment == .betweenVerdictAndFiling { try site.bringWorkFoldersBack() }
            let isFiled = try await site.untilFiled(program)
            let log = try program.log()
            #expect(isFiled, "\(log)")
            #expect(await program.stop().exitCode == 0)
            let census = try site.census()
            #expect(census.all == expected && census.filed == expected, "\(log)")
            #expect(census.violations == [] && census.orphans == [] && census.leftovers == [], "\(log)")
        }
    }

    private func reach(
        _ moment: Moment, _ program: Program, _ simulator: Simulator, _ digest: String
    ) async throws {
        let isReached = try await until(program) {
            switch moment {
            case .beforeUpload: try program.log().contains(" ready: ")
            case .duringUpload: simulator.uploads(of: digest) > 0
            case .betweenVerdictAndFiling: simulator.verdicts(of: digest) > 0
            }
        }
        #expect(isReached)
    }

    /// - Returns: the digests that are to be filed.
    private func perform(_ act: Act, at site: ProgramSite, _ judged: String) throws -> [String] {
        let path = site.root + "/inbox/clip/photo.jpg"
        let old = SampleMedia.make(.jpeg, seed: 1, size: 3000)
        let new = SampleMedia.make(.jpeg, seed: 2, size: 3000)
        switch act {
        case .rewritten:
            try overwrite(path, with: new, truncating: false)
            return [sha256(new)]
        case .replaced:
            let staged = site.root + "/replacement"
            try DirectoryHandle.open(path: site.root).createFile(Array("replacement".utf8), mode: 0o644)
                .write(new)
            try #require(rename(staged, path) == 0)
            return [sha256(new)]
        case .truncated:
            try #require(truncate(path, 1500) == 0)
            return [sha256(Array(old.prefix(1500)))]
        case .removed:
            try #require(unlink(path) == 0)
            return []
        case .renamed:
            try #require(rename(path, site.root + "/inbox/moved.jpg") == 0)
            return [judged]
        case .permissionsTaken:
            chmod(path, 0)
            chmod(path, 0o644)
            return [judged]
        }
    }
}

extension ProgramSite {
    /// Takes the destinations' working folders away: nothing can be filed without them.
    fileprivate func takeWorkFoldersAway() throws {
        for path in folders.destinations.map(\.path) {
            try #require(rename("\(path)/.bitmind-watch", "\(path)/away") == 0)
            // A file of that name keeps a new one from being made.
            _ = try DirectoryHandle.open(path: path).createFile(Array(".bitmind-watch".utf8), mode: 0o600)
        }
    }

    fileprivate func bringWorkFoldersBack() throws {
        for path in folders.destinations.map(\.path) {
            try #require(unlink("\(path)/.bitmind-watch") == 0)
            try #require(rename("\(path)/away", "\(path)/.bitmind-watch") == 0)
        }
    }
}
