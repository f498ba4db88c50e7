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
        clients = try ClientSlot(configuration, credentials, time: time)
        status = StatusBoard()
        dispatcher = Dispatcher(
            settings: configuration.upload, time: time, journal: journal, status: status,
            whenBlocked: { [inboxes] kinds in
                for inbox in inboxes.all { inbox.mailbox.post([.blocked(kinds)]) }
            })
        context = ServiceContext(
            time: time, journal: journal, status: status, dispatcher: dispatcher,
            inboxes: inboxes, producer: Sidecar.Producer(host: Host.name, version: Product.version),
            execution: execution)
        classifier = Classifier(clients: clients, dispatcher: dispatcher, time: time, inboxes: inboxes)
    }

    /// Has an inbox served, which takes itself up on its own thread.
    /// - Parameter waitsForLock: whether it may be another's for a while, as after a reload.
    @discardableResult
    package func add(_ watch: Configuration.Watch, waitsForLock: Bool = false) throws -> Inbox {
        let inbox = try Inbox(inboxes.nextID(), watch: watch, waitsForLock: waitsForLock, context: context)
        inboxes.add(inbox)
        return inbox
    }

    /// Makes requests until the dispatcher is stopped, or the task cancelled.
    package func work() async {
        await classifier.run(workers: Self.workers)
    }
}
