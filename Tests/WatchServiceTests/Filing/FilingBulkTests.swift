import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

/// Files that are filed together, and share their flushes.
@Suite(.holds(descriptors: 12)) struct FilingBulkTests {
    private static let names = (0..<6).map { "trip-\($0 % 2)/photo-\($0).jpg" }

    /// Puts the files into the inbox, all with the same verdict.
    private func orders(
        at site: FilingSite
    ) throws -> (orders: [FilingOrder], digests: [String], role: DestinationRole) {
        var orders: [FilingOrder] = []
        var digests: [String] = []
        for (index, name) in Self.names.enumerated() {
            digests.append(try site.put(name, seed: Self.seeds[index]))
            orders.append(try site.order(name))
        }
        let role = FilingSite.role(of: orders[0])
        #expect(orders.allSatisfy { FilingSite.role(of: $0) == role })
        return (orders, digests, role)
    }

    /// Seeds of files for which the sample verdict is the same.
    private static let seeds: [UInt64] = Array(
        (1...).lazy.map { UInt64($0) }.filter { FilingSite.isSampleAI(seed: $0) }.prefix(names.count))

    @Test(arguments: FilingSite.Kind.allCases)
    func `all of a bulk are filed`(_ kind: FilingSite.Kind) throws {
        let site = try FilingSite(kind)
        let (orders, digests, role) = try orders(at: site)
        let ends = site.file(orders, to: role)
        #expect(ends.allSatisfy { $0.isFiled })
        let census = try site.census()
        #expect(census.filed.sorted() == digests.sorted())
        #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `what can't be filed holds up none of the others`(_ kind: FilingSite.Kind) throws {
        let site = try FilingSite(kind)
        let (orders, digests, role) = try orders(at: site)
        try overwrite("\(site.watch.inbox)/\(Self.names[1])", with: [1, 2, 3])
        let folder = try site.inbox.openFolder(orders[4].path.folderBytes)
        try folder.remove(orders[4].path.name)

        let ends = site.file(orders, to: role)
        #expect(ends[1] == .changed && ends[4] == .gone)
        #expect([0, 2, 3, 5].allSatisfy { ends[$0].isFiled })
        let census = try site.census()
        #expect(census.filed.sorted() == [0, 2, 3, 5].map { digests[$0] }.sorted())
        #expect(census.waiting == [sha256([1, 2, 3])])
        #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `names that are links to one file are each filed`(_ kind: FilingSite.Kind) throws {
        let site = try FilingSite(kind)
        let digest = try site.put("photo.jpg", seed: 1)
        let links = (1...3).map { "link-\($0).jpg" }
        for link in links {
            try site.inbox.link(Array("photo.jpg".utf8), to: site.inbox, as: Array(link.utf8))
        }
        let orders = try (["photo.jpg"] + links).map { try site.order($0) }
        let role = FilingSite.role(of: orders[0])
        let ends = site.file(orders, to: role)
        #expect(ends.allSatisfy { $0.isFiled })
        let census = try site.census()
        #expect(census.filed == Array(repeating: digest, count: 4))
        #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `a bulk stopped before any step is finished or undone by the next start`(
        _ kind: FilingSite.Kind
    ) async throws {
        // A bulk that is copied continues file by file after the claim.
        let steps = kind == .rename ? FilingPlan.rename.steps.count : 3 + 6 * 7
        for step in 0..<steps {
            let site = try FilingSite(kind)
            let (orders, digests, role) = try orders(at: site)
            let stopped = await site.file(orders, to: role, stoppingBefore: step)
            #expect(stopped.wasStopped, "before step \(step)")
            #expect(Set(try site.census().all) == Set(digests), "before step \(step)")
            _ = try site.recover()
            let census = try site.census()
            #expect(census.all.sorted() == digests.sorted(), "before step \(step)")
            #expect(step == 0 || census.filed.count == orders.count, "before step \(step)")
            #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
            await stopped.release()
        }
    }
}
