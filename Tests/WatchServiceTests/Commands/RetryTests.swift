import LinuxSystem
import Testing
import WatchCore
import WatchService

struct RetryTests {
    private static let bytes = Array("a file that was refused".utf8)

    @Test(arguments: ["/tmp", "/dev/shm"])
    func `a failed file goes back to where it lay, also to another file system`(parent: String) throws {
        let site = try FiledSite(inboxIn: parent)
        try site.file(Self.bytes, at: "a/b/photo.jpg", in: site.watch.failed)
        let retry = Retry(site.configuration)
        let file = try retry.file(at: site.watch.failed + "/a/b/photo.jpg")
        let place = try retry.putBack(file)
        #expect(place?.shown == site.watch.inbox + "/a/b/photo.jpg")
        #expect(try site.files(in: site.watch.inbox) == ["a/b/photo.jpg"])
        #expect(try site.bytes(of: "a/b/photo.jpg", in: site.watch.inbox) == Self.bytes)
        let folder = try DirectoryHandle.open(path: site.watch.inbox).openFolder(Array("a/b".utf8))
        #expect(try folder.status(of: Array("photo.jpg".utf8)).mode == 0o640)
        #expect(try site.files(in: site.watch.failed) == [])
    }

    @Test(arguments: ["/tmp", "/dev/shm"])
    func `it gets its own name back, and a number where that is taken`(parent: String) throws {
        let site = try FiledSite(inboxIn: parent)
        try site.put([1], at: "photo.jpg", in: site.watch.inbox)
        try site.put([2], at: "photo-1.jpg", in: site.watch.inbox)
        try site.file(Self.bytes, at: "photo-7.jpg", in: site.watch.failed, origin: "photo.jpg")
        let retry = Retry(site.configuration)
        let place = try retry.putBack(try retry.file(at: site.watch.failed + "/photo-7.jpg"))
        #expect(place?.shown == site.watch.inbox + "/photo-2.jpg")
        #expect(try site.bytes(of: "photo.jpg", in: site.watch.inbox) == [1])
        #expect(try site.bytes(of: "photo-1.jpg", in: site.watch.inbox) == [2])
        #expect(try site.bytes(of: "photo-2.jpg", in: site.watch.inbox) == Self.bytes)
    }

    @Test func `where folders are not watched, it goes to the inbox itself`() throws {
        let site = try FiledSite()
        try site.file(Self.bytes, at: "a/photo.jpg", in: site.watch.failed)
        var configuration = site.configuration
        configuration.watches[0].recursive = false
        let retry = Retry(configuration)
        _ = try retry.putBack(try retry.file(at: site.watch.failed + "/a/photo.jpg"))
        #expect(try site.files(in: site.watch.inbox) == ["photo.jpg"])
    }

    @Test func `a file is left alone that has no sidecar, a verdict, a broken sidecar, or a strange inbox`()
        throws
    {
        let site = try FiledSite()
        let failed = site.watch.failed
        try site.put(Self.bytes, at: "lone.jpg", in: failed)
        for name in ["Thumbs.db", ".hidden.jpg"] { try site.put(Self.bytes, at: name, in: failed) }
        // Their media are gone.
        try site.file(Self.bytes, at: "gone.jpg", in: failed).removeIfThere(Array("gone.jpg".utf8))
        try site.file(Self.bytes, at: "judged.jpg", in: failed, outcome: FiledSite.judged)
        try site.put(Self.bytes, at: "broken.jpg", in: failed)
        try site.put(Array("{}".utf8), at: "broken.jpg.json", in: failed)
        try site.file(Self.bytes, at: "forged.jpg", in: failed, inbox: "/etc")
        let before = try site.files(in: failed)
        let expected = [
            "lone.jpg": "it has no sidecar, so its inbox is unknown: move it into an inbox by hand",
            "judged.jpg": "it has a verdict, ai: only failed files are retried",
            "broken.jpg":
                "its sidecar is not valid (schema is missing): move the file into an inbox by hand",
            "forged.jpg":
                "it came from /etc, which is not an inbox of the configuration: move it into an inbox by hand",
            "gone.jpg": "there is no such file: it may have been put back already",
        ]
        let retry = Retry(site.configuration)
        for (name, sentence) in expected {
            let refusal = #expect(throws: Retry.Refusal.self) {
                try retry.putBack(try retry.file(at: "\(failed)/\(name)"))
            }
            #expect(refusal?.description == sentence)
        }
        #expect(try site.files(in: failed) == before)
        #expect(try site.files(in: site.watch.inbox) == [])
    }

    @Test func `a sidecar that names another folder than its file's place makes none`() throws {
        let site = try FiledSite()
        let deep = String(repeating: "a/", count: 1000) + "photo.jpg"
        for (path, origin) in [
            ("photo.jpg", deep), ("b/photo.jpg", "c/photo.jpg"), ("b/one.jpg", "b/c/one.jpg"),
        ] {
            try site.file(Self.bytes, at: path, in: site.watch.failed, origin: origin)
        }
        let before = try site.files(in: site.watch.failed)
        let retry = Retry(site.configuration)
        for path in ["photo.jpg", "b/photo.jpg", "b/one.jpg"] {
            let refusal = #expect(throws: Retry.Refusal.self) {
                try retry.putBack(try retry.file(at: "\(site.watch.failed)/\(path)"))
            }
            #expect(refusal?.description.contains("a folder that is neither in the inbox") == true)
        }
        #expect(try site.files(in: site.watch.failed) == before)
        let inbox = try DirectoryHandle.open(path: site.watch.inbox)
        #expect(try inbox.entries().next(10).isEmpty)
    }

    @Test func `no symbolic link in the inbox leads a file elsewhere`() throws {
        let site = try FiledSite()
        try site.file(Self.bytes, at: "a/photo.jpg", in: site.watch.failed)
        try symbolicLink(at: site.watch.inbox + "/a", to: site.watch.human)
        let retry = Retry(site.configuration)
        #expect(throws: Retry.Refusal.self) {
            try retry.putBack(try retry.file(at: site.watch.failed + "/a/photo.jpg"))
        }
        #expect(try site.files(in: site.watch.human) == [])
        #expect(try site.files(in: site.watch.failed) == ["a/photo.jpg", "a/photo.jpg.json"])
    }

    @Test func `all failed files are found, those without a sidecar too, and nothing else`() throws {
        let site = try FiledSite()
        let failed = site.watch.failed
        try site.file(Self.bytes, at: "b/data.json", in: failed)
        try site.file(Self.bytes, at: "a.jpg", in: failed)
        try site.file(Self.bytes, at: "judged.jpg", in: failed, outcome: FiledSite.judged)
        try site.put(Self.bytes, at: "lone.jpg", in: failed)
        for name in ["Thumbs.db", ".hidden.jpg"] { try site.put(Self.bytes, at: name, in: failed) }
        // Their media are gone.
        try site.file(Self.bytes, at: "gone.jpg", in: failed).removeIfThere(Array("gone.jpg".utf8))
        try site.file(Self.bytes, at: ".bitmind-watch/under-way", in: failed)
        let found = Retry(site.configuration).all { Issue.record("\($0.shown): \($1)") }
        #expect(found.map(\.shown) == ["\(failed)/a.jpg", "\(failed)/b/data.json", "\(failed)/lone.jpg"])
    }

    @Test func `a file elsewhere is none to retry`() throws {
        let site = try FiledSite()
        let retry = Retry(site.configuration)
        #expect(throws: Retry.Refusal.self) { try retry.file(at: site.watch.ai + "/photo.jpg") }
        #expect(throws: Retry.Refusal.self) { try retry.file(at: site.watch.failed) }
    }

    /// What an interrupted retry may leave, with what a verification says of it.
    enum Interruption: CaseIterable {
        case marked, copying, copied, moved, failedAgain
    }

    @Test(arguments: Interruption.allCases)
    func `an interrupted retry is reported, and finished by the next`(_ interruption: Interruption)
        async throws
    {
        // Copies are made from one file system to another.
        let hasCopy = [.copying, .copied].contains(interruption)
        let site = try FiledSite(inboxIn: hasCopy ? "/dev/shm" : "/tmp")
        let failed = try DirectoryHandle.open(path: site.watch.failed)
        let (media, sidecar, mark) = ("photo.jpg", "photo.jpg.json", ".photo.jpg.try")
        try site.file(Self.bytes, at: media, in: site.watch.failed)
        try failed.move(Array(sidecar.utf8), to: failed, as: Array(mark.utf8))
        let identity = FileIdentity(try failed.status(of: Array(mark.utf8)))
        let numbers = [identity.device, identity.inode].map { String($0, radix: 16) }
        let copy = ".bitmind-watch-retry-\(numbers.joined(separator: "-"))"
        if interruption != .marked && interruption != .copying { try failed.remove(Array(media.utf8)) }
        switch interruption {
        case .marked: break
        case .copying: try site.put([1], at: copy, in: site.watch.inbox)
        case .copied: try site.put(Self.bytes, at: copy, in: site.watch.inbox)
        case .moved: try site.put(Self.bytes, at: media, in: site.watch.inbox)
        case .failedAgain: try site.file(Self.bytes, at: media, in: site.watch.failed)
        }
        let findings = try await Verify(site.configuration) {}.all().findings
        #expect(findings.map(\.problem) == (interruption == .failedAgain ? [] : [.interruptedRetry]))

        let retry = Retry(site.configuration)
        let found = retry.all { Issue.record("\($0.shown): \($1)") }
        #expect(found.map(\.shown) == ["\(site.watch.failed)/\(media)"])
        let place = try retry.putBack(try #require(found.first))
        #expect(place?.shown == (interruption == .moved ? nil : "\(site.watch.inbox)/\(media)"))
        #expect(try site.files(in: site.watch.failed) == [])
        #expect(try site.files(in: site.watch.inbox) == [media])
        #expect(try site.bytes(of: media, in: site.watch.inbox) == Self.bytes)
    }

    @Test func `two retries at once don't get in each other's way`() throws {
        let site = try FiledSite()
        try site.file(Self.bytes, at: "photo.jpg", in: site.watch.failed)
        let failed = try DirectoryHandle.open(path: site.watch.failed)
        let other = try failed.makeFolders(Destination.workFolder, mode: 0o700)
        #expect(try other.lock())
        let retry = Retry(site.configuration)
        let refusal = #expect(throws: Retry.Refusal.self) {
            try retry.putBack(try retry.file(at: site.watch.failed + "/photo.jpg"))
        }
        #expect(refusal?.description.hasPrefix("another retry is putting files back") == true)
        #expect(try site.files(in: site.watch.failed) == ["photo.jpg", "photo.jpg.json"])
        withExtendedLifetime(other) {}
    }
}
