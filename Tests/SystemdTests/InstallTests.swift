import Foundation
import Testing

/// The service as an operator has it: installed on a real systemd, and asked by way of systemd and the journal.
///
/// Each test has a box of its own; one after the other, for each box is a whole system.
@Suite("On a real systemd", .serialized, .enabled(if: Box.isPossible, "only root can make a box"))
enum OnSystemd {}

extension OnSystemd {
    @Suite struct InstallTests {
        @Test func `what is dropped after the installation is filed, and told in the journal`() async throws {
            try await Box.with { box in
                try await box.setUp()
                #expect(try await box.property("ActiveState") == "active")
                let ai = Sample.with("ai", "trip/photo.jpg")
                let human = Sample.with("human", "scan.jpg")
                try box.drop(ai, human)
                try await box.waitUntilFiled(ai, human)
                let entry = try await box.waitForEntry("BITMIND_VERDICT=ai")
                #expect(entry["BITMIND_FILE"] == ai.path)
                #expect(entry["BITMIND_DESTINATION"] == ai.place)
            }
        }
    }
}
