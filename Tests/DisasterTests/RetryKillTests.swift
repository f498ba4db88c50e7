import BitMindAPI
import Glibc
import LinuxSystem
import SampleMedia
import TestSupport
import Testing

/// `bitmind-watch retry`, killed at every call by which it changes the file system.
@Suite(.needsRoot("to trace the program"))
struct RetryKillTests {
    /// An inbox with its folders, and one file that failed.
    private struct Site {
        let scratch: DisasterScratch
        /// On another file system, maybe.
        let inbox: DisasterScratch
        let bytes = SampleMedia.make(.jpeg, seed: 77, size: 200_000)

        var configuration: String { "\(scratch.path)/config.toml" }

        init(inboxIn parent: String) throws {
            scratch = try DisasterScratch()
            inbox = try DisasterScratch(in: parent)
            for folder in ["ai", "human", "failed/sub"] { try scratch.folder(folder) }
            let text = """
                [[watch]]
                inbox = "\(inbox.path)"
                ai = "\(scratch.path)/ai"
                human = "\(scratch.path)/human"
                failed = "\(scratch.path)/failed"
                """
            let sidecar = """
                {"by":{"host":"test","program":"bitmind-watch","version":"0"},
                "error":{"code":"rejected","message":"it was refused","status":400},
                "media":{"complete":true,"inbox":"\(inbox.path)","modified":"2026-01-01T00:00:00.000Z",
                "name":"photo.jpg","path":"sub/photo.jpg","sha256":"\(sha256(bytes))","size":\(bytes.count),
                "type":"image/jpeg"},"schema":"bitmind-watch/sidecar/v1",
                "times":{"filed":"2026-01-01T00:00:00.000Z","found":"2026-01-01T00:00:00.000Z"},
                "verdict":"failed"}
                """
            let top = try DirectoryHandle.open(path: scratch.path)
            try top.createFile(Array("config.toml".utf8), mode: 0o644).write(Array(text.utf8))
            let failed = try DirectoryHandle.open(path: "\(scratch.path)/failed/sub")
            try failed.createFile(Array("photo.jpg".utf8), mode: 0o644).write(bytes)
            try failed.createFile(Array("photo.jpg.json".utf8), mode: 0o644).write(Array(sidecar.utf8))
        }

        /// Runs a retry of all to its end.
        func retry(_ strike: CallStrike?) async throws -> ProgramEnd {
            try await Program(
                configuration: configuration, log: "\(scratch.path)/log", strike: strike,
                command: ["retry", "--all"]
            ).wait()
        }

        /// The names in the inbox's folder, hidden ones, too.
        func names() throws -> [String] { try names("\(inbox.path)/sub") }

        func failedNames() throws -> [String] { try names("\(scratch.path)/failed/sub") }

        private func names(_ path: String) throws -> [String] {
            guard Host.mayExist(path) else { return [] }
            return try DirectoryHandle.open(path: path).entries().next(100)
                .map { String(decoding: $0.name, as: UTF8.self) }.sorted()
        }

        /// In how many places the file is whole.
        func wholeCopies() throws -> Int {
            try [(inbox.path + "/sub", names()), (scratch.path + "/failed/sub", failedNames())]
                .reduce(0) { count, place in
                    try count
                        + place.1.count { name in
                            let file = try DirectoryHandle.open(path: place.0).openFile(Array(name.utf8))
                            return try file.bytes(at: 0, count: 1 << 20) == bytes
                        }
                }
        }
    }

    /// As a server may answer that is asked twice, for its first answer was lost.
    @Test func `a removal that is answered with an error though it was made costs no file`() async throws {
        let site = try Site(inboxIn: "/dev/shm")
        let end = try await site.retry(
            CallStrike { _, call in
                guard call.call == .unlinkat, call.place.hasSuffix("/failed/sub/photo.jpg") else {
                    return nil
                }
                return unlink(call.place) == 0 ? .error(ENOENT) : nil
            })
        #expect(end.wasStruck && end.exitCode == 0)
        #expect(try site.wholeCopies() == 1)
        #expect(try site.names() == ["photo.jpg"] && site.failedNames() == [])
    }

    @Test(arguments: ["/tmp", "/dev/shm"])
    func `killed at any call, it loses nothing, and the next one finishes it`(parent: String) async throws {
        let whole = try Site(inboxIn: parent)
        let end = try await whole.retry(CallStrike())
        #expect(end.exitCode == 0 && end.calls.count >= 5)
        #expect(try whole.names() == ["photo.jpg"] && whole.failedNames() == [])

        for point in 1...end.calls.count {
            let site = try Site(inboxIn: parent)
            let killed = try await site.retry(CallStrike(number: point))
            let place: Comment = "killed at call \(point): \(killed.calls.last?.description ?? "none")"
            #expect(killed.wasStruck, place)
            #expect(try site.wholeCopies() >= 1, place)
            let next = try await site.retry(nil)
            #expect(next.exitCode == 0, place)
            #expect(try site.names() == ["photo.jpg"], place)
            #expect(try site.failedNames() == [], place)
            #expect(try site.wholeCopies() == 1, place)
        }
    }
}
