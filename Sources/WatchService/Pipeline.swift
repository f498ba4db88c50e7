package import BitMind
import LinuxSystem
package import WatchCore

/// The stages of a file's way, joined in their order: the inboxes hear of files and look at them (Arriving,
/// Settling, Identifying), the dispatcher says whose turn it is (Queueing), the classifier asks the API
/// (Classifying), and the inboxes file what was decided (Filing).
package struct Pipeline: Sendable {
    package let inboxes: [Inbox]
    package let dispatcher: Dispatcher
    package let client: BitMindClient
    package let status: StatusBoard
    private let classifier: Classifier
    private let workers: Int

    package init(
        _ configuration: Configuration, credentials: any CredentialSource, journal: Journal,
        time: any TimeSource,
        execution: @escaping @Sendable (BlockingThreads) -> any FilingExecution = {
            ThreadedFilingExecution($0)
        }
    ) throws {
        client = try BitMindClient(
            configuration: BitMindClient.Configuration(configuration), credentials: credentials)
        status = StatusBoard()
        dispatcher = Dispatcher(settings: configuration.upload, time: time, journal: journal, status: status)
        let context = ServiceContext(
            time: time, journal: journal, status: status, dispatcher: dispatcher,
            producer: Sidecar.Producer(host: Host.name, version: Product.version), execution: execution)
        inboxes = try configuration.watches.enumerated().map { number, watch in
            try Inbox(InboxID(number), watch: watch, context: context)
        }
        classifier = Classifier(
            client: client, baseURL: configuration.api.baseURL, dispatcher: dispatcher, time: time,
            inboxes: Dictionary(uniqueKeysWithValues: inboxes.map { ($0.id, $0) }))
        workers = configuration.upload.concurrency
    }

    /// Makes requests until the dispatcher is stopped, or the task cancelled.
    package func work() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<workers { group.addTask { await classifier.work() } }
        }
    }
}

extension BitMindClient.Configuration {
    init(_ configuration: Configuration) {
        self.init(baseURL: configuration.api.baseURL)
        requestTimeout = configuration.api.requestTimeout
        caFile = configuration.api.caFile
        proxy = configuration.api.proxy
        bandwidth = configuration.upload.bandwidth
        userAgent = "\(Product.name)/\(Product.version)"
        maximumConnections = configuration.upload.concurrency
    }
}
