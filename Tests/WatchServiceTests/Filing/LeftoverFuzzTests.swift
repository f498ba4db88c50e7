import LinuxSystem
import SampleMedia
import TestSupport
import Testing
import WatchCore
import WatchService

/// Whatever lies in `.bitmind-watch`, a start neither traps nor loses a byte of media.
@Suite(.holds(descriptors: 12)) struct LeftoverFuzzTests {
    /// What has once been found to be read wrongly, or looks as if it could be.
    static let corpus: [String] = [
        "", "\n", "{}\n", "null\n", "[]\n", "{\"schema\":\"bitmind-watch/sidecar/v1\"}\n",
        "{\"media\":{\"path\":\"../../etc/passwd\"}}\n", String(repeating: "[", count: 100_000) + "\n",
        "\u{FEFF}{}\n", "{\"verdict\":\"ai\",\"verdict\":\"human\"}\n",
    ]

    @Test(arguments: 0..<60)
    func `a mutated leftover loses nothing`(seed: Int) async throws {
        var chance = SplitMix64(seed: UInt64(seed))
        let site = try FilingSite(seed.isMultiple(of: 3) ? .copy : .rename)
        let digest = try site.put("photo.jpg", seed: UInt64(seed))
        let steps = FilingSite.steps(of: site.kind)
        let stopped = try await site.file("photo.jpg", stoppingBefore: .random(in: 1...steps, using: &chance))
        let destination = try site.destination(of: digest)
        let work = try destination.openFolder(Destination.workFolder)
        let decisions = try work.allEntries().map(\.name).filter { $0.suffix(5) == Array(".json".utf8)[...] }
        for name in decisions {
            let bytes = try work.openFile(name).bytes(at: 0, count: 1 << 20)
            try work.removeIfThere(name)
            try work.createFile(name, mode: 0o644).write(Self.mutated(bytes, using: &chance))
        }
        let before = try site.census()
        _ = try site.recover()
        _ = try site.recover()
        let after = try site.census()
        // A copy that was under way may be dropped: its source is still whole.
        #expect(Set(after.all) == Set(before.all), "seed \(seed)")
        #expect(after.all.contains(digest), "seed \(seed)")
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
            #expect(recovered.map(\.end) == [.dropped], "\(text.prefix(40))")
            #expect(try site.census().waiting == [digest])
        }
        await stopped.release()
    }

    private static func mutated(_ bytes: [UInt8], using chance: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &chance) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &chance)
            switch Int.random(in: 0..<4, using: &chance) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &chance)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
            default: bytes.removeLast(bytes.count - place)
            }
        }
        return bytes
    }
}
