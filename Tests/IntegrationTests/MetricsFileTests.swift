import BitMindSimulator
import Foundation
import TestSupport
import Testing

extension BuiltProgramTests {
    struct MetricsFileTests {
        @Test
        func `a folder in place of the metrics is reported with what to do, and nothing is left beside it`()
            async throws
        {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.makeFolder("metrics/watch.prom")
                    let path = "\(site.root)/metrics/watch.prom"
                    let complaint = "is a folder: name a file instead, or remove the folder"
                    var settings = Site.Settings()
                    settings.other = "[metrics]\ntextfile = \"\(path)\""
                    let check = try await Program.run(
                        Program.watch,
                        ["check", "--config", try site.writeConfiguration(simulator.baseURL, settings)],
                        environment: settings.environment)
                    #expect(check.code == 1)
                    #expect(check.output.contains("problem  metrics \(path): \(complaint)\n"))
                    try await site.serve(simulator, settings) { service in
                        let file = DroppedFile("a.jpg", seed: 9_500)
                        try site.moveIn(file)
                        try await service.wait(until: "it is told, once") {
                            service.lines(with: "the file \(path) \(complaint)").count == 1
                        }
                        try await service.wait(until: "the file is filed") { site.hasFiled([file]) }
                    }
                    #expect(
                        try FileManager.default.subpathsOfDirectory(atPath: "\(site.root)/metrics")
                            == ["watch.prom"])
                }
            }
        }
    }
}
