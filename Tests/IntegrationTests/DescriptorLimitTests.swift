import BitMindSimulator
import Foundation
import Testing

extension BuiltProgramTests {
    /// A process that may open few files reports that as the cause.
    struct DescriptorLimitTests {
        @Test func `where no more files can be opened, that is the cause, and not the API`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    let files = DroppedFile.images(4)
                    let paths = files.map { "\(site.outside)/\($0.path)" }
                    for (file, path) in zip(files, paths) {
                        try Data(file.bytes).write(to: URL(filePath: path))
                    }
                    let arguments = ["classify", "--config", configuration]
                    var reports: [Substring] = []
                    // Each limit strikes at another call.
                    for limit in 9...24 {
                        let ending = try await Program.run(
                            "/usr/bin/prlimit",
                            ["--nofile=\(limit):\(limit)", Program.watch] + arguments + paths,
                            environment: Site.Settings().environment)
                        reports += (ending.output + ending.errors).split(separator: "\n")
                            .filter { $0.contains("no verdict") }
                    }
                    let others = reports.filter { !$0.contains("Too many open files") }
                    #expect(others.isEmpty, "\(others)")
                    #expect(reports.contains { $0.contains("no socket can be opened") })
                    #expect(reports.contains { $0.contains("it cannot be read") })
                    #expect(!reports.contains { $0.contains("is the name right") })
                }
            }
        }
    }
}
