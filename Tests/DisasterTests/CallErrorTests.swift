import BitMindSimulator
import Glibc
import TestSupport
import Testing

/// The real program, each of whose calls on its folders fails once, with each error that it can give.
@Suite(.needsRoot("to trace the program"))
struct CallErrorTests {
    struct Point: Sendable {
        let number: Int
        let error: Int32
        let call: TracedCall
    }

    @Test(arguments: [ProgramSite.Kind.rename, .copy, .failing, .first])
    func `where a call fails once, the service lives and goes on by itself`(
        _ kind: ProgramSite.Kind
    ) async throws {
        let simulator = try await SharedSimulator.simulator
        let points = try await Self.points(kind, simulator)
        let selected = selection(of: points, quick: 10, seed: "errors \(kind)")
        let struck = Counter()
        // Most of the time they wait for the next try.
        try await forEach(selected, width: 12) { point in
            if try await Self.fail(point, kind, simulator) { struck.add() }
        }
        print("failed \(struck.count) of \(points.count) calls with an error (\(kind))")
        #expect(struck.count > selected.count / 2)
    }

    private static func points(
        _ kind: ProgramSite.Kind, _ simulator: Simulator
    ) async throws -> [Point] {
        let site = try ProgramSite(kind, simulator: simulator)
        try KillTests.put(kind, seed: .random(in: 0...UInt64.max), site)
        let program = try site.start(CallStrike(scope: .all))
        #expect(try await site.untilFiled(program))
        let end = await program.stop()
        return end.calls.enumerated().flatMap { index, call in
            (call.call?.errors ?? []).map { Point(number: index + 1, error: $0, call: call) }
        }
    }

    private static func fail(
        _ point: Point, _ kind: ProgramSite.Kind, _ simulator: Simulator
    ) async throws -> Bool {
        let site = try ProgramSite(kind, simulator: simulator)
        let digest = try KillTests.put(kind, seed: .random(in: 0...UInt64.max), site)
        let program = try site.start(
            CallStrike(scope: .all, number: point.number, blow: .error(point.error)))
        // A file that cannot be read or moved is tried again after 30 s.
        let isFiled = try await site.untilFiled(program, within: 90)
        let log = try program.log()
        let end = await program.stop()
        let place: Comment = """
            \(kind), errno \(point.error) from call \(point.number): \(end.calls[safe: point.number - 1] ?? point.call)
            \(log)
            """
        #expect(isFiled, place)
        #expect(end.exitCode == 0, "\(place); ended with status \(end.status)")
        let census = try site.census()
        #expect(census.filed == [digest] && census.all == [digest], place)
        #expect(census.violations == [] && census.orphans == [] && census.leftovers == [], place)
        #expect(simulator.uploads(of: digest) <= 2, place)
        return end.wasStruck
    }
}

extension Array {
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
