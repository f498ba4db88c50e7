import BitMindSimulator
import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

@Suite("Filing backlog")
struct FilingBacklogTests {
    private static let count = 400

    @Test func `while many verdicts wait to be filed, no more are paid for`() async throws {
        try await Simulator.with(SimulatorBehaviour()) { simulator in
            let site = try RequestSite(simulator)
            try site.put(images: 0..<Self.count)
            let disk = StoppedExecution()
            defer { disk.goOn() }
            func single(_ upload: inout Configuration.Upload) { upload.batch = .off }
            try await site.serve(single, execution: disk) { run in
                try await run.begin(with: Self.count)
                // The inbox hears of the verdicts in its turns; requests under way end meanwhile.
                try await wait(until: "requests rest") {
                    run.status.uploading == 0 && site.uploads.count >= 64
                }
                #expect(site.uploads.count < 200, "64, and what went while these were counted")
                disk.goOn()
                try await run.waitUntilFiled(Self.count)
            }
            #expect(site.uploads.count == Self.count)
        }
    }
}

/// A disk on which nothing moves until it is told to.
private final class StoppedExecution: FilingExecution {
    private let execution = SharedFilingExecution()
    private let goesOn = ThreadMonitor(false)

    func perform(_ step: FilingPlan.Step, of filings: [Filing]) -> [Result<Filing, FilingFault>] {
        goesOn.wait { $0 ? () : nil }
        return execution.perform(step, of: filings)
    }

    func goOn() {
        goesOn.withLock { $0 = true }
        goesOn.wakeAll()
    }
}
