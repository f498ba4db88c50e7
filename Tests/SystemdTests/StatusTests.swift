import Foundation
import Testing

extension OnSystemd {
    @Suite struct StatusTests {
        /// How many files there were in the folders, and when.
        private struct Count {
            let moment: ContinuousClock.Instant
            let filed: Int
            let inInbox: Int
        }

        /// The content of `status.json`.
        private struct Report: Decodable {
            struct Status: Decodable { let ai, human, waiting, uploading: Int }
            let status: Status
        }

        private func count(_ box: Box) throws -> Count {
            func names(_ folder: String) throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: box.path("/srv/bitmind/\(folder)"))
                    .filter { !$0.hasPrefix(".") }
            }
            let moment = ContinuousClock.now
            let inInbox = try names("inbox").count
            let filed = try ["ai", "human"].flatMap(names).count { $0.hasSuffix(".jpg") }
            return Count(moment: moment, filed: filed, inInbox: inInbox)
        }

        /// How many files `STATUS=` says are filed.
        private func filed(_ line: String) throws -> Int {
            let number = try #require(line.firstMatch(of: /([0-9,]+) filed/)).1
            return try #require(Int(number.filter { $0 != "," }))
        }

        @Test func `amid work the status is what was true within the last second`() async throws {
            try await Box.with { box in
                try await box.setUp(
                    simulator: "--latency 10ms", configuration: "[upload]\nbatch = \"off\"")
                try await box.run("systemctl stop \(Box.unit)")
                let samples = (0..<5_000).map { Sample("\($0).jpg", seed: 40_000 + UInt64($0)) }
                try box.drop(samples)
                try await box.start()
                try await box.wait(until: "ls /srv/bitmind/ai | grep -q json")
                var counts = [try count(box)]
                var checks = 0
                while let last = counts.last, last.inInbox > 0 {
                    let asked = ContinuousClock.now
                    let line = try await box.property("StatusText")
                    let json = try Data(
                        contentsOf: URL(filePath: box.path("/run/bitmind-watch/status.json")))
                    let now = try count(box)
                    counts.append(now)
                    // A second more than promised, for a machine that is busy with other things.
                    guard let past = counts.last(where: { $0.moment < asked - .seconds(2) }) else {
                        continue
                    }
                    let status = try JSONDecoder().decode(Report.self, from: json).status
                    for told in [try filed(line), status.ai + status.human] {
                        #expect(told >= past.filed && told <= now.filed, "\(told): \(past), \(now)")
                    }
                    #expect(status.waiting <= past.inInbox, "\(status): \(past), \(now)")
                    // Without those that are uploaded or filed just now.
                    #expect(status.waiting >= now.inInbox - 100, "\(status): \(past), \(now)")
                    checks += 1
                }
                #expect(checks >= 5)
                // And at rest.
                try await box.wait(until: "bitmind-watch status | grep -q ' 0 waiting; 5,000 filed '")
            }
        }
    }
}
