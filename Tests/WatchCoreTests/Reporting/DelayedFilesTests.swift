import Testing
import WatchCore

/// The entry `delayed`.
@Suite struct DelayedFilesTests {
    private static func place(_ number: Int, _ state: FilePlace.State, _ reason: String? = nil) -> FilePlace {
        FilePlace(
            path: RelativePath(Array("\(number).jpg".utf8)), state: state,
            found: MachineBench.epoch.advanced(by: .seconds(number)), reason: reason)
    }

    @Test func `it says how many wait, the oldest of them, and why, in groups`() throws {
        var files = DelayedFiles()
        for number in 10..<1_010 { files.add(Self.place(number, .waiting)) }
        for number in 3..<6 { files.add(Self.place(number, .unreadable, "Permission denied")) }
        files.add(Self.place(7, .settling))
        let requests = ["the API is unavailable until 19:42:10: Connection refused"]
        let event = try #require(
            JournalEvent.delayed(files, inbox: "/in", limit: .seconds(3_600), requests: requests))
        #expect(event.kind == .delayed)
        for part in [
            "1,004 files in /in have waited longer than 60 min: ", "The oldest is 3.jpg, found at ",
            "1,000 not sent yet (the API is unavailable until 19:42:10: Connection refused)",
            "3 unreadable (Permission denied)", "1 still being written",
        ] { #expect(event.message.contains(part), "\(event.message)") }
        #expect(event.fields.contains(.file(RelativePath(Array("3.jpg".utf8)))))
    }

    @Test func `each state of a file has a reason of its own`() {
        var reasons: Set<String> = []
        for state in FilePlace.State.allCases {
            var files = DelayedFiles()
            files.add(Self.place(1, state, state == .waiting ? nil : "why"))
            reasons.insert(files.reasons(requests: []))
        }
        #expect(reasons.count == FilePlace.State.allCases.count)
    }

    @Test func `many reasons are summed up, and none is no entry`() {
        var files = DelayedFiles()
        #expect(JournalEvent.delayed(files, inbox: "/in", limit: .seconds(60), requests: []) == nil)
        for number in 0..<100 { files.add(Self.place(number, .unmovable, "reason \(number)")) }
        let reasons = files.reasons(requests: [])
        #expect(reasons.hasSuffix("94 for other reasons, see \"status\"") && reasons.utf8.count < 500)
    }
}
