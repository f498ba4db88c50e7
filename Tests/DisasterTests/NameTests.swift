import BitMindSimulator
import Glibc
import LinuxSystem
import TestSupport
import Testing

/// Names that another user takes, or that the file system refuses, while a file is being filed.
@Suite(.needsRoot("to trace the program"))
struct NameTests {
    /// The content of another user's file in a destination.
    private static let strange = Array("somebody else's".utf8)

    @Test(arguments: [false, true])
    func `a name that is taken at the last moment again and again costs nobody a file`(
        areSidecarsReplaced: Bool
    ) async throws {
        let site = try ProgramSite(simulator: try await SharedSimulator.simulator)
        let digest = try site.put("photo.jpg", seed: .random(in: 0...UInt64.max))
        let taken = Counter()
        let program = try site.start(
            CallStrike { _, call in
                guard call.call == .renameat2, call.place.hasSuffix(".media"), taken.count < 2 else {
                    return nil
                }
                taken.add()
                let media = call.target
                Self.take(media)
                if areSidecarsReplaced { Self.take(media + ".json") }
                // The sidecar that lay there before the first move was the file's own, and is withdrawn.
                if taken.count == 2, !areSidecarsReplaced {
                    Self.take(media.replacing("photo-1.jpg", with: "photo.jpg.json"))
                }
                return nil
            })
        #expect(try await site.untilFiled(program))
        #expect(await program.stop().exitCode == 0)

        let verdict = ProgramSite.verdict(digest)
        let folder = try DirectoryHandle.open(path: "\(site.root)/\(verdict)")
        let names = try folder.allEntries().filter { $0.kind == .regular }
            .map { String(decoding: $0.name, as: UTF8.self) }
        let strangers =
            ["photo-1.jpg", "photo.jpg", "photo.jpg.json"] + (areSidecarsReplaced ? ["photo-1.jpg.json"] : [])
        #expect(Set(names) == Set(strangers + ["photo-2.jpg", "photo-2.jpg.json"]))
        for name in strangers where names.contains(name) {
            #expect(try folder.openFile(Array(name.utf8)).bytes(at: 0, count: 100) == Self.strange, "\(name)")
        }
        #expect(try folder.openFile(Array("photo-2.jpg".utf8)).digest() == digest)
    }

    /// Puts another user's file there, and replaces an existing one.
    private static func take(_ path: String) {
        do {
            let slash = path.lastIndex(of: "/") ?? path.startIndex
            let folder = try DirectoryHandle.open(path: String(path[..<slash]))
            let name = Array(path[slash...].dropFirst().utf8)
            if try folder.allEntries().contains(where: { $0.name == name }) { try folder.remove(name) }
            try folder.createFile(name, mode: 0o644).write(strange)
        } catch {
            Issue.record("\(path) could not be taken: \(error)")
        }
    }

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
