import LinuxSystem

/// Tells the service manager that the service is alive, as long as the dispatcher answers and all threads that
/// read events do.
struct Watchdog: Sendable {
    private let manager: ServiceManager
    private let pipeline: Pipeline
    private let time: any TimeSource

    init(_ manager: ServiceManager, _ pipeline: Pipeline, _ time: any TimeSource) {
        self.manager = manager
        self.pipeline = pipeline
        self.time = time
    }

    /// Runs until the task is cancelled; ends at once where nobody waits for it.
    func run() async {
        guard let interval = manager.watchdogInterval else { return }
        while !Task.isCancelled {
            await pipeline.dispatcher.ping()
            // Every one is asked, whatever another answers.
            let answers = pipeline.inboxes.all.map { $0.pulse.check() }
            if answers.allSatisfy(\.self) { _ = manager.watchdog() }
            // Often enough that one late round does no harm.
            await time.sleep(until: time.now + interval / 3)
        }
    }
}
