package import BitMindAPI
import Synchronization
package import WatchCore

/// The state that all parts of the service report: the data for `STATUS=`, `status.json` and the metrics.
package final class StatusBoard: Sendable {
    /// What holds something up: its name for the metrics, and words for people.
    package struct Holdup: Sendable, Equatable {
        /// Nil if it holds up only single files.
        package let name: PauseName?
        package let text: String

        package init(_ name: PauseName?, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    private struct State {
        var inboxes: [InboxID: InboxState] = [:]
        var uploading = 0
        var holdups: [Holdup] = []
        var totals = ServiceStatus()
        var tally = Tally()
    }

    private struct InboxState: Equatable {
        var waiting = 0
        var holdups: [Holdup] = []
        var report: InboxReport?
    }

    private let state = Mutex(State())
    /// An element for each time that something may have changed. Several may be merged.
    package let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    package init() {
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package var status: ServiceStatus {
        state.withLock { state in
            var status = state.totals
            let inboxes = state.inboxes.sorted { $0.key.number < $1.key.number }.map(\.value)
            let holdups = state.holdups + inboxes.flatMap(\.holdups)
            status.inboxes = inboxes.count
            status.uploading = state.uploading
            status.waiting = inboxes.reduce(0) { $0 + $1.waiting }
            status.holdups = holdups.map(\.text)
            status.pauses = PauseName.allCases.filter { name in holdups.contains { $0.name == name } }
            return status
        }
    }

    /// What holds up requests, in words.
    package var requestHoldups: [String] { state.withLock { $0.holdups.map(\.text) } }

    package var tally: Tally { state.withLock { $0.tally } }

    /// The last reports of the inboxes, in the order in which the inboxes were added.
    package var inboxReports: [(id: InboxID, report: InboxReport)] {
        state.withLock { state in
            state.inboxes.sorted { $0.key.number < $1.key.number }.compactMap { id, inbox in
                inbox.report.map { (id, $0) }
            }
        }
    }

    // MARK: Updates

    /// - Returns: whether the values have changed.
    package func update(_ inbox: InboxID, waiting: Int, holdups: [Holdup]) -> Bool {
        let isNews = state.withLock { state in
            let old = state.inboxes[inbox]
            state.inboxes[inbox, default: InboxState()].waiting = waiting
            state.inboxes[inbox]?.holdups = holdups
            return state.inboxes[inbox] != old
        }
        if isNews { changed.yield() }
        return isNews
    }

    package func update(_ inbox: InboxID, report: InboxReport) {
        change { $0.inboxes[inbox, default: InboxState()].report = report }
    }

    /// The inbox is no longer served.
    package func remove(_ inbox: InboxID) {
        change { $0.inboxes[inbox] = nil }
    }

    package func update(uploading: Int, holdups: [Holdup]) {
        change { state in
            state.uploading = uploading
            state.holdups = holdups
        }
    }

    /// - Parameter took: as for `JournalEvent.filed`.
    package func filed(_ sidecar: Sidecar, took: Duration? = nil) {
        change { state in
            state.tally.filed(sidecar, took: took)
            if sidecar.api != nil { state.totals.isSimulated = sidecar.isSimulated }
            switch sidecar.outcome {
            case .judged(let judgement) where judgement.isAI: state.totals.ai += 1
            case .judged: state.totals.human += 1
            case .failed: state.totals.failed += 1
            }
        }
    }

    package func requested(_ endpoint: Endpoint, status: String, bytes: Int64, took: Duration) {
        change { $0.tally.requested(endpoint, status: status, bytes: bytes, took: took) }
    }

    package func rescanned(_ reason: RescanReason) {
        change { $0.tally.rescanned(reason) }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        changed.yield()
    }

    /// Makes the state be shown again, because it has changed with time alone.
    package func refresh() {
        changed.yield()
    }
}
