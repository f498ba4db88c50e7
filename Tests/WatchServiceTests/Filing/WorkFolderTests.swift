import Glibc
import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

/// The owner of the working folder: its content is filed as genuine.
@Suite(.holds(descriptors: 12)) struct WorkFolderTests {
    /// What another user may have laid there.
    enum Foreign: CaseIterable {
        case othersOwn, openToGroup, openToAll, swapped
    }

    @Test(.needsRoot("to give folders away"), arguments: Foreign.allCases)
    func `a working folder that is not the service's own is not used, and what is in it is never filed`(
        _ foreign: Foreign
    ) async throws {
        let site = try FilingSite(.rename)
        let digest = try site.put("photo.jpg", seed: 1)
        // A genuine decision, interrupted before its file is claimed. A user who takes the folder may have
        // it.
        let stopped = try await site.file("photo.jpg", stoppingBefore: 2)
        let role: DestinationRole = FilingSite.verdict(digest) == "ai" ? .ai : .human
        let path = role == .ai ? site.watch.ai : site.watch.human
        let work = path + "/.bitmind-watch"
        let filer = site.filer()
        if foreign == .swapped {
            try filer.probe(role)
            try #require(rename(work, work + "-away") == 0 && mkdir(work, 0o700) == 0)
        }
        switch foreign {
        case .othersOwn: chown(work, 1234, 1234)
        case .openToGroup: chmod(work, 0o770)
        case .openToAll: chmod(work, 0o701)
        case .swapped: break
        }
        let error = #expect(throws: SystemCallError.self) { _ = try filer.search(role) }
        #expect(error?.description.contains(".bitmind-watch") == true, "\(String(describing: error))")
        #expect(throws: SystemCallError.self) { try filer.probe(role) }
        let end = site.file([try site.order("photo.jpg")], to: role, by: filer)[0]
        guard case .blocked(.destination(role), let reason) = end else {
            Issue.record("\(end)")
            return await stopped.release()
        }
        #expect(reason.contains(foreign == .swapped ? "was replaced" : "not the service's own"))
        let census = try site.census()
        #expect(census.waiting == [digest] && census.filed == [])

        // It is the service's again.
        if foreign == .swapped {
            try #require(rmdir(work) == 0 && rename(work + "-away", work) == 0)
        } else {
            chown(work, 0, 0)
            chmod(work, 0o700)
        }
        _ = try filer.search(role)
        let after = try site.census()
        #expect(after.filed == [digest] && after.waiting == [] && after.leftovers == [])
        await stopped.release()
    }

    @Test func `a decision that lies in another destination's folder is left there`() async throws {
        let site = try FilingSite(.rename)
        let digest = try site.put("photo.jpg", seed: 1)
        let stopped = try await site.file("photo.jpg", stoppingBefore: 2)
        let isAI = FilingSite.verdict(digest) == "ai"
        let (own, other) = isAI ? (site.watch.ai, site.watch.human) : (site.watch.human, site.watch.ai)
        _ = try Destination(isAI ? .human : .ai, path: other).open()
        let (from, to) = (own + "/.bitmind-watch", other + "/.bitmind-watch")
        try #require(rmdir(to) == 0 && rename(from, to) == 0)
        let recovered = try site.filer().search(isAI ? .human : .ai)
        #expect(recovered.map(\.end) == [.foreign])
        let census = try site.census()
        #expect(census.waiting == [digest] && census.filed == [])
        await stopped.release()
    }
}
