import Testing
import WatchCore

@Suite("EventKind")
struct EventKindTests {
    /// Every kind of the contract with its `MESSAGE_ID`: once an id is out, catalogues and queries rely on it.
    static let contract: [(event: String, id: String)] = [
        ("started", "f3c95789ace14954ac5d6baed2eac902"),
        ("ready", "cbf27734ac1045258b66402800e03d2c"),
        ("filed", "e0a3a91f23464c13bc27ed12b10877a9"),
        ("failed", "f1260ebc7d564b56b714dc919b27dbdf"),
        ("changed", "6caf76a5703548ae8280ad3729a6f2e7"),
        ("unreadable", "3f0c9931918c40bf9670c342c6cce996"),
        ("unmovable", "004498f4b98747c18c9c26a813678d7a"),
        ("skipped", "0ecaf828e2f745538fcc69d79561a0d1"),
        ("delayed", "73f80e52a36948b5a4414c46f147ecf9"),
        ("rate-limited", "c1af446506f142fca1010f154a9f2968"),
        ("credentials-refused", "b459071afb8a4f9ebf72c46dca8fbe35"),
        ("permission-missing", "5a3c1fbdf9da4bf3a81696a68afe2312"),
        ("api-unavailable", "135d63cf1293424c802a2e8f96fc5ce8"),
        ("api-available", "a4ea3938d4294c52810915b0875b0b21"),
        ("endpoint-resting", "36dc88b08d3c4b60b7ac8b1d4ae3f3be"),
        ("destination-unavailable", "bdfaef428c7d4431b331dab129ea3a7b"),
        ("destination-available", "4260ce86ca964d78ba569ee452a5d423"),
        ("watch-limit", "44e767f743bb4898ac59157196f119be"),
        ("rescan", "23cc390c935440e38e1f39485d23d1f3"),
        ("inbox-lost", "4d1dd7de07c1437b95d0c57b811008b7"),
        ("inbox-back", "06f3179fec434ae0a6e144cf0b4152c8"),
        ("recovered", "c78165de8458420c88ba29b1f8223c08"),
        ("reloaded", "7aa1caa066de4e968867119277832f1d"),
        ("reload-refused", "83f11b2d9bbc4685bcc3323c673940a8"),
        ("stopping", "510adc2735aa450aad7af233a7ffb088"),
        ("stopped", "d9a3ce9ecbc14674b12d1e51dd71029e"),
    ]

    @Test(arguments: contract)
    func `each event of the contract has the id that it always had`(event: String, id: String) throws {
        let kind = try #require(EventKind(rawValue: event))
        #expect(kind.messageID == id)
        #expect(id.utf8.count == 32 && id.allSatisfy { "0123456789abcdef".contains($0) })
        // Random ones, as sd-id128 makes them (RFC 9562, version 4).
        #expect(Array(id.utf8)[12] == UInt8(ascii: "4") && "89ab".utf8.contains(Array(id.utf8)[16]))
    }

    @Test func `there are no other events, and no id stands for two`() {
        #expect(EventKind.allCases.map(\.rawValue) == Self.contract.map(\.event))
        #expect(Set(EventKind.allCases.map(\.messageID)).count == EventKind.allCases.count)
    }

    @Test func `what an operator has to mend is graver than what goes on by itself`() {
        for kind in [EventKind.credentialsRefused, .permissionMissing, .destinationUnavailable, .inboxLost] {
            #expect(kind.level == .error)
        }
        for kind in [EventKind.filed, .failed, .ready, .recovered, .apiAvailable, .inboxBack, .stopped] {
            #expect(kind.level < .warning)
        }
        #expect(EventKind.filed.level == .info, "one for each file")
    }

    @Test func `levels are syslog's, and compare by gravity`() {
        #expect(EventLevel.allCases.map(\.rawValue) == [2, 3, 4, 5, 6, 7])
        #expect(EventLevel.allCases == EventLevel.allCases.sorted(by: >))
        let levels = LogLevel.allCases.map { EventLevel($0).name }
        #expect(levels == ["debug", "debug", "info", "notice", "warning", "error", "critical"])
    }
}
