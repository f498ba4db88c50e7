package import BitMindAPI

/// Counters since the start of the service: the source of the metrics.
package struct Tally: Sendable, Equatable {
    package struct Inbox: Sendable, Equatable {
        /// By verdict: `ai`, `human`.
        package var filed: [String: Int] = [:]
        /// By failure code.
        package var failed: [String: Int] = [:]
        package var lastFiled: Timestamp?

        package init() {}
    }

    /// By the inbox's absolute path.
    package private(set) var inboxes: [String: Inbox] = [:]
    /// By endpoint path and HTTP status, or the word used if there was no status.
    package private(set) var requests: [Request: Int] = [:]
    package private(set) var uploadedBytes: Int64 = 0
    package private(set) var rescans: [RescanReason: Int] = [:]
    package private(set) var filingSeconds = Histogram()
    package private(set) var requestSeconds = Histogram()

    package struct Request: Hashable, Sendable {
        package let endpoint: Endpoint
        package let status: String
    }

    package init() {}

    /// A file's end.
    /// - Parameter took: as for `JournalEvent.filed`.
    package mutating func filed(_ sidecar: Sidecar, took: Duration?) {
        var inbox = inboxes[sidecar.media.inbox] ?? Inbox()
        switch sidecar.outcome {
        case .judged:
            inbox.filed[sidecar.outcome.verdict, default: 0] += 1
        case .failed(let failure):
            inbox.failed[failure.code.rawValue, default: 0] += 1
        }
        inbox.lastFiled = sidecar.times.filed
        inboxes[sidecar.media.inbox] = inbox
        filingSeconds.add(took ?? sidecar.times.untilFiled)
    }

    /// A request's end.
    /// - Parameters:
    ///   - status: the HTTP status, or a word if there was none.
    ///   - bytes: of the files that the API has accepted.
    package mutating func requested(_ endpoint: Endpoint, status: String, bytes: Int64, took: Duration) {
        requests[Request(endpoint: endpoint, status: status), default: 0] += 1
        uploadedBytes += bytes
        requestSeconds.add(took)
    }

    package mutating func rescanned(_ reason: RescanReason) {
        rescans[reason, default: 0] += 1
    }
}

/// A histogram of durations in the form of Prometheus: each bucket counts all durations up to its bound.
package struct Histogram: Sendable, Equatable {
    /// Upper bounds in seconds.
    package static let bounds: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200,
    ]

    package private(set) var counts = [Int](repeating: 0, count: bounds.count)
    package private(set) var count = 0
    /// In seconds.
    package private(set) var sum = 0.0

    package init() {}

    package mutating func add(_ duration: Duration) {
        let seconds = max(0, duration / .seconds(1))
        count += 1
        sum += seconds
        for index in Self.bounds.indices where seconds <= Self.bounds[index] { counts[index] += 1 }
    }
}
