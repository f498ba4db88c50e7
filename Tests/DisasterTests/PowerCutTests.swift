import BitMindSimulator
import Glibc
import LinuxSystem
import TestSupport
import Testing

/// The machine loses its power while files are filed. The disks then contain less than what was done.
@Suite(.needsRoot("to mount a disk"), .needsLoopDevices, .serialized)
struct PowerCutTests {
    /// Skipped, with its name in the report, if the condition does not hold. The other tests leave out what
    /// the kernel lacks.
    @Test(
        .enabled(
            if: DiskImage.Format.impossible.isEmpty,
            "needs a kernel and programs for these file systems: \(DiskImage.Format.impossible)"))
    func `power is cut on every file system that the tests know`() {
        #expect(DiskImage.Format.possible == DiskImage.Format.allCases)
    }

    @Test(arguments: DiskImage.Format.possible)
    func `a power cut at any call loses no file, and nothing that was told as filed`(
        _ format: DiskImage.Format
    ) async throws {
        try await strike(format, .moved)
    }

    @Test(arguments: DiskImage.Format.possible)
    func `a power cut at any call loses no file that is copied to another disk`(
        _ format: DiskImage.Format
    ) async throws {
        try await strike(format, .copied)
    }

    /// Their filings share flushes, of the whole file system even.
    @Test(arguments: DiskImage.Format.possible)
    func `a power cut amid many filings loses none of them`(_ format: DiskImage.Format) async throws {
        try await strike(format, .many)
    }

    /// Otherwise the sidecar would be there, and describe bytes that are not.
    @Test(arguments: DiskImage.Format.possible)
    func `a file that its owner had not flushed is whole once it is told as filed`(
        _ format: DiskImage.Format
    ) async throws {
        let site = try await PoweredSite(format, .unflushed, try await SharedSimulator.simulator)
        _ = try await site.cutPower(at: .max)
    }

    private func strike(_ format: DiskImage.Format, _ files: PoweredSite.Files) async throws {
        let simulator = try await SharedSimulator.simulator
        let calls = try await PoweredSite(format, files, simulator).cutPower(at: .max).calls.count
        let all = Array(1...calls)
        let points = selection(
            of: files == .many ? all.filter { $0 % 10 == 0 } : all, quick: 5, seed: "\(format)")
        let struck = Counter()
        for point in points {
            let site = try await PoweredSite(format, files, simulator)
            if try await site.cutPower(at: point).wasStruck { struck.add() }
        }
        print("power cut at \(struck.count) of \(calls) calls (\(files), \(format))")
        // How many calls there are differs a little from run to run.
        #expect(struck.count >= points.count * 9 / 10)
    }
}

/// A site whose inbox and destinations are on disks that can lose their power, with waiting files.
private struct PoweredSite {
    enum Files {
        case moved
        /// To destinations that have a disk of their own.
        case copied
        /// Those who put the files there haven't made sure that they are durable.
        case unflushed
        case many
    }

    private let disks: [DiskImage]
    private let site: ProgramSite
    private let simulator: Simulator
    private var digests: [String: String] = [:]

    init(_ format: DiskImage.Format, _ files: Files, _ simulator: Simulator) async throws {
        let disk = try await DiskImage(format)
        disks = files == .copied ? [disk, try await DiskImage(format)] : [disk]
        self.simulator = simulator
        site = try ProgramSite(
            .first, simulator: simulator, scratch: disk.scratch,
            destinations: files == .copied ? disks[1].scratch.path : nil)
        // Otherwise the configuration would be lost with the files put there.
        try disk.flush()
        for number in 1...(files == .many ? 40 : 2) {
            let name = number.isMultiple(of: 2) ? "trip/\(number).jpg" : "\(number).jpg"
            digests[name] = try site.put(name, seed: .random(in: 0...UInt64.max))
        }
        digests["text.jpg"] = try site.put(Array("text.jpg".utf8), Array("text, \(digests)".utf8))
        if files != .unflushed { try disk.flush() }
    }

    /// Cuts the power at the call of that number, or once all files are logged as filed, and examines the
    /// disks. Then a second run continues.
    func cutPower(at point: Int) async throws -> ProgramEnd {
        let first = try site.start(CallStrike(number: point))
        _ = try await until(first) { filedNames(in: try first.log()).count == digests.count }
        first.send(SIGKILL)
        let end = await first.wait()
        let place: Comment = "at call \(point): \(end.calls.last?.description ?? "none")"
        let told = filedNames(in: try first.log())
        #expect(end.wasStruck || told.count == digests.count, place)
        for disk in disks { try await disk.losePower() }

        let crashed = try site.census()
        #expect(crashed.violations == [], place)
        #expect(Set(crashed.all) == Set(digests.values), place)
        #expect(Set(crashed.filed).isSuperset(of: told.compactMap { digests[$0] }), place)
        let second = try site.start()
        let isFiled = try await site.untilFiled(second)
        let log = try second.log()
        #expect(isFiled, "\(place)\n\(log)")
        #expect(await second.stop().exitCode == 0, place)
        let census = try site.census()
        #expect(
            census.filed.sorted() == digests.values.sorted() && census.all == census.filed.sorted(), place)
        #expect(census.violations == [] && census.orphans == [] && census.leftovers == [], place)
        for digest in digests.values { #expect(simulator.uploads(of: digest) <= 2, place) }
        return end
    }

    /// The files that a journal reports as filed.
    private func filedNames(in log: String) -> [String] {
        digests.keys.filter { name in
            log.split(separator: "\n").contains { line in
                [" ai ", " human ", " failed "].contains(where: line.contains) && line.contains(" \(name)")
            }
        }
    }
}
