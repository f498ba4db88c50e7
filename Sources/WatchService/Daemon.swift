package import BitMind
package import LinuxSystem
package import WatchCore

/// The whole service: starts what `Pipeline` joins, says when it is ready, and brings it to its end.
package struct Daemon: Sendable {
    private let configuration: Configuration
    private let configurationPath: String
    private let pipeline: Pipeline
    private let manager: ServiceManager
    private let time: any TimeSource
    private let journal: Journal

    /// How long uploads under way may take after the service was asked to stop.
    private static let grace = Duration.seconds(20)
    /// What systemd is asked for: the grace, and the filings that follow.
    private static let stopTime = Duration.seconds(60)

    /// - Parameter configurationPath: where the configuration was read from.
    package init(
        _ configuration: Configuration, configurationPath: String, credentials: any CredentialSource,
        journal: Journal, manager: ServiceManager = .current, time: any TimeSource = SystemTimeSource()
    ) throws {
        self.configuration = configuration
        self.configurationPath = configurationPath
        self.manager = manager
        self.time = time
        self.journal = journal
        pipeline = try Pipeline(configuration, credentials: credentials, journal: journal, time: time)
    }

    /// Serves until a signal asks for the end.
    /// - Parameter signals: what the process is asked for.
    /// - Throws: `InboxLocked` where another service has one of the inboxes.
    package func run(_ signals: AsyncStream<Signal>) async throws {
        journal.record(
            .started(
                version: Product.version, configuration: configurationPath,
                inboxes: configuration.watches.map(\.inbox)))
        for inbox in pipeline.inboxes { try await inbox.start() }
        await withTaskGroup(of: Void.self) { background in
            background.addTask { await pipeline.dispatcher.run() }
            background.addTask { await pipeline.status.publish(to: manager, time) }
            background.addTask { await Watchdog(manager, pipeline, time).run() }
            background.addTask { await sayWhenReady() }
            await withTaskGroup(of: Void.self) { inboxes in
                for inbox in pipeline.inboxes { inboxes.addTask { await inbox.run() } }
                await serve(signals)
                for inbox in pipeline.inboxes { inbox.finish() }
            }
            background.cancelAll()
        }
        await pipeline.client.shutdown()
        journal.record(.stopped(pipeline.status.status))
        await journal.flush()
    }

    private func sayWhenReady() async {
        for inbox in pipeline.inboxes {
            guard await inbox.untilReady() else { return }
        }
        _ = manager.ready()
        var folders = 0
        for inbox in pipeline.inboxes { folders += await inbox.folderCount }
        let status = pipeline.status.status
        journal.record(.ready(inboxes: pipeline.inboxes.count, folders: folders, waiting: status.waiting))
    }

    /// Makes requests until a signal asks for the end, and those under way have come to theirs.
    private func serve(_ signals: AsyncStream<Signal>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await pipeline.work() }
            group.addTask {
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
            case .hangUp: reload()
            case .user1, .user2: continue
            }
        }
        await beginToStop()
    }

    private func beginToStop() async {
        _ = manager.stopping()
        _ = manager.extendTimeout(by: Self.stopTime)
        journal.record(.stopping())
        for inbox in pipeline.inboxes { inbox.stop() }
        await pipeline.dispatcher.stop()
    }

    /// Reads the credentials again, and says what a changed configuration needs.
    private func reload() {
        _ = manager.reloading()
        do throws(ConfigurationErrors) {
            let new = try ConfigurationReader.read(path: configurationPath)
            pipeline.client.credentialsChanged()
            journal.record(.reloaded(needsRestart: new != configuration))
        } catch {
            journal.record(.reloadRefused("\(error)"))
        }
        _ = manager.ready()
    }
}
