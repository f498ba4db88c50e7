package import BitMind
package import LinuxSystem
import Synchronization
package import WatchCore

/// The whole service: starts what `Pipeline` joins, says when it is ready, and brings it to its end.
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
    /// Why it ends at once, where it does.
    private let refusal = Mutex<InboxLocked?>(nil)

    /// What the service manager has been told.
    private enum Phase { case starting, ready, stopping }

    /// How long the inboxes have for being taken up before requests begin and signals are heeded.
    private static let startPatience = Duration.seconds(5)
    /// How long they have for being watched before the service is ready without them, in minutes: less than the
    /// service manager waits (`TimeoutStartSec=`).
    private static let readyPatience = 2

    /// How long uploads under way may take after the service was asked to stop.
    private static let grace = Duration.seconds(20)
    /// What systemd is asked for: the grace, and the filings that follow.
    private static let stopTime = Duration.seconds(60)

    /// - Parameters:
    ///   - configurationPath: where the configuration was read from, and is read again on a reload.
    ///   - credentials: where they are found under a configuration.
    ///   - statusFile: the path of `status.json`; nil for nowhere.
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

    /// Serves until a signal asks for the end.
    /// - Parameter signals: what the process is asked for.
    /// - Throws: `InboxLocked` where another service has one of the inboxes.
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
        // What has been told so far comes before the reason of the end.
        await journal.flush()
        if let locked { throw locked }
    }

    /// Waits a while for the inboxes to be taken up: one whose disk hangs comes when it can. Where another service has
    /// one, however late that shows, nothing more begins.
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
        // Where the service ends before, answers are missing for no disk's sake.
        guard !Task.isCancelled, !folders.values.contains(nil) else { return }
        // Whoever has waited for READY finds the inboxes in status.json.
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
            // None are watched where the inbox itself has told by then that it is lost.
            guard let folders = await inbox.untilReady(), folders > 0 else { return }
            journal.record(.inboxBack(inbox.watch.inbox))
        }
    }

    /// - Returns: false where the service stops already.
    @discardableResult
    private func begin(_ next: Phase) -> Bool {
        phase.withLock { phase in
            guard phase != .stopping else { return false }
            phase = next
            return true
        }
    }

    /// Makes requests until a signal asks for the end, and those under way have come to theirs.
    private func serve(_ signals: AsyncStream<Signal>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await pipeline.work() }
            group.addTask { [self] in
                await heed(signals)
                await time.sleep(until: time.now + Self.grace)
            }
            // Either the work has ended, or its time is up: then what is still under way is cancelled.
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
    /// Takes over the configuration as it is on disk now; one that is wrong is refused whole.
    private func reload() async {
        // Before it is ready for the first time, only that is waited for.
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
                // The inbox may be the one just let go, whose uploads and filings come to their end first.
                try pipeline.add(watch, waitsForLock: true)
            } catch {
                journal.record(.inboxLost(watch.inbox, "\(error)"))
            }
        }
        let areHandedOver = Host.environment("CREDENTIALS_DIRECTORY") != nil
        journal.record(.reloaded(change, credentialsWait: areHandedOver))
    }
}
