package import WatchCore

/// What all parts of the service share.
package struct ServiceContext: Sendable {
    package let time: any TimeSource
    package let journal: Journal
    package let status: StatusBoard
    package let dispatcher: Dispatcher
    package let inboxes: InboxRegistry
    let folders = FolderUses()
    /// Who signs the sidecars.
    package let producer: Sidecar.Producer
    /// How filing steps are performed; tests put another in.
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
