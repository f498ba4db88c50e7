import BitMindAPI
import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import Synchronization
import TestSupport
import Testing

/// Writers, a killer, reloads, an API that misbehaves and a disk that is full now and then, all at once.
///
/// `BITMIND_CHAOS_SECONDS` says for how long, `BITMIND_CHAOS_SEED` repeats a run's choices.
struct ChaosTests {
    private static let faults: [Fault] = [
        .status500, .status503, .closeAfterBody, .resetInBody, .cutAnswer, .notJSON, .wrongTypes,
        .batchMissing,
        .batchShuffled, .truncatedJSON,
    ]

    @Test(.needsRoot("to mount a small file system"))
    func `whatever happens at once, every file is whole, in one place, and under its own verdict`()
        async throws
    {
        let seed = Self.number("BITMIND_CHAOS_SEED").map { UInt64($0) } ?? .random(in: 0...UInt64(Int.max))
        let seconds = Self.number("BITMIND_CHAOS_SECONDS") ?? 15
        print("chaos: \(seconds) s, BITMIND_CHAOS_SEED=\(seed)")
        try await Simulator.with(SimulatorBehaviour { $0.keepsRequests = false }) { simulator in
            let scratch = try DisasterScratch()
            let disk = try SmallFileSystem(megabytes: 4 + seconds / 2, at: scratch.folder("disk"))
            let site = try ProgramSite(simulator: simulator, destinations: disk.path)
            let run = ChaosRun(site: site, simulator: simulator, disk: disk, seed: seed, faults: Self.faults)
            let program = try await run.run(for: .seconds(seconds))
            let isFiled = try await site.untilFiled(program)
            let log = try program.log()
            #expect(isFiled, "seed \(seed)\n\(log)")
            #expect(await program.stop().exitCode == 0)
            let census = try site.census()
            #expect(census.filed.sorted() == run.expected.sorted(), "seed \(seed)\n\(log)")
            #expect(census.violations == [] && census.orphans == [], "seed \(seed)\n\(log)")
            print("chaos: \(census.filed.count) files, \(run.kills) kills, \(run.reloads) reloads")
        }
    }

    private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }
}

private final class ChaosRun: Sendable {
    private struct State {
        var expected: [String] = []
        var kills = 0
        var reloads = 0
    }

    private let site: ProgramSite
    private let simulator: Simulator
    private let disk: SmallFileSystem
    private let seed: UInt64
    private let faults: [Fault]
    private let state = Mutex(State())

    init(site: ProgramSite, simulator: Simulator, disk: SmallFileSystem, seed: UInt64, faults: [Fault]) {
        self.site = site
        self.simulator = simulator
        self.disk = disk
        self.seed = seed
        self.faults = faults
    }

    var expected: [String] { state.withLock { $0.expected } }
    var kills: Int { state.withLock { $0.kills } }
    var reloads: Int { state.withLock { $0.reloads } }

    /// - Returns: the program, left running, when all trouble is over.
    func run(for time: Duration) async throws -> Program {
        let end = ContinuousClock.now + time
        async let writing: Void = write(until: end)
        async let filling: Void = fill(until: end)
        async let misbehaving: Void = misbehave(until: end)
        var random = SplitMix64(seed: seed)
        var program = try site.start()
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...600, using: &random)))
            if Int.random(in: 0..<4, using: &random) == 0 {
                // One that comes before the program heeds it ends it, as a kill would.
                try site.configure(settleMilliseconds: .random(in: 5...20, using: &random))
                program.send(SIGHUP)
                state.withLock { $0.reloads += 1 }
                if program.hasEnded == nil { continue }
            }
            program.send(SIGKILL)
            _ = await program.wait()
            state.withLock { $0.kills += 1 }
            let census = try site.census()
            #expect(census.violations == [], "seed \(seed), right after a kill")
            program = try site.start()
        }
        _ = try await (writing, filling, misbehaving)
        // A reload at the last moment may have ended it.
        return program.hasEnded == nil ? program : try site.start()
    }

    private func write(until end: ContinuousClock.Instant) async throws {
        var random = SplitMix64(seed: seed &+ 1)
        var number: UInt64 = 0
        while ContinuousClock.now < end {
            number += 1
            let name = "folder \(Int.random(in: 0...3, using: &random))/photo \(number % 7).jpg"
            let bytes = SampleMedia.make(
                .jpeg, seed: seed &+ number, size: .random(in: 3000...9000, using: &random))
            do throws(SystemCallError) {
                let digest = try site.put(Array(name.utf8), bytes)
                state.withLock { $0.expected.append(digest) }
            } catch {
                // The name waits in the inbox still.
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...120, using: &random)))
        }
    }

    private func fill(until end: ContinuousClock.Instant) async throws {
        var random = SplitMix64(seed: seed &+ 2)
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(Int.random(in: 500...2000, using: &random)))
            try disk.fill()
            try await Task.sleep(for: .milliseconds(Int.random(in: 200...1500, using: &random)))
            disk.empty()
        }
    }

    private func misbehave(until end: ContinuousClock.Instant) async throws {
        var random = SplitMix64(seed: seed &+ 3)
        while ContinuousClock.now < end {
            let fault = faults.randomElement(using: &random)
            simulator.behave { behaviour in
                behaviour.faults = fault.map { [FaultRule($0, .rate(0.5))] } ?? []
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 100...800, using: &random)))
        }
        simulator.behave { $0.faults = [] }
    }
}
