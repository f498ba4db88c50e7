import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import TestSupport
import Testing

/// The real program, killed at every call by which it changes the file system.
@Suite(.needsRoot("to trace the program"), .serialized)
struct KillTests {
    @Test(arguments: ProgramSite.Kind.allCases)
    func `killed at any call, it loses nothing and goes on by itself`(_ kind: ProgramSite.Kind) async throws {
        let simulator = try await SharedSimulator.simulator
        let calls = try await Self.callsOfOneFiling(kind, simulator)
        // One more: the order may differ a little from run to run.
        let points = selection(of: Array(1...(calls.count + 1)), quick: 10, seed: kind.rawValue)
        let struck = Counter()
        try await forEach(points, width: 2) { point in
            try await Self.strike(point, kind, simulator, calls) ? struck.add() : ()
        }
        print("killed at \(struck.count) of \(calls.count) calls (\(kind))")
        #expect(struck.count >= points.count - 1)
    }

    /// The calls that a run makes which files one file.
    private static func callsOfOneFiling(
        _ kind: ProgramSite.Kind, _ simulator: Simulator
    ) async throws -> [TracedCall] {
        let site = try ProgramSite(kind, simulator: simulator)
        try put(kind, seed: 1, site)
        let program = try site.start(CallStrike())
        #expect(try await site.untilFiled(program))
        let end = await program.stop()
        #expect(end.exitCode == 0)
        #expect(end.calls.count >= 10)
        return end.calls
    }

    @discardableResult
    static func put(_ kind: ProgramSite.Kind, seed: UInt64, _ site: ProgramSite) throws -> String {
        switch kind {
        case .failing: try site.put(Array("note.jpg".utf8), Array("text, \(seed)".utf8))
        case .first: try site.put("a/b/photo.jpg", seed: seed)
        case .rename, .taken, .copy: try site.put("photo.jpg", seed: seed)
        }
    }

    /// - Returns: whether the strike took place.
    private static func strike(
        _ point: Int, _ kind: ProgramSite.Kind, _ simulator: Simulator, _ calls: [TracedCall]
    ) async throws -> Bool {
        let site = try ProgramSite(kind, simulator: simulator)
        let digest = try put(kind, seed: .random(in: 0...UInt64.max), site)
        let first = try site.start(CallStrike(number: point))
        if try await site.untilFiled(first), first.hasEnded == nil { first.send(SIGTERM) }
        let end = await first.wait()
        #expect(end.wasKilled == end.wasStruck)
        let place: Comment = "\(kind), killed at call \(point): \(end.calls.last?.description ?? "none")"

        let crashed = try site.census()
        #expect(crashed.violations == [], place)
        #expect(Set(crashed.all) == [digest], place)
        let uploads = simulator.uploads(of: digest)
        let wasDecided = crashed.leftovers.contains { $0.hasSuffix(".json") } && isFlushed(end.calls)

        let second = try site.start()
        #expect(try await site.untilFiled(second), place)
        let log = try second.log()
        let exit = await second.stop()
        #expect(exit.exitCode == 0, "\(place); ended with status \(exit.status)")
        let census = try site.census()
        #expect(census.filed == [digest] && census.all == [digest], "\(place)\n\(log)")
        #expect(census.violations == [] && census.orphans == [] && census.leftovers == [], place)
        #expect(simulator.uploads(of: digest) <= (wasDecided ? uploads : 2), place)
        return end.wasStruck
    }

    /// Whether the decision's folder had been flushed before the last call.
    private static func isFlushed(_ calls: [TracedCall]) -> Bool {
        calls.dropLast().contains { $0.call == .fsync && $0.place.hasSuffix("/.bitmind-watch") }
    }
}

/// All elements for the long tests; otherwise some, the same for the same seed.
func selection<Element>(of elements: [Element], quick: Int, seed: String) -> [Element] {
    guard !runsLongTests, elements.count > quick else { return elements }
    var random = SplitMix64(seed: seed.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    return Array(elements.shuffled(using: &random).prefix(quick))
}
