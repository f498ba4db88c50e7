import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

/// With any content of `.bitmind-watch`, a start neither traps nor loses a byte of media.
@Suite(.holds(descriptors: 12)) struct LeftoverFuzzTests {
    /// Content that was once read wrongly, or looks likely to be.
    static let corpus: [String] = [
        "", "\n", "{}\n", "null\n", "[]\n", "{\"schema\":\"bitmind-watch/sidecar/v1\"}\n",
        "{\"media\":{\"path\":\"../../etc/passwd\"}}\n", String(repeating: "[", count: 100_000) + "\n",
        "\u{FEFF}{}\n", "{\"verdict\":\"ai\",\"verdict\":\"human\"}\n",
    ]

    @Test func `a mutated leftover loses nothing`() async throws {
        for round in FuzzRounds(usual: 60) { try await leaveMutated(round) }
    }

    private func leaveMutated(_ round: FuzzRounds.Round) async throws {
        var chance = round.random
        let site = try FilingSite(round.number.isMultiple(of: 3) ? .copy : .rename)
        let digest = try site.put("photo.jpg", seed: round.seed)
        let steps = FilingSite.steps(of: site.kind)
        let stopped = try await site.file("photo.jpg", stoppingBefore: .random(in: 1...steps, using: &chance))
        let destination = try site.destination(of: digest)
        let work = try destination.openFolder(Destination.workFolder)
        let decisions = try work.allEntries().map(\.name).filter { $0.suffix(5) == Array(".json".utf8)[...] }
        for name in decisions {
            let bytes = try work.openFile(name).bytes(at: 0, count: 1 << 20)
            try work.removeIfThere(name)
            var mutated = bytes
            Mutation.mutate(
                &mutated, blows: .random(in: 1...4, using: &chance), pieces: Self.pieces, using: &chance)
            try work.createFile(name, mode: 0o644).write(mutated)
        }
        let before = try site.census()
        _ = try site.recover()
        _ = try site.recover()
        let after = try site.census()
        // A copy that was under way may be dropped: its source is still whole.
        #expect(Set(after.all) == Set(before.all), "\(round)")
        #expect(after.all.contains(digest), "\(round)")
        await stopped.release()
    }

    @Test func `what the corpus holds is dropped or left, and traps nobody`() async throws {
        let site = try FilingSite(.rename)
        let digest = try site.put("photo.jpg", seed: 1)
        let stopped = try await site.file("photo.jpg", stoppingBefore: 1)
        let work = try site.destination(of: digest).openFolder(Destination.workFolder)
        let name = try #require(try work.allEntries().map(\.name).first { $0.last == UInt8(ascii: "n") })
        for text in Self.corpus {
            try work.removeIfThere(name)
            try work.createFile(name, mode: 0o644).write(Array(text.utf8))
            let recovered = try site.recover()
            #expect(recovered.map(\.end) == [.gone], "\(text.prefix(40))")
            #expect(try site.census().waiting == [digest])
        }
        await stopped.release()
    }

    private static let pieces = [
        "\"verdict\":\"human\"", "\"path\":\"../x\"", "{", "}", ",", "\n", "null", "\"size\":-1",
    ].map { Array($0.utf8) }
}
