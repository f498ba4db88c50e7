import BitMindAPI
import BitMindSimulator
import Foundation
import SampleMedia
import Testing

extension BuiltProgramTests {
    struct ManyFilesTests {
        /// In folders that are there before the start, that come later, and that need more than ASCII.
        private static let folders = ["", "trip/", "trip/day 2/", "Größe/ängstlich/"]

        private static func files(_ count: Int, _ prefix: String, seed: UInt64) -> [DroppedFile] {
            (0..<count).map { index in
                let type = MediaType.allCases[index % MediaType.allCases.count]
                let folder = folders[index % folders.count]
                return DroppedFile(
                    "\(folder)\(prefix) \(index).\(type.format.fileNameExtensions[0])", type,
                    seed: seed + UInt64(index),
                    size: 4_000 + 97 * index)
            }
        }

        /// How a file of a backlog ends, and so waits: for the API, or for the rest of itself.
        static let ends: [(name: String, bytes: [UInt8])] = [("whole", [0xFF, 0xD9]), ("cut short", [])]

        @Test(arguments: ends.indices)
        func `10,000 files that wait are 10,000 after any number of rescans`(index: Int) async throws {
            let bytes = SampleMedia.make(.jpeg, seed: 1, size: 1_000).dropLast(2) + Self.ends[index].bytes
            let count = 10_000
            try await Simulator.with { simulator in
                await simulator.refuseConnections()
                try await Site.with { site in
                    for number in 0..<count {
                        try Data(bytes).write(to: URL(filePath: "\(site.inbox)/\(number).jpg"))
                    }
                    var settings = Site.Settings()
                    settings.watch += "\nrescan = \"1s\""
                    settings.other = "[log]\nlevel = \"debug\""
                    let ending = try await site.serve(simulator, settings) { service in
                        try await service.wait(until: "it was looked at often", atMost: .seconds(60)) {
                            service.lines(with: "scanning all folders").count >= 4
                        }
                        try await service.wait(until: "the status has the count") {
                            service.manager.last("STATUS")?.contains("10,000 waiting") == true
                        }
                    }
                    let left = ending.lines.filter { $0.hasSuffix("left in the inbox") }
                    #expect(left.count == 1 && left[0].hasSuffix(" 10,000 left in the inbox"), "\(left)")
                }
            }
        }

        @Test func `200 files that come in every way are each filed once, with all that is known of them`()
            async throws
        {
            let early = Self.files(50, "early", seed: 1_000)
            let moved = Self.files(50, "moved", seed: 2_000)
            let copied = Self.files(50, "copied", seed: 3_000)
            let slow = Self.files(50, "slow", seed: 4_000)
            let all = early + moved + copied + slow
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for file in early { try site.copyIn(file) }
                    let ending = try await site.serve(simulator) { service in
                        try await service.waitUntilReady()
                        try await Self.write(slow, to: site, service) {
                            for file in moved { try site.moveIn(file) }
                            for file in copied { try site.copyIn(file) }
                            try await service.wait(until: "all but the slow ones are filed") {
                                site.hasFiled(early + moved + copied)
                            }
                        }
                        try await service.wait(until: "all are filed") { site.hasFiled(all) }
                    }
                    #expect(ending.code == 0)
                    try Census(site).expectNothingLost(of: all)
                    for file in all {
                        try site.expectSidecar(of: file, baseURL: simulator.baseURL)
                        #expect(simulator.uploads(of: file.sha256) == 1, "\(file.path)")
                    }
                    #expect(simulator.uploads.count == all.count)
                    #expect(simulator.tokenRequests == 1)
                    try await SchemaCheck.expectValid(all.count, in: site.root)
                }
            }
        }

        /// Writes files in three pieces, with `meanwhile` between the first and the second.
        private static func write(
            _ files: [DroppedFile], to site: Site, _ service: Service, meanwhile: () async throws -> Void
        ) async throws {
            let writers = try files.map { try site.openWriter($0) }
            let pieces = files.map { $0.bytes.count / 3 }
            for (index, writer) in writers.enumerated() {
                try writer.write(files[index].bytes.prefix(pieces[index]))
            }
            try await meanwhile()
            for (index, writer) in writers.enumerated() {
                try writer.write(files[index].bytes.dropFirst(pieces[index]).prefix(pieces[index]))
            }
            for (index, writer) in writers.enumerated() {
                try writer.write(files[index].bytes.dropFirst(2 * pieces[index]))
            }
        }
    }
}
