import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

/// Files that go to `failed/` by a look alone: nothing was sent, so nothing is known of their bytes but stamps.
@Suite(.holds(descriptors: 12)) struct FailureFilingTests {
    private let path = RelativePath(Array("photo.jpg".utf8))

    private func refused(_ site: FilingSite) throws -> FilingOrder {
        let opened = try site.inbox.openRegularFile(path)
        let sighting = Sighting(
            identity: opened.identity, seen: SystemTimeSource().date, openForWriting: false, obstacle: nil,
            identification: .unsupported("unknown data"))
        let failure = Sidecar.Failure(code: .unsupportedType, message: "unknown data")
        let prospect = Prospect(sighting, type: nil, complete: true)
        return FilingOrder(
            path: path,
            decision: Decision(outcome: .failed(failure), prospect: prospect, request: nil),
            found: FoundTime(sighting.seen, .now))
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `a file that was filled in since it was refused does not fail, though its size is the same`(
        _ kind: FilingSite.Kind
    ) throws {
        let site = try FilingSite(kind)
        let digest = try site.put("photo.jpg", seed: 1)
        let file = "\(site.watch.inbox)/photo.jpg"
        let content = try site.inbox.openFile(path.name).bytes(at: 0, count: 1 << 20)
        try overwrite(file, with: [UInt8](repeating: 0, count: content.count), truncating: false)
        let order = try refused(site)
        repeat {
            try overwrite(file, with: content, truncating: false)
        } while try FileIdentity(site.inbox.status(of: path.name)).modified
            == order.decision.prospect.identity.modified
        #expect(site.file([order], to: .failed) == [.changed])
        let census = try site.census()
        #expect(census.waiting == [digest] && census.filed == [] && census.leftovers == [])
    }
}
