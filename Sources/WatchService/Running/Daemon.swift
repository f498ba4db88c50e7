package import BitMind
package import LinuxSystem
import Synchronization
package import WatchCore

/// The whole service: starts the `Pipeline`, reports when it is ready, and ends it.
package final class Daemon: Sendable {
    private let configuration: Mutex<Configuration>
    private let configurationPath: String
    private let credentials: @Sendable (Configuration) -> any CredentialSource
    private let pipeline: Pipeline
    private let manager: ServiceManager
    private let time: any TimeSource
    private let journal: Journal
    private let reporter: StatusReporter
    private let phase = Mutex(Phase.starting)
    /// Why it ends at once, if it does.
    private let refusal = Mutex<InboxLocked?>(nil)

    /// The last state reported to the service manager.
    private enum Phase { case starting, ready, stopping }

    /// How long to wait for the inboxes to be served before requests begin and signals are handled.
    private static let startPatience = Duration.seconds(5)
    /// How long to wait for the inboxes to be watched before the service reports that it is ready without
    /// them, in minutes; shorter than the service manager's limit (`TimeoutStartSec=`).
    private static let readyPatience = 2

    /// How long uploads in flight may take after a request to stop.
    private static let grace = Duration.seconds(20)
    /// The time requested from systemd for a stop: `grace`, and the filings after it.
    private static let stopTime = Duration.seconds(60)

    /// - Parameters:
    ///   - configurationPath: the path of the configuration, which is read again on a reload.
    ///   - credentials: returns the credentials for a configuration.
    ///   - statusFile: the path of `status.json`; nil for none.
    package init(
        _ configuration: Configuration, configurationPath: String,
        credentials: @escaping @Sendable (Configuration) -> any CredentialSource, journal: Journal,
        statusFile: String? = nil, manager: ServiceManager = .current,
        time: any TimeSource = SystemTimeSource()
    ) throws {
        self.configuration = Mutex(configuration)
        self.configurationPath = configurationPath
        self.credentials = credentials
        self.manager = manager
        self.time = time
        self.journal = journal
        pipeline = try Pipeline(
            configuration, credentials: credentials(configuration), journal: journal, time: time)
        reporter = try StatusReporter(
            board: pipeline.status, dispatcher: pipeline.dispatcher, manager: manager, journal: journal,
            time: time, statusFile: statusFile, metricsFile: configuration.metrics.textfile)
    }

    /// Serves until a signal requests the end.
    /// - Parameter signals: the signals sent to the process.
    /// - Throws: `InboxLocked` if another service uses one of the inboxes.
    package func run(_ signals: AsyncStream<Signal>) async throws {
        let watches = configuration.withLock { $0.watches }
        journal.record(
            .started(
                version: Product.version, configuration: configurationPath, inboxes: watches.map(\.inbox)))
        let inboxes: [Inbox]
        do {
            inboxes = try watches.map { try pipeline.add($0) }
        } catch {
            await journal.flush()
            throw error
        }
        await withTaskGroup(of: Void.self) { background in
            background.addTask { [self] in await pipeline.dispatcher.run() }
            background.addTask { [self] in await reporter.run() }
            background.addTask { [self] in await Watchdog(manager, pipeline, time).run() }
            background.addTask { [self] in await sayWhenReady(inboxes) }
            background.addTask { [self] in
                await takeUp(inboxes)
                await serve(signals)
                pipeline.inboxes.close()
            }
            await pipeline.inboxes.run()
            background.cancelAll()
        }
        await pipeline.clients.current.client.shutdown()
        let locked = refusal.withLock { $0 }
        if locked == nil { journal.record(.stopped(pipeline.status.status)) }
        // Earlier entries are written before the error.
        await journal.flush()
        if let locked { throw locked }
    }

    /// Waits a limited time for the inboxes to be served. An inbox whose disk is blocked follows later. If
    /// another service uses an inbox, nothing more begins, however late this is found.
    private func takeUp(_ inboxes: [Inbox]) async {
        _ = await pipeline.inboxes.ask(inboxes, patience: Self.startPatience, time) { [self] inbox in
            do throws(InboxLocked) {
                try await inbox.start()
            } catch {
                refusal.withLock { $0 = error }
                begin(.stopping)
                await pipeline.dispatcher.stop()
            }
        }
    }

    private func sayWhenReady(_ inboxes: [Inbox]) async {
        let folders = await pipeline.inboxes.ask(
            inboxes, patience: .seconds(60 * Self.readyPatience), time
        ) {
            await $0.untilReady()
        }
        // If the service stops first, answers are missing for another reason than a disk.
        guard !Task.isCancelled, !folders.values.contains(nil) else { return }
        // After READY, the inboxes must be in status.json.
        await reporter.show()
        guard begin(.ready) else { return }
        _ = manager.ready()
        journal.record(
            .ready(
                inboxes: folders.count, folders: folders.values.reduce(0) { $0 + ($1 ?? 0) },
                waiting: pipeline.status.status.waiting))
        for inbox in inboxes where folders[inbox.id] == nil { sayThatItIsLate(inbox) }
    }

    private func sayThatItIsLate(_ inbox: Inbox) {
        journal.record(
            .inboxLost(inbox.watch.inbox, "its folders are not read after \(Self.readyPatience) minutes"))
        pipeline.inboxes.ask { [journal] in
            // The number is 0 if the inbox itself has been reported as lost.
            guard let folders = await inbox.untilReady(), folders > 0 else { return }
            journal.record(.inboxBack(inbox.watch.inbox))
        }
    }

    /// - Returns: false if the service is already stopping.
    @discardableResult
    private func begin(_ next: Phase) -> Bool {
        phase.withLock { phase in
            guard phase != .stopping else { return false }
            phase = next
            return true
        }
    }

    /// Makes requests until a signal requests the end and the requests in flight have ended.
    private func serve(_ signals: AsyncStream<Signal>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await pipeline.work() }
            group.addTask { [self] in
                await heed(signals)
                await time.sleep(until: time.now + Self.grace)
            }
            // Either the work has ended, or its time limit has passed. Then the rest is cancelled.
            await group.next()
            group.cancelAll()
        }
    }

    private func heed(_ signals: AsyncStream<Signal>) async {
        for await signal in signals {
            switch signal {
            case .terminate, .interrupt: return await beginToStop()
            case .hangUp: await reload()
            case .user1, .user2, .windowChange, .suspend: continue
            }
        }
        if !Task.isCancelled { await beginToStop() }
    }

    private func beginToStop() async {
        begin(.stopping)
        _ = manager.stopping()
        _ = manager.extendTimeout(by: Self.stopTime)
        journal.record(.stopping())
        await pipeline.dispatcher.stop()
        for inbox in pipeline.inboxes.all { inbox.stop() }
    }
}

// MARK: - Reloading

extension Daemon {
    /// Reads and applies the configuration on disk. If it has an error, all of it is refused.
    private func reload() async {
        // Before the service is ready for the first time, a reload waits for that.
        let isReady = phase.withLock { $0 == .ready }
        if isReady { _ = manager.reloading() }
        do throws(ConfigurationErrors) {
            await apply(try await ConfigurationReader.readLooking(path: configurationPath))
        } catch {
            journal.record(.reloadRefused("\(error)"))
        }
        if isReady { _ = manager.ready() }
    }

    private func apply(_ new: Configuration) async {
        let change = ConfigurationChange(from: configuration.withLock { $0 }, to: new)
        if change.changesClient {
            do throws(ConfigurationFault) {
                try pipeline.clients.replace(new, credentials(new))
            } catch {
                return journal.record(.reloadRefused("\(configurationPath): \(error)"))
            }
        } else {
            pipeline.clients.current.client.credentialsChanged()
        }
        configuration.withLock { $0 = new }
        journal.setLevel(EventLevel(new.log.level))
        await pipeline.dispatcher.apply(new.upload, isOtherWay: change.changesClient)
        await reporter.setMetricsFile(new.metrics.textfile)
        for inbox in pipeline.inboxes.all where change.removed.contains(inbox.watch) {
            inbox.stop(isRemoved: true)
        }
        for watch in change.added {
            do {
                // The earlier inbox may just have been released. Its uploads and filings end first.
                try pipeline.add(watch, waitsForLock: true)
            } catch {
                journal.record(.inboxLost(watch.inbox, "\(error)"))
            }
        }
        let areHandedOver = Host.environment("CREDENTIALS_DIRECTORY") != nil
        journal.record(.reloaded(change, credentialsWait: areHandedOver))
    }
}
