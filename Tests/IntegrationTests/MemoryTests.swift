import BitMindAPI
import BitMindSimulator
import Foundation
import Glibc
import SampleMedia
import Subprocess
import SystemPackage
import TestSupport
import Testing

extension BuiltProgramTests {
    struct MemoryTests {
        @Test func `classify sends a video of 480 MB, and takes less than 80 MB`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    let video = "\(site.outside)/video.mp4"
                    try Data(SampleMedia.make(.mp4, seed: 3, size: 100_000)).write(to: URL(filePath: video))
                    guard truncate(video, 480_000_000) == 0 else { throw SystemFailure("truncate", video) }
                    let result = try await Subprocess.run(
                        .path(FilePath(Program.watch)),
                        arguments: ["classify", "--config", configuration, video],
                        environment: Program.environment(Site.Settings().environment), input: .none,
                        output: .discarded, error: .discarded
                    ) { execution in
                        let process = RunningProcess(execution.processIdentifier.value)
                        var peak = 0
                        try await wait(until: "it ends") {
                            peak = max(peak, process.peakKilobytes ?? 0)
                            return process.hasEnded
                        }
                        return peak
                    }
                    #expect(result.terminationStatus.code == 0)
                    #expect((10_000..<80_000).contains(result.closureResult), "\(result.closureResult) kB")
                    #expect(simulator.requests.last?.files.first?.size == 480_000_000)
                }
            }
        }
    }
}
