import Testing
import WatchCore

/// The message catalogue explains every event that the journal may get.
@Suite struct CatalogueTests {
    /// The texts by `MESSAGE_ID`.
    private static func entries() throws -> [String: Substring] {
        let parts = try Tool.text("systemd/bitmind-watch.catalog").split(separator: "\n-- ").dropFirst()
        return Dictionary(
            parts.map { (String($0.prefix { $0 != "\n" }), $0) }, uniquingKeysWith: { first, _ in first })
    }

    @Test func `it has each event's id, and no other`() throws {
        #expect(Set(try Self.entries().keys) == Set(EventKind.allCases.map(\.messageID)))
    }

    @Test(arguments: EventKind.allCases)
    func `an event has a subject, its manual, what happened and what to do`(kind: EventKind) throws {
        let entry = try #require(try Self.entries()[kind.messageID])
        let parts = entry.split(separator: "\n\n")
        let head = parts[0].split(separator: "\n")
        #expect(head.count == 4)
        #expect(head[1].hasPrefix("Subject: ") && head[2] == "Defined-By: bitmind-watch")
        #expect(head[3].hasPrefix("Documentation: man:bitmind-watch(8)"))
        #expect(parts.count >= 3, "what happened, and what to do")
        // A field that the entries of this kind may lack would stand there by its name.
        let fields = Set(entry.matches(of: /@(\w+)@/).map { String($0.1) })
        #expect(fields.isSubset(of: Self.certainFields(kind)), "\(kind)")
    }

    /// The fields that all entries of a kind have.
    private static func certainFields(_ kind: EventKind) -> Set<String> {
        switch kind {
        case .filed:
            [
                "BITMIND_VERDICT", "BITMIND_CONFIDENCE", "BITMIND_FILE", "BITMIND_DESTINATION",
                "BITMIND_SHA256",
            ]
        case .failed: ["BITMIND_VERDICT", "BITMIND_FILE", "BITMIND_DESTINATION", "BITMIND_ERROR"]
        case .unreadable, .unmovable, .skipped: ["BITMIND_FILE", "BITMIND_ERROR"]
        case .changed, .delayed: ["BITMIND_FILE"]
        case .destinationUnavailable: ["BITMIND_DESTINATION", "BITMIND_ERROR"]
        case .destinationAvailable: ["BITMIND_DESTINATION"]
        case .rescan, .inboxLost, .reloadRefused: ["BITMIND_ERROR"]
        default: []
        }
    }
}
