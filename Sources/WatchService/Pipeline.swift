package import BitMind
import LinuxSystem
package import WatchCore

/// The stages of a file's way, joined in their order: the inboxes hear of files and look at them (Arriving,
/// Settling, Identifying), the dispatcher says whose turn it is (Queueing), the classifier asks the API
/// (Classifying), and the inboxes file what was decided (Filing).
package struct Pipeline: Sendable {
    package let inboxes = InboxRegistry()
    package let dispatcher: Dispatcher
    package let clients: ClientSlot
    package let status: StatusBoard
    private let context: ServiceContext
    private let classifier: Classifier

    /// As many workers wait for requests to make; how many of them have one, the dispatcher limits.
    private static let workers = 256

    package init(
        _ configuration: Configuration, credentials: any CredentialSource, journal: Journal,
        time: any TimeSource, execution: any FilingExecution = SharedFilingExecution()
    ) throws(ConfigurationFault) {
        clients = try ClientSlot(configuration, credentials)
        status = StatusBoard()
        dispatcher = Dispatcher(
            settings: configuration.upload, time: time, journal: journal, status: status)
        context = ServiceContext(
            time: time, journal: journal, status: status, dispatcher: dispatcher,
            producer: Sidecar.Producer(host: Host.name, version: Product.version), execution: execution)
        classifier = Classifier(clients: clients, dispatcher: dispatcher, time: time, inboxes: inboxes)
    }

    /// Takes an inbox up.
    /// - Parameter waitsForLock: whether it may be another's for a while, as after a reload.
    package func add(_ watch: Configuration.Watch, waitsForLock: Bool = false) async throws {
        let inbox = try Inbox(inboxes.nextID(), watch: watch, context: context)
        try await inbox.start(waitsForLock: waitsForLock)
        inboxes.add(inbox)
    }

    /// Makes requests until the dispatcher is stopped, or the task cancelled.
    package func work() async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<Self.workers { group.addTask { await classifier.work() } }
        }
    }
}
