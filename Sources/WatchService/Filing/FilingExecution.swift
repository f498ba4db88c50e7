package import WatchCore

/// Performs the steps of filings: one of the three seams for tests, which stop a filing between two steps.
package protocol FilingExecution: Sendable {
    /// - Returns: the filing after the step.
    func perform(_ step: FilingPlan.Step, of filing: Filing) async throws(FilingFault) -> Filing
}

/// Performs steps on threads that may block, and shares flushes among filings.
package struct ThreadedFilingExecution: FilingExecution {
    private let threads: BlockingThreads
    private let flusher: GroupFlusher

    package init(_ threads: BlockingThreads) {
        self.threads = threads
        flusher = GroupFlusher(threads)
    }

    package func perform(
        _ step: FilingPlan.Step, of filing: Filing
    ) async throws(FilingFault) -> Filing {
        if step.isFlush {
            do {
                try await flusher.flush(filing.flushRequest(for: step))
            } catch {
                throw FilingFault(destination: error)
            }
        }
        return try await threads.run { () throws(FilingFault) in try filing.perform(step) }
    }
}

extension FilingPlan.Step {
    var isFlush: Bool {
        switch self {
        case .flushDecision, .flushSidecar, .flushMedia: true
        default: false
        }
    }
}

extension FilingPlan {
    /// Performs the steps in their order; on a fault before publishing, takes back what they did.
    func perform(
        on filing: Filing, by execution: any FilingExecution
    ) async -> (filing: Filing, fault: FilingFault?) {
        var filing = filing
        for step in steps {
            do throws(FilingFault) {
                filing = try await execution.perform(step, of: filing)
            } catch {
                return (filing, error)
            }
        }
        return (filing, nil)
    }
}
