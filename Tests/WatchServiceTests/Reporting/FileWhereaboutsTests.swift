import Glibc
import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

/// What the folders say of a file that was filed.
@Suite struct FileWhereaboutsTests {
    @Test func `of a filed file its sidecar is shown, or why it cannot be`() throws {
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
        let tree = try DirectoryHandle.open(path: ai)
        for name in ["gone.jpg", "refused-gone.jpg"] {
            try site.file(
                [6], at: name, in: ai, outcome: name == "gone.jpg" ? FiledSite.judged : FiledSite.failed)
            try tree.remove(Array(name.utf8))
        }
        _ = try tree.makeFolders(Array(".bitmind-watch".utf8), mode: 0o700)
        for (name, sentence) in [
            ("gone.jpg", "taken away: it was filed to ai: ai 0.9, "),
            ("refused-gone.jpg", "taken away: it was filed to ai: rejected, it was refused, "),
            ("none.jpg", "unknown: there is no such file in ai: it was never filed under this name, or was"),
            ("trip/good.jpg.json", "the sidecar of good.jpg"),
            ("gone.jpg.json", "the sidecar of gone.jpg, which was taken away"),
            ("trip", "unknown: it is a folder in ai: ask for a file in it"),
            (".bitmind-watch/x.json", "the service's own: it holds unfinished filings"),
            ("trip/good.jpg", "filed to ai: ai 0.9, "),
            ("refused.jpg", "filed to ai: rejected, it was refused, "),
            ("alone.jpg", "unknown: it is in ai, but its sidecar cannot be read (there is none)"),
            ("broken.jpg", "unknown: it is in ai, but its sidecar cannot be read ("),
            ("linked.jpg", "unknown: it is not in ai, and its sidecar cannot be read"),
        ] {
            let told = whereabouts.sentence(for: "\(ai)/\(name)")
            #expect(told.hasPrefix(sentence), "\(told)")
        }
        #expect(whereabouts.sentence(for: ai) == "unknown: it is the folder for ai: ask for a file in it")
        #expect(
            whereabouts.sentence(for: site.watch.inbox + "/gone.jpg").hasPrefix(
                "taken away: it was filed to ai"))
        // By its path in the inbox, too.
        #expect(
            whereabouts.sentence(for: site.watch.inbox + "/trip/good.jpg").hasPrefix("filed to ai: ai 0.9"))
    }

    /// A file that exists and is not in hand, by the report of its inbox.
    @Test(arguments: [
        (
            "a.jpg", true, [],
            "waiting: its folder has more files than the service reads at once; it is read later"
        ),
        (
            "sub/a.jpg", false, [],
            "ignored: it is in a sub-folder, and the configuration has recursive = false"
        ),
        (
            "a.jpg", false, [],
            "waiting: its folder has more files than the service reads at once; it is read later"
        ),
        (
            "sub/a.jpg", true, ["sub"],
            "unreadable: the service may not read its folder sub: the file waits until it may"
        ),
        (
            "sub/deep/a.jpg", true, ["sub/deep", "other"],
            "unreadable: the service may not read its folder sub/deep: the file waits until it may"
        ),
        (
            "a.jpg", true, [""],
            "unreadable: the service may not read the inbox: the file waits until it may"
        ),
        (
            "none.jpg", true, ["sub"],
            "unknown: there is no such file, neither here nor in a destination"
        ),
        ("sub/x.part", true, [], "ignored: its name matches *.part"),
        (
            ".bitmind-watch/lock", true, [],
            "the service's own: it is the lock of the inbox; do not change it"
        ),
        (
            "sub/.bitmind-watch-1-2", true, [],
            "the service's own: it is a trial, or a copied file that is being removed; do not change it"
        ),
    ])
    func `a file that is not in hand is shown as it is`(
        name: String, isRecursive: Bool, unreadable: [String], sentence: String
    ) throws {
        let site = try FiledSite()
        if name != "none.jpg" { try site.put([1], at: name, in: site.watch.inbox) }
        let inbox = InboxReport(
            inbox: site.watch.inbox, destinations: ["ai": site.watch.ai], isLost: false, folders: 1,
            waiting: 0,
            ignored: [], isRecursive: isRecursive,
            unreadable: unreadable.map { RelativePath(Array($0.utf8)) }, files: [])
        let whereabouts = FileWhereabouts(
            Self.report(inbox, updated: SystemTimeSource().date.advanced(by: .seconds(60))))
        #expect(whereabouts.sentence(for: "\(site.watch.inbox)/\(name)") == sentence)
    }

    @Test func `a file that came after the status was made is new, and not one of very many`() throws {
        let site = try FiledSite()
        try site.put([1], at: "a.jpg", in: site.watch.inbox)
        let inbox = InboxReport(
            inbox: site.watch.inbox, destinations: ["ai": site.watch.ai], isLost: false, folders: 1,
            waiting: 0, ignored: [], isRecursive: true, unreadable: [], files: [])
        let whereabouts = FileWhereabouts(Self.report(inbox, updated: SystemTimeSource().date))
        #expect(whereabouts.sentence(for: site.watch.inbox + "/a.jpg").hasPrefix("new: it appeared"))
    }

    private static func report(
        _ inbox: InboxReport, updated: Timestamp = Timestamp(seconds: 0, nanoseconds: 0)
    ) -> StatusReport {
        let moment = Timestamp(seconds: 0, nanoseconds: 0)
        return StatusReport(
            version: "0", processID: 1, started: moment, updated: updated, status: ServiceStatus(),
            inboxes: [inbox])
    }
}
