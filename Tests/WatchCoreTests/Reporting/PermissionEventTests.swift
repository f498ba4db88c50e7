import BitMindAPI
import Testing
import WatchCore

@Suite struct PermissionEventTests {
    @Test(arguments: [
        (Endpoint.image, "what needs it stays in the inbox"), (.video, "what needs it stays in the inbox"),
        (.batchImage, "files go on, one a request"), (.batchVideo, "files go on, one a request"),
    ])
    func `a missing permission says what becomes of the files`(endpoint: Endpoint, effect: String) throws {
        let change = GateChange.paused(.permissionMissing(endpoint), until: nil)
        let event = try #require(JournalEvent.gate(change, at: .now, date: Timestamp(seconds: 0)))
        #expect(event.kind == .permissionMissing)
        #expect(event.message.contains("no permission for \(endpoint.path); \(effect). "))
    }
}
