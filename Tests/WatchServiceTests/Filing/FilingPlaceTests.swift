import Foundation
import Glibc
import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

/// Files whose place in the destination can't be used, though the destination can.
@Suite(.holds(descriptors: 12)) struct FilingPlaceTests {
    /// What bars everybody, root too.
    enum Obstacle: String, CaseIterable, Sendable {
        case file, link
    }

    private func bar(_ folder: String, with obstacle: Obstacle) throws {
        switch obstacle {
        case .file: try Data("no folder".utf8).write(to: URL(filePath: folder))
        case .link: try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: "/tmp")
        }
    }

    /// A site with two files of one destination, one of whose places there is barred.
    private func barredSite(
        _ kind: FilingSite.Kind, _ obstacle: Obstacle
    ) throws -> (site: FilingSite, orders: [FilingOrder], digests: [String], bar: String) {
        let site = try FilingSite(kind)
        let seeds = (1...).lazy.map { UInt64($0) }.filter { FilingSite.isSampleAI(seed: $0) }.prefix(2)
        let names = ["trip/sub/a.jpg", "other/b.jpg"]
        let digests = try zip(names, seeds).map { try site.put($0, seed: $1) }
        _ = try DirectoryHandle.openOrMake(site.watch.ai)
        let bar = "\(site.watch.ai)/trip"
        try self.bar(bar, with: obstacle)
        return (site, try names.map { try site.order($0) }, digests, bar)
    }

    @Test(arguments: FilingSite.Kind.allCases, Obstacle.allCases)
    func `a barred place is told apart from an unwritable destination, and its decision is kept`(
        _ kind: FilingSite.Kind, _ obstacle: Obstacle
    ) throws {
        let (site, orders, digests, bar) = try barredSite(kind, obstacle)
        let filer = site.filer()
        let ends = site.file(orders, to: .ai, by: filer)
        guard case .blocked(.folder(let place), _) = ends[0] else {
            Issue.record("\(ends[0])")
            return
        }
        #expect("\(place)" == "ai/trip" && ends[1].isFiled)
        for _ in 0..<3 {
            guard case .blocked(.folder(place), _) = site.file([orders[0]], to: .ai, by: filer)[0] else {
                Issue.record("it is another's fault at the next try")
                return
            }
        }
        var census = try site.census()
        #expect(census.waiting == [digests[0]] && census.leftovers.count == 1)
        #expect(unlink(bar) == 0)
        #expect(site.file([orders[0]], to: .ai, by: filer)[0].isFiled)
        census = try site.census()
        #expect(
            census.filed.sorted() == digests.sorted() && census.leftovers == [] && census.violations == [])
    }

    @Test(arguments: FilingSite.Kind.allCases, Obstacle.allCases)
    func `what waits for a barred place at the start keeps its decision, and bars no destination`(
        _ kind: FilingSite.Kind, _ obstacle: Obstacle
    ) throws {
        let (site, orders, digests, bar) = try barredSite(kind, obstacle)
        _ = site.file(orders, to: .ai)
        let filer = site.filer()
        let found = try #require(try filer.search(.ai).first)
        guard case .blocked(.folder(let place), _) = found.end, let id = found.id else {
            Issue.record("\(found.end)")
            return
        }
        #expect(place.folder == RelativePath(Array("trip".utf8)) && found.path == orders[0].path)
        #expect(unlink(bar) == 0)
        #expect(filer.advance([FilingJob(id, nil)], in: .ai)[0].end.isFiled)
        #expect(try site.census().filed.sorted() == digests.sorted())
    }

    @Test func `a file that waits for a barred place is not taken out of the inbox at each try`() throws {
        let (site, orders, _, _) = try barredSite(.rename, .file)
        let filer = site.filer()
        _ = site.file([orders[0]], to: .ai, by: filer)
        let folder = try site.inbox.openFolder(orders[0].path.folderBytes)
        let before = try folder.status(of: orders[0].path.name).changed
        for _ in 0..<3 { _ = site.file([orders[0]], to: .ai, by: filer) }
        #expect(try folder.status(of: orders[0].path.name).changed == before)
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `a file that was changed while its place was barred loses its decision`(
        _ kind: FilingSite.Kind
    ) throws {
        let (site, orders, _, _) = try barredSite(kind, .file)
        let filer = site.filer()
        _ = site.file([orders[0]], to: .ai, by: filer)
        try overwrite("\(site.watch.inbox)/trip/sub/a.jpg", with: [1, 2, 3])
        let id = orders[0].id(in: site.watch)
        for job in [FilingJob(id, nil), FilingJob(id, orders[0])] {
            #expect(filer.advance([job], in: .ai).map(\.end) == [.changed])
        }
        #expect(filer.advance([FilingJob(id, nil)], in: .ai).map(\.end) == [.gone])
        #expect(try site.census().leftovers == [])
    }

    @Test(.needsRoot("to protect a folder"))
    func `a destination whose own folder is barred is to blame itself, until its trial succeeds`() throws {
        let site = try FilingSite(.rename)
        let seed = try #require((1...).lazy.map { UInt64($0) }.first { FilingSite.isSampleAI(seed: $0) })
        try site.put("trip/a.jpg", seed: seed)
        let order = try site.order("trip/a.jpg")
        let filer = site.filer()
        _ = try filer.search(.ai)
        guard setAttribute(of: site.watch.ai, to: .immutable) else { return }
        defer { _ = setAttribute(of: site.watch.ai, to: .none) }
        for _ in 0..<2 {
            guard case .blocked(.destination(.ai), _) = site.file([order], to: .ai, by: filer)[0] else {
                Issue.record("it is another's fault")
                return
            }
            #expect(throws: SystemCallError.self) { try filer.probe(.ai) }
        }
        #expect(setAttribute(of: site.watch.ai, to: .none))
        try filer.probe(.ai)
        #expect(site.file([order], to: .ai, by: filer)[0].isFiled)
    }

    @Test func `a file that alone is refused is to blame its place, for the trial succeeds`() throws {
        let site = try FilingSite(.rename)
        let seed = try #require((1...).lazy.map { UInt64($0) }.first { FilingSite.isSampleAI(seed: $0) })
        try site.put("trip/a.jpg", seed: seed)
        let refusing = site.filer(RefusingExecution())
        let expected = FilingEnd.blocked(
            .folder(DestinationPlace(.ai, .root)), cause: "no such name")
        #expect(site.file([try site.order("trip/a.jpg")], to: .ai, by: refusing) == [expected])
        #expect(try refusing.search(.ai).map(\.end) == [expected])
    }
}

/// Performs all steps but the one that publishes.
private struct RefusingExecution: FilingExecution {
    func perform(_ step: FilingPlan.Step, of filings: [Filing]) -> [Result<Filing, FilingFault>] {
        if step == .publishSidecar {
            return filings.map { _ in .failure(.placing("no such name", isOfName: false)) }
        }
        return SharedFilingExecution().perform(step, of: filings)
    }
}
