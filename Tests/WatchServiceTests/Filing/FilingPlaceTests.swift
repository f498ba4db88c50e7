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
    func `a barred place is told from a destination that can't be written to, and its decision is kept`(
        _ kind: FilingSite.Kind, _ obstacle: Obstacle
    ) throws {
        let (site, orders, digests, bar) = try barredSite(kind, obstacle)
        let filer = site.filer()
        let filed = filer.file(orders, to: .ai)
        guard case .placeUnavailable(let place, _) = filed[0].result else {
            Issue.record("\(filed[0].result)")
            return
        }
        #expect("\(place)" == "ai/trip")
        #expect(filed[1].result == .filed(.ai))
        for _ in 0..<3 {
            guard case .placeUnavailable(place, _) = filer.file([orders[0]], to: .ai)[0].result else {
                Issue.record("it is another's fault at the next try")
                return
            }
        }
        var census = try site.census()
        #expect(census.waiting == [digests[0]] && census.leftovers.count == 1)
        #expect(unlink(bar) == 0)
        #expect(filer.file([orders[0]], to: .ai)[0].result == .filed(.ai))
        census = try site.census()
        #expect(
            census.filed.sorted() == digests.sorted() && census.leftovers == [] && census.violations == [])
    }

    @Test(arguments: FilingSite.Kind.allCases, Obstacle.allCases)
    func `what waits for a barred place at the start keeps its decision, and bars no destination`(
        _ kind: FilingSite.Kind, _ obstacle: Obstacle
    ) throws {
        let (site, orders, digests, bar) = try barredSite(kind, obstacle)
        _ = site.filer().file(orders, to: .ai)
        let filer = site.filer()
        let leftover = try #require(try filer.recover(.ai).first)
        guard case .stuck(_, by: .place(let folder)) = leftover.end else {
            Issue.record("\(leftover.end)")
            return
        }
        #expect(folder == RelativePath(Array("trip".utf8)) && leftover.path == orders[0].path)
        #expect(unlink(bar) == 0)
        let id = DecidedLeftover.ID(.ai, try #require(leftover.workName))
        guard
            case .filed = filer.resume(
                [DecidedLeftover(id, leftover, stuck: "no way", by: .destination)], in: .ai)[0].end
        else {
            Issue.record("it is not filed")
            return
        }
        #expect(try site.census().filed.sorted() == digests.sorted())
    }

    @Test func `a file that waits for a barred place is not taken out of the inbox at each try`() throws {
        let (site, orders, _, _) = try barredSite(.rename, .file)
        let filer = site.filer()
        _ = filer.file([orders[0]], to: .ai)
        let folder = try site.inbox.openFolder(orders[0].path.folderBytes)
        let before = try folder.status(of: orders[0].path.name).changed
        for _ in 0..<3 { _ = filer.file([orders[0]], to: .ai) }
        #expect(try folder.status(of: orders[0].path.name).changed == before)
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `a file that was changed while its place was barred loses its decision`(
        _ kind: FilingSite.Kind
    ) throws {
        let (site, orders, _, _) = try barredSite(kind, .file)
        let filer = site.filer()
        _ = filer.file([orders[0]], to: .ai)
        try overwrite("\(site.watch.inbox)/trip/sub/a.jpg", with: [1, 2, 3])
        let identity = orders[0].decision.prospect.identity
        let work = WorkName(identity, path: orders[0].path, inbox: site.watch.inbox)
        let leftover = DecidedLeftover(
            DecidedLeftover.ID(.ai, work), path: orders[0].path, identity: identity, found: orders[0].found)
        #expect(filer.resume([leftover], in: .ai).map(\.end) == [.dropped])
        #expect(filer.resume([leftover], in: .ai).map(\.end) == [.nothing])
        #expect(try site.census().leftovers == [])
    }

    @Test(.needsRoot("to protect a folder"))
    func `a destination whose own folder is barred is to blame itself, until its trial succeeds`() throws {
        let site = try FilingSite(.rename)
        let seed = try #require((1...).lazy.map { UInt64($0) }.first { FilingSite.isSampleAI(seed: $0) })
        try site.put("trip/a.jpg", seed: seed)
        let order = try site.order("trip/a.jpg")
        let filer = site.filer()
        _ = try filer.recover(.ai)
        guard setAttribute(of: site.watch.ai, to: .immutable) else { return }
        defer { _ = setAttribute(of: site.watch.ai, to: .none) }
        for _ in 0..<2 {
            guard case .destinationUnavailable(.ai, _) = filer.file([order], to: .ai)[0].result else {
                Issue.record("it is another's fault")
                return
            }
            #expect(throws: SystemCallError.self) { try filer.probe(.ai) }
        }
        #expect(setAttribute(of: site.watch.ai, to: .none))
        try filer.probe(.ai)
        #expect(filer.file([order], to: .ai)[0].result == .filed(.ai))
    }

    @Test func `a file that alone is refused is to blame its place, for the trial succeeds`() throws {
        let site = try FilingSite(.rename)
        let seed = try #require((1...).lazy.map { UInt64($0) }.first { FilingSite.isSampleAI(seed: $0) })
        try site.put("trip/a.jpg", seed: seed)
        let refusing = site.filer(RefusingExecution())
        guard
            case .placeUnavailable(let place, "no such name") = refusing.file(
                [try site.order("trip/a.jpg")], to: .ai)[0].result
        else {
            Issue.record("it is another's fault")
            return
        }
        #expect("\(place)" == "ai")
        let leftovers = try refusing.recover(.ai)
        #expect(leftovers.map(\.end) == [.stuck("no such name", by: .place(.root))])
        #expect(leftovers.destinationsFault == nil)
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
