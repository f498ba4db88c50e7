import BitMindSimulator
import Glibc
import LinuxSystem
import TestSupport
import Testing

/// A destination that cannot be written to. The others continue, and so does it when the cause is gone.
@Suite(.needsRoot("to mount a small file system"), .serialized)
struct DestinationFaultTests {
    enum Fault: String, CaseIterable, Sendable {
        case full, readOnly, movedAway
    }

    @Test(arguments: Fault.allCases)
    func `a destination that fails stops no other, and goes on by itself`(_ fault: Fault) async throws {
        let simulator = try await SharedSimulator.simulator
        let site = try ProgramSite(simulator: simulator)
        let ai = site.root + "/ai"
        let disk = fault == .movedAway ? nil : try SmallFileSystem(megabytes: 1, at: ai)
        let program = try site.start()
        #expect(try await site.untilFiled(program))
        switch fault {
        case .full: try disk?.fill()
        case .readOnly: try disk?.setReadOnly(true)
        case .movedAway: try #require(rename(ai, ai + "-away") == 0)
        }

        let digests = try (0..<12).map {
            try site.put("photo \($0).jpg", seed: .random(in: 0...UInt64.max))
        }
        let (ofAI, ofOthers) = Self.sorted(digests)
        let othersAreFiled = try await until(program) {
            let census = try site.census()
            return Set(census.filed).isSuperset(of: ofOthers) && census.waiting.sorted() == ofAI.sorted()
        }
        let log = try program.log()
        #expect(othersAreFiled, "\(log)")
        if !ofAI.isEmpty {
            #expect(try await until(program) { try program.log().contains("cannot file to") })
        }

        switch fault {
        case .full: disk?.empty()
        case .readOnly: try disk?.setReadOnly(false)
        case .movedAway: try #require(rename(ai + "-away", ai) == 0)
        }
        let isFiled = try await site.untilFiled(program)
        let end = try program.log()
        #expect(isFiled, "\(end)")
        #expect(await program.stop().exitCode == 0)
        let census = try site.census()
        #expect(census.filed.sorted() == digests.sorted() && census.violations == [] && census.orphans == [])
        // A state is logged when it begins and when it ends, not for each file.
        #expect(end.split(separator: "cannot file to").count <= 3, "\(end)")
        for digest in digests { #expect(simulator.uploads(of: digest) == 1) }
    }

    @Test func `what a crash has left while the destination is full goes on once there is room`() async throws
    {
        let simulator = try await SharedSimulator.simulator
        let scratch = try DisasterScratch()
        let disk = try SmallFileSystem(megabytes: 1, at: try scratch.folder("disk"))
        let site = try ProgramSite(simulator: simulator, destinations: disk.path)
        let digest = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max), size: 50_000)
        // The first call after the decision is durable.
        let makesCopy = CallStrike { _, call in
            call.makesFile && call.place.hasSuffix(".part") ? .kill : nil
        }
        #expect(try await site.start(makesCopy).wait().wasKilled)
        #expect(try site.census().leftovers.count == 1)

        try disk.fill()
        let program = try site.start()
        #expect(try await until(program) { try program.log().contains("cannot file to") })
        #expect(try site.census().waiting == [digest])
        disk.empty()
        let isFiled = try await site.untilFiled(program)
        let log = try program.log()
        #expect(isFiled, "\(log)")
        #expect(await program.stop().exitCode == 0)
        let census = try site.census()
        #expect(census.filed == [digest] && census.all == [digest] && census.orphans == [], "\(log)")
        #expect(simulator.uploads(of: digest) == 1, "\(log)")
    }

    private static func sorted(_ digests: [String]) -> (ai: [String], others: [String]) {
        let ofAI = digests.filter { Simulator.verdict(forSHA256: $0).isAI }
        return (ofAI, digests.filter { !ofAI.contains($0) })
    }
}
