import BitMindAPI
import Testing
import WatchCore

@Suite("JournalEvent")
struct JournalEventTests {
    static func text(_ event: JournalEvent, _ field: String) -> String? {
        event.allFields.first { $0.name == field }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    static func filed(_ outcome: Sidecar.Outcome, path: [UInt8] = Array("trip/IMG_0042.jpg".utf8))
        -> JournalEvent
    {
        var sidecar = SampleSidecar.judged
        sidecar.outcome = outcome
        sidecar.media = SampleSidecar.media(path: path)
        sidecar.times.filed = sidecar.times.found.advanced(by: .milliseconds(310))
        return .filed(sidecar, to: Array("/srv/bitmind/ai/trip/IMG_0042.jpg".utf8))
    }

    @Test func `a file's end is logged as the contract shows it, with its fields`() {
        let event = Self.filed(.judged(.init(isAI: true, confidence: "0.8234")))
        #expect(event.message == "ai 0.8234  trip/IMG_0042.jpg  (image/jpeg, 2.3 MB, 0.31 s)")
        #expect(event.level == .info)
        let fields = [
            "MESSAGE_ID": EventKind.filed.messageID, "BITMIND_EVENT": "filed", "BITMIND_VERDICT": "ai",
            "BITMIND_CONFIDENCE": "0.8234", "BITMIND_FILE": "trip/IMG_0042.jpg",
            "BITMIND_DESTINATION": "/srv/bitmind/ai/trip/IMG_0042.jpg",
            "BITMIND_SHA256": SampleSidecar.digest,
            "BITMIND_REQUEST_ID": "batch_img_1234567890",
        ]
        #expect(Set(event.allFields.map(\.name)) == Set(fields.keys))
        for (name, value) in fields { #expect(Self.text(event, name) == value) }
    }

    @Test func `a simulated answer is seen in the entry`() {
        var sidecar = SampleSidecar.judged
        sidecar.isSimulated = true
        #expect(JournalEvent.filed(sidecar, to: []).message.hasSuffix(") simulated"))
        sidecar.outcome = .failed(.init(code: .rejected, message: "it is bad", status: 400))
        #expect(JournalEvent.filed(sidecar, to: []).message.hasSuffix("(it is bad) simulated"))
    }

    @Test func `a human verdict is logged as one, and a contradiction of the API is noted`() {
        let human = Self.filed(.judged(.init(isAI: false, confidence: "0.10")))
        #expect(human.message.hasPrefix("human 0.10  trip/") && !human.message.contains("disagree"))
        #expect(Self.text(human, "BITMIND_VERDICT") == "human")
        for (isAI, confidence) in [(true, "0.49999"), (false, "0.5")] {
            #expect(
                Self.filed(.judged(.init(isAI: isAI, confidence: confidence))).message.contains("disagree"))
        }
        for (isAI, confidence) in [(true, "0.5"), (false, "0.49999"), (true, "5e-1")] {
            #expect(
                !Self.filed(.judged(.init(isAI: isAI, confidence: confidence))).message.contains("disagree"))
        }
    }

    @Test func `a failed file is logged with its code and why`() {
        let failure = Sidecar.Failure(code: .unsupportedType, message: "HEIC is not taken")
        let event = Self.filed(.failed(failure))
        #expect(event.kind == .failed && event.level == .notice)
        #expect(event.message == "failed unsupported-type  trip/IMG_0042.jpg  (HEIC is not taken)")
        #expect(Self.text(event, "BITMIND_ERROR") == "unsupported-type")
        #expect(
            Self.text(event, "BITMIND_VERDICT") == "failed" && Self.text(event, "BITMIND_CONFIDENCE") == nil)
    }

    /// A name that would forge an entry, clear a terminal and turn the reading direction.
    static let hostile: [UInt8] =
        Array("x\nMESSAGE=forged\r\u{1B}[2J\u{202E}\0 \u{2028}".utf8) + [0xFF, 0x80] + Array("\\n.jpg".utf8)

    static let hostileEvents: [JournalEvent] = {
        let path = RelativePath(hostile)
        let text = String(decoding: hostile, as: UTF8.self)
        let reports: [FileReport] = [
            .changed(), .changed(.size, times: 4, wait: .seconds(8)), .skipped("a FIFO"),
            .held(.unreadable("no")), .held(.unmovable("no")),
        ]
        return reports.compactMap { JournalEvent.report($0, of: path) } + [
            filed(.judged(.init(isAI: true, confidence: "1")), path: hostile),
            filed(.failed(.init(code: .empty, message: "the file is empty")), path: hostile),
            .started(version: "1", configuration: text, inboxes: [text, text]),
            .rescan(text, .overflow), .rescan(text, .interval), .inboxLost(text, "gone"), .inboxBack(text),
            .inboxLocked(InboxLocked(path: text)),
            .destinationUnavailable(.ai, path: text, "full"), .destinationAvailable(.ai, path: text),
            .placeUnavailable(path, folder: hostile, "no"), .placeAvailable(folder: hostile, isFiled: true),
            .placeAvailable(folder: hostile, isFiled: false),
            .watchLimit(text, needed: 9, allowed: nil, unwatched: 1),
            .watchLimit(text, needed: 9, allowed: 5, unwatched: 0), .unreadableFolder(path, reason: "no"),
            .usedFolder(path, inbox: text, use: "the inbox /in"),
        ]
    }()

    @Test(arguments: hostileEvents)
    func `no file's name forges an entry, and its bytes stand in the field as they are`(event: JournalEvent) {
        let bad: [Unicode.GeneralCategory] = [.control, .format, .lineSeparator, .paragraphSeparator]
        #expect(event.message.unicodeScalars.allSatisfy { !bad.contains($0.properties.generalCategory) })
        #expect(event.message.contains("x\\nMESSAGE=forged"))
        for field in event.allFields {
            #expect(field.name.allSatisfy { "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789".contains($0) })
        }
        if let file = event.fields.first(where: { $0.name == "BITMIND_FILE" }) {
            #expect(file.value == Self.hostile)
        }
        if [.filed, .failed, .changed, .skipped, .unreadable, .unmovable].contains(event.kind) {
            #expect(event.fields.contains { $0.name == "BITMIND_FILE" })
        }
    }

    @Test func `the watch limit is logged with what is needed and allowed, and by its kernel name`() {
        let event = JournalEvent.watchLimit("/in", needed: 70_000, allowed: 65_536, unwatched: 4464)
        for part in ["70,000", "65,536", "4,464", "fs.inotify.max_user_watches"] {
            #expect(event.message.contains(part))
        }
        let end = JournalEvent.watchLimit("/in", needed: 70_000, allowed: 65_536, unwatched: 0)
        #expect(event.level == .warning && end.level == .notice && end.kind == .watchLimit)
        let instances = JournalEvent.instanceLimit("/in", allowed: 128)
        #expect(instances.level == .warning && instances.kind == .watchLimit)
        for part in ["/in", "128", "fs.inotify.max_user_instances"] {
            #expect(instances.message.contains(part))
        }
    }

    static let reasons: [(RequestGate.PauseReason, EventKind?, EventKind?, String)] = [
        (.rateLimited, .rateLimited, .rateLimited, "rate-limited until 19:42:10"),
        (.credentialsRefused, .credentialsRefused, .apiAvailable, "credentials refused until 19:42:10"),
        (.serviceDown, .apiUnavailable, .apiAvailable, "the API is unavailable until 19:42:10"),
        (.forbidden(.image), .permissionMissing, .permissionMissing, "/image refused until 19:42:10"),
        (
            .permissionMissing(.video), .permissionMissing, .permissionMissing,
            "no permission for /video until 19:42:10"
        ),
        (.hourlyBudget, nil, nil, "limited by requests_per_hour until 19:42:10"),
    ]

    @Test(arguments: reasons)
    func `a state of the gate is logged when it begins and when it ends`(
        reason: RequestGate.PauseReason, begin: EventKind?, end: EventKind?, status: String
    ) throws {
        let now = ContinuousClock.now
        let date = try #require(Timestamp("2026-11-23T19:41:02Z"))
        let until = now + .seconds(68)
        let begun = JournalEvent.gate(.paused(reason, until: until), at: now, date: date)
        #expect(begun?.kind == begin)
        let explained = JournalEvent.planner(
            .cause(reason, "the words of the server", until: until), at: now, date: date)
        #expect(explained?.kind == begin)
        if let explained {
            #expect(explained.message.contains("the words of the server"))
            #expect(explained.fields.contains(.error("the words of the server")))
        }
        if let begun, begun.kind != .permissionMissing { #expect(begun.message.contains("19:42:10")) }
        let ended = JournalEvent.gate(.resumed(reason), at: now, date: date)
        #expect(ended?.kind == end)
        if let ended { #expect(ended.level <= .notice) }
        #expect(reason.text(until: date.advanced(by: .seconds(68))) == status)
        #expect(reason.text(until: nil).hasSuffix(", retrying"))
        #expect(reason.text(until: nil, cause: "why").hasSuffix(", retrying: why"))
        #expect(JournalEvent.gate(.askStatus(.image), at: now, date: date) == nil)
    }
}
