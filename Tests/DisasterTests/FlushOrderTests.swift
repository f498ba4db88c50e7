import BitMindSimulator
import Glibc
import LinuxSystem
import TestSupport
import Testing

/// The order of changes and flushes. It decides what a power cut leaves if the file system keeps no order of
/// its own.
@Suite(.needsRoot("to trace the program"))
struct FlushOrderTests {
    @Test func `a folder that is made is durable before a file moves into it`() async throws {
        let site = try ProgramSite(.first, simulator: try await SharedSimulator.simulator)
        try site.put("a/b/photo.jpg", seed: .random(in: 0...UInt64.max))
        let program = try site.start(CallStrike())
        #expect(try await site.untilFiled(program))
        let calls = await program.stop().calls
        let made = calls.indices.filter { calls[$0].call == .mkdirat }
        // Three destinations with a working folder each, the file's own folders in one of them, and the folder by
        // which the inbox is locked.
        #expect(made.count == 9)
        for index in made {
            let before = calls[index...].prefix { $0.call != .renameat2 }
            #expect(before.contains { $0.call == .fsync && $0.place == Self.parent(of: calls[index].place) })
        }
    }

    @Test(arguments: [ProgramSite.Kind.rename, .copy])
    func `media that goes back is durable in the inbox before its decision goes`(
        _ kind: ProgramSite.Kind
    ) async throws {
        let site = try ProgramSite(kind, simulator: try await SharedSimulator.simulator)
        try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        let killed = try site.start(
            CallStrike { _, call in call.place.hasSuffix(".media") && call.call == .renameat2 ? .kill : nil })
        #expect(await killed.wait().wasKilled)
        let media = try #require(try site.census().leftovers.first { $0.hasSuffix(".media") })
        try overwrite(media, with: Array("written through an open descriptor".utf8))

        let program = try site.start(CallStrike())
        #expect(try await site.untilFiled(program))
        let calls = await program.stop().calls
        let back = try #require(calls.firstIndex { $0.place == media })
        let decision = media.replacing(".media", with: ".json")
        let forgotten = try #require(calls.firstIndex { $0.call == .unlinkat && $0.place == decision })
        try #require(back < forgotten)
        let flushed = calls[back..<forgotten].filter { $0.call == .fsync }.map(\.place)
        // The new place before the old one; a copy has only the one.
        let folders = kind == .copy ? [] : [site.root + "/inbox"]
        #expect(flushed == folders + [Self.parent(of: media)])
    }

    private static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}
