import LinuxSystem

/// Notifies the service manager that the service is alive, as long as the dispatcher and all threads that
/// read events respond.
struct Watchdog: Sendable {
    private let manager: ServiceManager
    private let pipeline: Pipeline
    private let time: any TimeSource

    init(_ manager: ServiceManager, _ pipeline: Pipeline, _ time: any TimeSource) {
        self.manager = manager
        self.pipeline = pipeline
        self.time = time
    }

    /// Runs until the task is cancelled. Returns at once without a watchdog.
    func run() async {
        guard let interval = manager.watchdogInterval else { return }
        while !Task.isCancelled {
            await pipeline.dispatcher.ping()
            // All are tested, even if one does not respond.
            let answers = pipeline.inboxes.all.map { $0.pulse.check() }
            if answers.allSatisfy(\.self) { _ = manager.watchdog() }
            // Often enough that one late round is harmless.
            await time.sleep(until: time.now + interval / 3)
        }
    }
}
