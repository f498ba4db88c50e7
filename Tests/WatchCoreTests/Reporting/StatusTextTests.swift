import Testing
import WatchCore

@Suite("StatusText")
struct StatusTextTests {
    private static let moment = Timestamp("2026-11-23T17:22:26Z") ?? Timestamp(seconds: 0)

    private static func place(
        _ state: FilePlace.State, _ reason: String? = nil, nextTry: Timestamp? = moment, before: Int? = nil
    ) -> FilePlace {
        FilePlace(
            path: RelativePath(Array("a.jpg".utf8)), state: state, found: moment, reason: reason,
            nextTry: nextTry, before: before)
    }

    static let sentences: [(FilePlace, String)] = [
        (place(.held, "ai is full"), "held: ai is full; next try at 17:22:26 UTC"),
        (place(.held, "ai is full", nextTry: nil), "held: ai is full"),
        (
            place(.unreadable, "no"),
            "unreadable (no): it waits until the service may read it; next try at 17:22:26 UTC"
        ),
        (
            place(.unmovable, "no"),
            "unmovable (no): it waits until it can be moved; next try at 17:22:26 UTC"
        ),
        (place(.waiting, nextTry: nil, before: 3), "waiting: 3 before it"),
        (
            place(.waiting, "rate-limited until 17:22:26", nextTry: nil, before: 3),
            "waiting: 3 before it; rate-limited until 17:22:26"
        ),
        (place(.waiting, nextTry: nil), "waiting"),
    ]

    @Test(arguments: sentences)
    func `a file's sentence says why it is where it is, and until when`(file: FilePlace, sentence: String) {
        #expect(file.sentence == sentence)
    }

    private static func report(_ files: [FilePlace], absence: String? = nil) -> StatusReport {
        StatusReport(
            version: "1", processID: 1, started: moment, updated: moment, status: ServiceStatus(),
            inboxes: [
                InboxReport(
                    inbox: "/in", destinations: [:], isLost: absence != nil, absence: absence, folders: 1,
                    waiting: 0, ignored: [], files: files)
            ])
    }

    @Test func `the overview says so where the API is simulated`() {
        var report = Self.report([])
        #expect(!StatusText(report).overview.contains("simulated"))
        report.status.isSimulated = true
        #expect(StatusText(report).overview.contains("\nthe API is simulated: its verdicts mean nothing\n"))
    }

    @Test func `the overview gives the next try of what is held, and why an inbox is not served`() {
        let held = StatusText(Self.report([Self.place(.held, "ai is full")])).overview
        #expect(held.contains("a.jpg  (ai is full; next try at 17:22:26 UTC)\n"))
        let absent = StatusText(
            Self.report([], absence: "unavailable; it is watched again as soon as it is available")
        )
        .overview
        #expect(absent.contains("/in: unavailable; it is watched again as soon as it is available\n"))
    }

    @Test func `a report is read as it was written, also where an older service wrote it`() throws {
        let report = Self.report([Self.place(.held, "full")], absence: "unavailable")
        #expect(try StatusReport(parsing: report.serialized) == report)
        let older = Self.report([Self.place(.held, "full", nextTry: nil)])
        let bytes = try older.serialized
        #expect(!String(decoding: bytes, as: UTF8.self).contains("nextTry"))
        #expect(try StatusReport(parsing: bytes) == older)
    }
}
