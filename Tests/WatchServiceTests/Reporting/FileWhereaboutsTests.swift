import TestSupport
import Testing
import WatchCore
import WatchService

/// What the folders say of a file that was filed.
@Suite struct FileWhereaboutsTests {
    @Test func `of a filed file its sidecar is told, or why it cannot be`() throws {
        let site = try FiledSite()
        let ai = site.watch.ai
        try site.file([1], at: "trip/good.jpg", in: ai, outcome: FiledSite.judged)
        try site.file([2], at: "refused.jpg", in: ai)
        try site.put([3], at: "alone.jpg", in: ai)
        try site.put([4], at: "broken.jpg", in: ai)
        try site.put([5], at: "broken.jpg.json", in: ai)
        try symbolicLink(at: ai + "/linked.jpg.json", to: "trip/good.jpg.json")

        let inbox = InboxReport(
            inbox: site.watch.inbox, destinations: ["ai": ai], isLost: false, folders: 1, waiting: 0,
            ignored: [],
            files: [])
        let moment = Timestamp(seconds: 0, nanoseconds: 0)
        let whereabouts = FileWhereabouts(
            StatusReport(
                version: "0", processID: 1, started: moment, updated: moment, status: ServiceStatus(),
                inboxes: [inbox]))
        for (name, sentence) in [
            ("trip/good.jpg", "filed to ai: ai 0.9, "),
            ("refused.jpg", "filed to ai: rejected, it was refused, "),
            ("alone.jpg", "unknown: it is in ai, but its sidecar cannot be read (there is none)"),
            ("broken.jpg", "unknown: it is in ai, but its sidecar cannot be read ("),
            ("linked.jpg", "unknown: it is in ai, but its sidecar cannot be read ("),
        ] {
            let told = whereabouts.sentence(for: "\(ai)/\(name)")
            #expect(told.hasPrefix(sentence), "\(told)")
        }
        // By its path in the inbox, too.
        #expect(
            whereabouts.sentence(for: site.watch.inbox + "/trip/good.jpg").hasPrefix("filed to ai: ai 0.9"))
    }
}
