package import WatchCore

/// The objects that all parts of the service share.
package struct ServiceContext: Sendable {
    package let time: any TimeSource
    package let journal: Journal
    package let status: StatusBoard
    package let dispatcher: Dispatcher
    package let inboxes: InboxRegistry
    let folders = FolderUses()
    /// The producer named in the sidecars.
    package let producer: Sidecar.Producer
    /// Performs filing steps. Tests replace it.
    package let execution: any FilingExecution

    package init(
        time: any TimeSource, journal: Journal, status: StatusBoard, dispatcher: Dispatcher,
        inboxes: InboxRegistry, producer: Sidecar.Producer, execution: any FilingExecution
    ) {
        self.time = time
        self.journal = journal
        self.status = status
        self.dispatcher = dispatcher
        self.inboxes = inboxes
        self.producer = producer
        self.execution = execution
    }
}
