package import BitMind
import LinuxSystem
package import WatchCore

/// The stages of a file's way, in order: the inboxes receive events of files and look at them (Arriving,
/// Settling, Identifying), the dispatcher chooses the next request (Queueing), the classifier sends it to the
/// API (Classifying), and the inboxes file the decided files (Filing).
package struct Pipeline: Sendable {
    package let inboxes = InboxRegistry()
    package let dispatcher: Dispatcher
    package let clients: ClientSlot
    package let status: StatusBoard
    private let context: ServiceContext
    private let classifier: Classifier

    /// The number of workers that wait for requests. The dispatcher limits how many have one.
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

    /// Adds an inbox. Its own thread starts to serve it.
    /// - Parameter waitsForLock: whether another service may use it for a while, as after a reload.
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
