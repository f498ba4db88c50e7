import BitMindSimulator
import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

extension RequestTests {
    @Suite("Filing backlog")
    struct FilingBacklogTests {
        private static let count = 400

        @Test func `while many verdicts wait to be filed, no more are paid for`() async throws {
            try await Simulator.with(SimulatorBehaviour()) { simulator in
                let site = try RequestSite(simulator)
                try site.put(images: 0..<Self.count)
                let disk = ThreadGate()
                defer { disk.open() }
                func single(_ upload: inout Configuration.Upload) { upload.batch = .off }
                try await site.serve(single, execution: WaitingExecution(disk: disk)) { run in
                    try await run.begin(with: Self.count)
                    // The inbox receives the verdicts in its turns. Requests in flight end meanwhile.
                    try await wait(until: "requests rest") {
                        run.status.uploading == 0 && site.uploads.count >= 64
                    }
                    #expect(site.uploads.count < 200, "64, and what went while these were counted")
                    disk.open()
                    try await run.waitUntilFiled(Self.count)
                }
                #expect(site.uploads.count == Self.count)
            }
        }
    }
}

/// Files only once the disk is released.
private struct WaitingExecution: FilingExecution {
    let disk: ThreadGate
    private let execution = SharedFilingExecution()

    init(disk: ThreadGate) { self.disk = disk }

    func perform(_ step: FilingPlan.Step, of filings: [Filing]) -> [Result<Filing, FilingFault>] {
        disk.pass()
        return execution.perform(step, of: filings)
    }
}
