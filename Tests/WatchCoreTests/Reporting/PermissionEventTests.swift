import BitMindAPI
import Testing
import WatchCore

@Suite struct PermissionEventTests {
    @Test(arguments: [
        (Endpoint.image, "files that need it stay in the inbox"),
        (.video, "files that need it stay in the inbox"),
        (.batchImage, "files are sent one by one"), (.batchVideo, "files are sent one by one"),
    ])
    func `a missing permission says what becomes of the files`(endpoint: Endpoint, effect: String) throws {
        let change = GateChange.paused(.permissionMissing(endpoint), until: nil)
        let event = try #require(JournalEvent.gate(change, at: .now, date: Timestamp(seconds: 0)))
        #expect(event.kind == .permissionMissing)
        #expect(event.message.contains("no permission for \(endpoint.path); \(effect). "))
    }
}
