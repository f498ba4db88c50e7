package import BitMindAPI

/// What the configuration file says, checked and complete: the defaults of product.md where it is silent.
package struct Configuration: Sendable, Equatable {
    package var api = API()
    package var upload = Upload()
    /// At least one; no two folders of different use overlap.
    package var watches: [Watch]
    package var log = Log()
    package var metrics = Metrics()

    package init(watches: [Watch]) {
        self.watches = watches
    }

    /// How the API is reached.
    package struct API: Sendable, Equatable {
        /// http or https, without a trailing slash, query or credentials.
        package var baseURL = "https://enterprise.bitmind.ai"
        package var authentication = AuthenticationMethod.oauth
        /// How long a request may go without any progress; not in all.
        package var requestTimeout = Duration.seconds(120)
        /// The absolute path of a PEM file with CAs to trust besides the system's.
        package var caFile: String?
        /// http or https, without credentials; nil: as the environment says.
        package var proxy: String?

        package init() {}
    }

    /// How much is sent, and how fast.
    package struct Upload: Sendable, Equatable {
        /// Requests in flight at once.
        package var concurrency = 8
        package var batch = Batch.auto
        /// The most bytes of files in one batch; a larger file goes alone.
        package var batchBytes: Int64 = 100_000_000
        /// The most requests in an hour; 0: no limit of our own.
        package var requestsPerHour = 0
        /// The most bytes in a second, all uploads together; nil: no limit.
        package var bandwidth: Int64?
        /// The first wait of the back-off while the API is down.
        package var retryInitial = Duration.seconds(1)
        /// The longest wait of the back-off, never shorter than the first.
        package var retryMax = Duration.seconds(300)
        /// How long the API may fail at one file alone, before that file goes to `failed/`; zero: for ever.
        package var giveUp = Duration.seconds(86_400)

        package init() {}
    }

    /// Whether files that wait share requests.
    package enum Batch: String, Sendable, CaseIterable {
        case auto
        case off
    }

    /// One inbox, and where its files go. Paths are absolute, without empty, `.` or `..` components.
    package struct Watch: Sendable, Equatable {
        package var inbox: String
        package var ai: String
        package var human: String
        package var failed: String
        /// Where verdicts go whose confidence lies in the band; nil: they go where the verdict says.
        package var review: String?
        package var reviewBand = ReviewBand()
        package var recursive = true
        /// Quiet time after the last write.
        package var settle = Duration.seconds(1)
        /// How long a file that looks cut short, or is empty, is waited for after the last sign of a writer; never
        /// shorter than `settle`.
        package var settleMax = Duration.seconds(600)
        package var rescan = Duration.seconds(600)
        package var poll = Poll.auto
        /// Added to the built-in patterns.
        package var ignore: [NamePattern] = []
        /// How long a file may wait before it is reported.
        package var warnAfter = Duration.seconds(3600)
        /// How long a sub-folder that filing has emptied stays; zero: for ever.
        package var removeEmpty = Duration.zero

        /// Every destination.
        package var folders: [(role: DestinationRole, path: String)] {
            [(.ai, ai), (.human, human), (.failed, failed)] + (review.map { [(.review, $0)] } ?? [])
        }

        /// A watch with every default: the destinations are the folders `ai`, `human` and `failed` beside the
        /// inbox, which is an absolute path without a trailing slash.
        package init(inbox: String) {
            self.inbox = inbox
            let parent = String(inbox[..<(inbox.lastIndex(of: "/") ?? inbox.startIndex)])
            ai = parent + "/ai"
            human = parent + "/human"
            failed = parent + "/failed"
        }
    }

    /// The confidences, from 0 to 1 and both ends included, that a person should look at.
    package struct ReviewBand: Sendable, Equatable {
        package var lower = 0.4
        package var upper = 0.6

        package init() {}

        /// Whether a confidence lies in the band.
        package func contains(_ confidence: Double) -> Bool {
            lower <= confidence && confidence <= upper
        }
    }

    /// Whether an inbox is polled besides what inotify tells.
    package enum Poll: Sendable, Equatable {
        /// Every 5 s on network file systems, else not.
        case auto
        case off
        case every(Duration)
    }

    package struct Log: Sendable, Equatable {
        package var level = LogLevel.info

        package init() {}
    }

    package struct Metrics: Sendable, Equatable {
        /// The absolute path of the file for Prometheus' node_exporter; nil: none is written.
        package var textfile: String?

        package init() {}
    }
}

/// What is logged: entries of this level and those that are graver. From the least grave to the gravest.
package enum LogLevel: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}
