import LinuxSystem
package import WatchCore

/// Performs the steps of filings. One of the three seams for tests, which interrupt a filing between two
/// steps.
package protocol FilingExecution: Sendable {
    /// Performs a step of several filings. Blocks.
    /// - Parameter filings: of one destination.
    /// - Returns: for each the filing after the step, or its fault.
    func perform(_ step: FilingPlan.Step, of filings: [Filing]) -> [Result<Filing, FilingFault>]
}

/// Performs the steps on the calling thread, and shares flushes among all threads that need one.
package struct SharedFilingExecution: FilingExecution {
    private let flusher = GroupFlusher()

    package init() {}

    package func perform(
        _ step: FilingPlan.Step, of filings: [Filing]
    ) -> [Result<Filing, FilingFault>] {
        do throws(SystemCallError) {
            try flusher.flush(filings.compactMap { $0.flushRequest(for: step) })
        } catch {
            // It is not known which of them the error concerns.
            return filings.map { _ in .failure(FilingFault(destination: error)) }
        }
        return filings.map { filing in
            Result { () throws(FilingFault) in try filing.perform(step) }
        }
    }
}

/// How far a filing got.
struct FilingProgress: Sendable {
    var filing: Filing
    /// Why it stopped; nil once all steps are done.
    var fault: FilingFault?
}

extension FilingPlan {
    /// Performs the steps in order, each for all filings before the next.
    func perform(on filings: [Filing], by execution: any FilingExecution) -> [FilingProgress] {
        var ends = filings.map { FilingProgress(filing: $0) }
        for step in steps {
            let going = ends.indices.filter { ends[$0].fault == nil }
            if going.isEmpty { break }
            let results = execution.perform(step, of: going.map { ends[$0].filing })
            for (index, result) in zip(going, results) {
                switch result {
                case .success(let filing): ends[index].filing = filing
                case .failure(let fault): ends[index].fault = fault
                }
            }
        }
        return ends
    }

    /// Performs the steps in order.
    func perform(on filing: Filing, by execution: any FilingExecution) -> FilingProgress {
        perform(on: [filing], by: execution)[0]
    }
}
