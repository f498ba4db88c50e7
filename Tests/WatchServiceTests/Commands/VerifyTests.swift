import Glibc
import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

struct VerifyTests {
    private static let bytes = Array("a file that was judged".utf8)

    private static func verify(
        _ site: FiledSite, pause: @escaping @Sendable () async throws -> Void = {}
    ) throws -> Verify {
        try Verify(site.configuration, pause: pause)
    }

    @Test func `what was filed and left alone has no problems`() async throws {
        let site = try FiledSite()
        for number in 0..<50 {
            try site.file(
                [UInt8(number)], at: "a/\(number).jpg", in: site.watch.ai, outcome: FiledSite.judged)
        }
        try site.file(Self.bytes, at: "data.json", in: site.watch.failed)
        let report = try await Self.verify(site).all()
        #expect(report.files == 51)
        #expect(report.findings == [])
    }

    @Test func `every way in which something can be wrong is reported`() async throws {
        let site = try FiledSite()
        let (ai, other) = (site.watch.ai, Array("A file that was judged".utf8))
        try site.put(other, at: "bytes.jpg", in: ai)
        try site.put(other + [0], at: "size.jpg", in: ai)
        for name in ["bytes", "size", "gone"] {
            let sidecar = site.sidecar(
                Self.bytes, outcome: FiledSite.judged, origin: "\(name).jpg", inbox: site.watch.inbox)
            try site.put(sidecar.serialized, at: "\(name).jpg.json", in: ai)
        }
        try site.put(Self.bytes, at: "lone/lone.jpg", in: ai)
        try site.put(Self.bytes, at: "lone/plain.json", in: ai)
        try site.put(Self.bytes, at: "broken.jpg", in: ai)
        try site.put(Array("{}".utf8), at: "broken.jpg.json", in: ai)
        try symbolicLink(at: ai + "/link.jpg", to: "bytes.jpg")
        let identity = FileIdentity(try DirectoryHandle.open(path: ai).status())
        let work = String(
            decoding: WorkName(identity, path: RelativePath([0x78]), inbox: site.watch.inbox).file(.decision),
            as: UTF8.self)
        try site.put([], at: ".bitmind-watch/\(work)", in: ai)
        try site.put([], at: ".bitmind-watch/notes.txt", in: ai)

        let report = try await Self.verify(site).all()
        let size = Int64(Self.bytes.count)
        let expected: [String: VerifyFinding.Problem] = [
            "bytes.jpg": .digest(is: sha256(other), recorded: sha256(Self.bytes)),
            "size.jpg": .size(is: size + 1, recorded: size),
            "gone.jpg": .orphanSidecar,
            "lone/lone.jpg": .missingSidecar,
            "lone/plain.json": .missingSidecar,
            "broken.jpg": .unreadableSidecar("schema is missing"),
            "link.jpg": .noRegularFile,
            ".bitmind-watch/\(work)": .leftover,
            ".bitmind-watch/notes.txt": .stranger,
        ]
        let found = report.findings.map { (String(decoding: $0.file.path.bytes, as: UTF8.self), $0.problem) }
        #expect(Dictionary(found, uniquingKeysWith: { first, _ in first }) == expected)
        #expect(found.count == expected.count)
        #expect(report.files == 7)
    }

    @Test func `the sidecar of a filing under way is no orphan`() async throws {
        let site = try FiledSite()
        let ai = try DirectoryHandle.open(path: site.watch.ai)
        let sidecar = site.sidecar(
            Self.bytes, outcome: FiledSite.judged, origin: "a.jpg", inbox: site.watch.inbox)
        let work = try site.put(sidecar.serialized, at: ".bitmind-watch/decision", in: site.watch.ai)
        try work.link(Array("decision".utf8), to: ai, as: Array("a.jpg.json".utf8))
        let report = try await Self.verify(site).all()
        #expect(report.findings.map(\.problem) == [.stranger])
    }

    @Test func `what is only wrong for a moment is not reported`() async throws {
        let site = try FiledSite()
        try site.put(Self.bytes, at: "late.jpg", in: site.watch.ai)
        try site.put([], at: ".bitmind-watch/probe-1", in: site.watch.ai)
        let verify = try Self.verify(site) {
            let sidecar = site.sidecar(
                Self.bytes, outcome: FiledSite.judged, origin: "late.jpg", inbox: site.watch.inbox)
            try site.put(sidecar.serialized, at: "late.jpg.json", in: site.watch.ai)
            try DirectoryHandle.open(path: site.watch.ai + "/.bitmind-watch").remove(Array("probe-1".utf8))
        }
        let report = try await verify.all()
        #expect(report.files == 1)
        #expect(report.findings == [])
    }

    @Test func `single files and folders can be verified, by their sidecars, too`() async throws {
        let site = try FiledSite()
        let ai = site.watch.ai
        try site.file(Self.bytes, at: "a/good.jpg", in: ai, outcome: FiledSite.judged)
        try site.put(Self.bytes, at: "lone.jpg", in: ai)
        let verify = try Self.verify(site)
        for (path, files, problems) in [
            ("/a/good.jpg", 1, []), ("/a/good.jpg.json", 1, []), ("/a", 1, []),
            ("/gone.jpg", 0, [.missing]), ("/lone.jpg", 1, [.missingSidecar]),
        ] as [(String, Int, [VerifyFinding.Problem])] {
            let report = try await verify.verify([try #require(verify.file(at: ai + path))])
            #expect(report.files == files, "\(path)")
            #expect(report.findings.map(\.problem) == problems, "\(path)")
        }
        #expect(verify.file(at: site.watch.inbox + "/a.jpg") == nil)
    }

    @Test func `a destination that is not there is reported`() async throws {
        let site = try FiledSite()
        try DirectoryHandle.open(path: String(site.watch.human.dropLast("/human".count)))
            .removeFolder(Array("human".utf8))
        let report = try await Self.verify(site).all()
        #expect(report.findings.map(\.file.shown) == [site.watch.human + "/"])
        #expect(report.findings.map(\.problem) == [.unreadable("open: No such file or directory (ENOENT)")])
    }
}

/// Makes a symbolic link.
func symbolicLink(at path: String, to target: String) throws {
    guard symlink(target, path) == 0 else { throw NoSymbolicLink(path: path, errno: errno) }
}

struct NoSymbolicLink: Error {
    let path: String
    let errno: Int32
}
