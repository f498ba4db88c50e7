import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

/// Files in the working folder at a start that do not belong to an orderly unfinished filing.
@Suite(.holds(descriptors: 12)) struct FilingLeftoverTests {
    private let name = "photo.jpg"
    private let path = RelativePath(Array("photo.jpg".utf8))

    /// Stops a filing before a step, and gives the destination's folders.
    private func stop(
        _ site: FilingSite, before step: FilingPlan.Step
    ) async throws -> (stopped: StoppedFiling, digest: String, destination: DirectoryHandle) {
        let digest = try site.put(name, seed: 1)
        let plan = site.kind == .rename ? FilingPlan.rename : .copy
        let number = try #require(plan.steps.firstIndex(of: step))
        // A copy begins with a claim that fails.
        let failedClaim = site.kind == .copy && number >= 2 ? 1 : 0
        let stopped = try await site.file(name, stoppingBefore: number + failedClaim)
        return (stopped, digest, try site.destination(of: digest))
    }

    private func entries(_ folder: DirectoryHandle, _ ending: String) throws -> [[UInt8]] {
        try folder.openFolder(Destination.workFolder).allEntries().map(\.name)
            .filter { $0.suffix(ending.utf8.count) == Array(ending.utf8)[...] }
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `a decision that is not whole is dropped wherever it was cut`(_ kind: FilingSite.Kind) async throws {
        let site = try FilingSite(kind)
        let (stopped, digest, destination) = try await stop(site, before: .flushDecision)
        let file = try #require(try entries(destination, ".json").first)
        let work = try destination.openFolder(Destination.workFolder)
        let whole = try work.openFile(file).bytes(at: 0, count: 1 << 20)
        for count in 0..<whole.count {
            try work.removeIfThere(file)
            try work.createFile(file, mode: 0o644).write(Array(whole.prefix(count)))
            let recovered = try site.recover()
            #expect(recovered.map(\.end) == [.gone], "cut after \(count) of \(whole.count) bytes")
            let census = try site.census()
            #expect(census.waiting == [digest] && census.leftovers == [] && census.orphans == [])
        }
        await stopped.release()
    }

    @Test func `claimed media that a writer has changed returns to the inbox, under another name if need be`()
        async throws
    {
        let site = try FilingSite(.rename)
        let (stopped, digest, destination) = try await stop(site, before: .publishSidecar)
        let changed = try overwrite(".media", of: digest, in: destination, at: site)
        let other = try site.put(name, seed: 2)

        #expect(try site.recover().map(\.end) == [.changed])
        let census = try site.census()
        #expect(census.waiting.sorted() == [other, changed].sorted())
        #expect(try site.inbox.hasEntry(Array("photo-1.jpg".utf8)))
        #expect(census.filed == [] && census.leftovers == [] && census.orphans == [])
        await stopped.release()
    }

    @Test func `a copy that is not what was judged is remade, for its source is still there`() async throws {
        let site = try FilingSite(.copy)
        let (stopped, digest, destination) = try await stop(site, before: .publishSidecar)
        _ = try overwrite(".media", of: digest, in: destination, at: site)

        #expect(try site.recover().map(\.end) == [.changed])
        let census = try site.census()
        #expect(census.all == [digest])
        #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
        await stopped.release()
    }

    @Test(arguments: [true, false])
    func `a source that was to be removed is, or gets its name back if it was written to`(
        _ isWrittenTo: Bool
    ) async throws {
        let site = try FilingSite(.copy)
        let (stopped, digest, destination) = try await stop(site, before: .retireSource)
        let file = try #require(try entries(destination, ".json").first)
        let work = try #require(WorkName(fileName: file))
        try site.inbox.move(path.name, to: site.inbox, as: work.retired)
        let new = [UInt8](repeating: 9, count: 50)
        if isWrittenTo {
            try TestSupport.overwrite(
                "\(site.watch.inbox)/\(String(decoding: work.retired, as: UTF8.self))", with: new)
        }

        let recovered = try site.recover()
        #expect(recovered.count == 1)
        let census = try site.census()
        #expect(census.filed == [digest])
        #expect(census.waiting == (isWrittenTo ? [TestSupport.sha256(new)] : []))
        #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
        await stopped.release()
    }

    @Test func `a source is not removed where what lies beside the sidecar is not its copy any more`()
        async throws
    {
        let site = try FilingSite(.copy)
        let (stopped, digest, destination) = try await stop(site, before: .retireSource)
        let others = Array("laid there by somebody else".utf8)
        try destination.remove(path.name)
        try destination.createFile(path.name, mode: 0o644).write(others)

        let recovered = try site.recover()
        let census = try site.census()
        #expect(census.waiting == [digest], "\(recovered)")
        #expect(census.filed == [TestSupport.sha256(others)] && census.leftovers == [])
        await stopped.release()
    }

    @Test func `a copy that can be neither published nor given back is left, and holds up no other`()
        async throws
    {
        let site = try FilingSite(.copy)
        let (stopped, digest, destination) = try await stop(site, before: .publishSidecar)
        let changed = try overwrite(".media", of: digest, in: destination, at: site)
        try site.inbox.remove(path.name)

        #expect(try site.recover().map(\.end) == [.foreign])
        #expect(try site.census().working == [changed])
        await stopped.release()
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `a file whose folder is barred in the destination waits, and blocks no other`(
        _ kind: FilingSite.Kind
    ) async throws {
        let site = try FilingSite(kind)
        let digest = try site.put("trip/photo.jpg", seed: 1)
        let destination = try site.destination(of: digest)
        let trip = Array("trip".utf8)
        try destination.createFile(trip, mode: 0o644).write([1])
        let order = try site.order("trip/photo.jpg")
        let role = FilingSite.role(of: order)

        for _ in 1...2 {
            let ends = site.file([order], to: role)
            guard case .blocked(.folder, _) = ends[0] else {
                Issue.record("\(ends)")
                return
            }
            #expect(try site.census().waiting == [digest])
        }
        // At a start, too.
        for outcome in try site.recover() {
            guard case .blocked(.folder, _) = outcome.end else {
                Issue.record("\(outcome)")
                return
            }
        }
        #expect(try site.census().waiting == [digest])

        try destination.remove(trip)
        _ = try site.recover()
        let census = try site.census()
        #expect(census.filed == [digest] && census.all == [digest])
        #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `an unfinished filing whose folder is barred by now goes back, and blocks no other`(
        _ kind: FilingSite.Kind
    ) async throws {
        let site = try FilingSite(kind)
        let digest = try site.put("trip/photo.jpg", seed: 1)
        // After the sidecar was published.
        let stopped = try await site.file("trip/photo.jpg", stoppingBefore: kind == .rename ? 5 : 6)
        let destination = try site.destination(of: digest)
        let trip = Array("trip".utf8)
        try destination.move(trip, to: destination, as: Array("journey".utf8))
        try symbolicLink(at: "\(site.destinationPath(of: digest))/trip", to: "journey")

        let ends = try site.recover().map(\.end)
        guard ends.count == 1, case .blocked(.folder, _) = ends[0] else {
            Issue.record("\(ends)")
            return
        }
        let census = try site.census()
        #expect(census.waiting == [digest] && census.all == [digest])
        await stopped.release()
    }

    @Test func `what is not the service's is reported, and left`() async throws {
        let site = try FilingSite(.rename)
        let work = try DirectoryHandle.openOrMake(site.watch.ai).makeFolders(
            Destination.workFolder, mode: 0o700)
        let ownName = WorkName(
            FileIdentity(try work.status()), path: path, inbox: site.watch.inbox)
        let strangers =
            ["notes.txt", "x.json", "\n", "1a-5.6-2.media", "zz-1a-5.6-2.json"].map { Array($0.utf8) }
            + [ownName.file(.media)]
        for stranger in strangers { try work.createFile(stranger, mode: 0o644).write([1, 2, 3]) }

        let recovered = try site.recover()
        #expect(recovered.map(\.end) == strangers.map { _ in .foreign })
        #expect(Set(try work.allEntries().map(\.name)) == Set(strangers))
    }

    @Test func `what another inbox has left is left to it`() async throws {
        let site = try FilingSite(.rename)
        let (stopped, digest, destination) = try await stop(site, before: .publishSidecar)
        let before = try site.census().leftovers
        #expect(before.count == 2)
        for role in [DestinationRole.ai, .human] {
            #expect(try site.filer(inbox: "/another/inbox").search(role) == [])
        }
        #expect(try site.census().leftovers.sorted() == before.sorted())
        #expect(try destination.hasEntry(path.name) == false)
        #expect(try site.recover().count == 1)
        #expect(try site.census().filed == [digest])
        await stopped.release()
    }

    private func overwrite(
        _ ending: String, of digest: String, in destination: DirectoryHandle, at site: FilingSite
    ) throws -> String {
        let name = String(decoding: try #require(try entries(destination, ending).first), as: UTF8.self)
        let work = String(decoding: Destination.workFolder, as: UTF8.self)
        let changed = Array("written through an open descriptor".utf8)
        try TestSupport.overwrite("\(site.destinationPath(of: digest))/\(work)/\(name)", with: changed)
        return TestSupport.sha256(changed)
    }
}
