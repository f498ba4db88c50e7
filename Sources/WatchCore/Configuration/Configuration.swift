package import BitMindAPI

/// The checked and complete configuration. Missing keys have the defaults of product.md.
package struct Configuration: Sendable, Equatable {
    package var api = API()
    package var upload = Upload()
    /// At least one. Folders of different use never overlap.
    package var watches: [Watch]
    package var log = Log()
    package var metrics = Metrics()

    package init(watches: [Watch]) {
        self.watches = watches
    }

    /// How to reach the API.
    package struct API: Sendable, Equatable {
        /// http or https, without a trailing slash, query or credentials.
        package var baseURL = "https://enterprise.bitmind.ai"
        package var authentication = AuthenticationMethod.oauth
        /// The longest time of a request without any progress. It does not limit the whole request.
        package var requestTimeout = Duration.seconds(120)
        /// The absolute path of a PEM file with CAs to trust in addition to the system's.
        package var caFile: String?
        /// http or https, without credentials; nil: the proxy of the environment.
        package var proxy: String?

        package init() {}
    }

    /// How much is sent, and how fast.
    package struct Upload: Sendable, Equatable {
        /// The largest number of requests in flight.
        package var concurrency = 8
        package var batch = Batch.auto
        /// The largest number of file bytes in one batch. A larger file is sent alone.
        package var batchBytes: Int64 = 100_000_000
        /// The largest number of requests per hour; 0: no limit of the service's own.
        package var requestsPerHour = 0
        /// The largest number of bytes per second, over all uploads; nil: no limit.
        package var bandwidth: Int64?
        /// The first wait of the back-off while the API is down.
        package var retryInitial = Duration.seconds(1)
        /// The longest wait of the back-off, at least as long as the first.
        package var retryMax = Duration.seconds(300)
        /// How long the API may fail at one file alone, before the file goes to `failed/`; zero: forever.
        package var giveUp = Duration.seconds(86_400)

        package init() {}
    }

    /// Whether waiting files share requests.
    package enum Batch: String, Sendable, CaseIterable {
        case auto
        case off
    }

    /// One inbox and its destinations. Paths are absolute, without empty, `.` or `..` components.
    package struct Watch: Sendable, Equatable {
        package var inbox: String
        package var ai: String
        package var human: String
        package var failed: String
        /// The folder for verdicts whose confidence is in the band; nil: such files go to `ai` or `human`
        /// like all others.
        package var review: String?
        package var reviewBand = ReviewBand()
        package var recursive = true
        /// The quiet time after the last write.
        package var settle = Duration.seconds(1)
        /// How long the service waits for the rest of a file that looks cut short or is empty, after the last
        /// sign of a writer; at least as long as `settle`.
        package var settleMax = Duration.seconds(600)
        package var rescan = Duration.seconds(600)
        package var poll = Poll.auto
        /// Added to the built-in patterns.
        package var ignore: [NamePattern] = []
        /// How long a file may wait before it is reported.
        package var warnAfter = Duration.seconds(3600)
        /// How long a sub-folder stays after filing has emptied it; zero: forever.
        package var removeEmpty = Duration.zero

        /// All destinations.
        package var folders: [(role: DestinationRole, path: String)] {
            [(.ai, ai), (.human, human), (.failed, failed)] + (review.map { [(.review, $0)] } ?? [])
        }

        /// A watch with all defaults: the destinations are the folders `ai`, `human` and `failed` beside the
        /// inbox. `inbox` is an absolute path without a trailing slash.
        package init(inbox: String) {
            self.inbox = inbox
            let parent = String(inbox[..<(inbox.lastIndex(of: "/") ?? inbox.startIndex)])
            ai = parent + "/ai"
            human = parent + "/human"
            failed = parent + "/failed"
        }
    }

    /// The confidences that a person should check, from 0 to 1, with both ends included.
    package struct ReviewBand: Sendable, Equatable {
        package var lower = 0.4
        package var upper = 0.6

        package init() {}

        /// Whether a confidence lies in the band.
        package func contains(_ confidence: Double) -> Bool {
            lower <= confidence && confidence <= upper
        }
    }

    /// Whether an inbox is polled in addition to inotify.
    package enum Poll: Sendable, Equatable {
        /// Every 5 s on network file systems, never on others.
        case auto
        case off
        case every(Duration)
    }

    package struct Log: Sendable, Equatable {
        package var level = LogLevel.info

        package init() {}
    }

    package struct Metrics: Sendable, Equatable {
        /// The absolute path of the file for Prometheus' node_exporter; nil: no file is written.
        package var textfile: String?

        package init() {}
    }
}

/// The lowest level that is logged. The cases go from the least to the most severe.
package enum LogLevel: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}
