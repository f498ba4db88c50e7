import BitMindSimulator
import Glibc
import LinuxSystem
import TestSupport
import Testing

/// Names that the file system does not take, while a file is being filed.
@Suite(.enabled(if: isRoot, "only root may look into the program while it runs"))
struct NameTests {
    /// What stops the filing once the sidecar is published.
    @Test(arguments: [CallStrike.Blow.kill, .error(EIO)])
    func `a name that is too long for the destination is filed though it was interrupted`(
        blow: CallStrike.Blow
    ) async throws {
        let site = try ProgramSite(.copy, simulator: try await SharedSimulator.simulator)
        let name = String(repeating: "long ", count: 40) + ".jpg"
        let digest = try site.put(name, seed: .random(in: 0...UInt64.max))
        let interruptions = Counter()
        let interrupted = try site.start(
            CallStrike(scope: .all) { _, call in
                if let error = Self.shortNames(call) { return error }
                guard call.call == .renameat2, call.place.hasSuffix(".media"), interruptions.count == 0 else {
                    return nil
                }
                interruptions.add()
                return blow
            })
        var program = interrupted
        if blow == .kill {
            #expect(await interrupted.wait().wasKilled)
            program = try site.start(CallStrike(scope: .all) { _, call in Self.shortNames(call) })
        }
        let isFiled = try await site.untilFiled(program, within: 30)
        let log = try program.log()
        #expect(isFiled && interruptions.count == 1, "\(log)")
        #expect(await program.stop().exitCode == 0)
        let census = try site.census()
        #expect(census.filed == [digest] && census.all == [digest])
        #expect(census.violations == [] && census.orphans == [] && census.leftovers == [])
    }

    /// A destination's file system whose names have 143 bytes at most, as eCryptfs has.
    private static func shortNames(_ call: TracedCall) -> CallStrike.Blow? {
        let isTooLong = [call.place, call.target].contains { path in
            path.hasPrefix("/dev/shm/") && path.split(separator: "/").contains { $0.utf8.count > 143 }
        }
        return isTooLong ? .error(ENAMETOOLONG) : nil
    }
}
