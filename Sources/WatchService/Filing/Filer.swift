package import LinuxSystem
package import WatchCore

/// Files what was decided, for one inbox, and finishes what earlier runs began.
package struct Filer: Sendable {
    private let watch: Configuration.Watch
    private let inbox: DirectoryHandle
    private let destinations: [DestinationRole: Destination]
    private let producer: Sidecar.Producer
    private let time: any TimeSource
    private let execution: any FilingExecution
    private let threads: BlockingThreads

    /// - Parameters:
    ///   - inbox: the inbox's folder.
    ///   - destinations: one for each role that the watch has.
    package init(
        watch: Configuration.Watch, inbox: DirectoryHandle, destinations: [DestinationRole: Destination],
        producer: Sidecar.Producer, time: any TimeSource, execution: any FilingExecution,
        threads: BlockingThreads
    ) {
        self.watch = watch
        self.inbox = inbox
        self.destinations = destinations
        self.producer = producer
        self.time = time
        self.execution = execution
        self.threads = threads
    }

    private var recovery: FilingRecovery {
        FilingRecovery(watch: watch, inbox: inbox, execution: execution, threads: threads)
    }

    /// Finishes what an interrupted run has left in the destinations' working folders.
    /// - Throws: what makes a destination unusable, and which.
    package func recover(_ role: DestinationRole) async throws(SystemCallError) -> [Recovered] {
        guard let destination = destinations[role] else { return [] }
        return try await recovery.recover(destination)
    }

    /// Whether a destination can be written to, by trying.
    package func probe(_ role: DestinationRole) async throws(SystemCallError) {
        guard let destination = destinations[role] else { return }
        try await threads.run { () throws(SystemCallError) in try destination.probe() }
    }

    /// Files one file as decided.
    /// - Parameters:
    ///   - path: where the file is below the inbox.
    ///   - found: when the service first heard of it.
    package func file(_ decision: Decision, path: RelativePath, found: Timestamp) async -> Filed {
        let role = Routing(watch).role(of: decision.outcome)
        guard let destination = destinations[role] else {
            return Filed(.destinationUnavailable(role, "there is no such folder in the configuration"))
        }
        do throws(FilingFault) {
            let work = WorkName(decision.prospect.identity, inbox: watch.inbox)
            let opened = try await threads.run { () throws(FilingFault) in try open(destination, work) }
            if opened.hasDecision { return await goOn(work, in: opened.destination, role) }
            let filing = try await threads.run { () throws(FilingFault) in
                try prepare(decision, path: path, found: found, work: work, destination: opened.destination)
            }
            return try await run(filing, role)
        } catch {
            return Filed(FilingResult(error, role))
        }
    }

    /// Forgets a decision that was kept for a file that could not be filed then, and is another now; files it
    /// after all where its bytes are the same.
    package func abandon(_ decision: Decision) async -> Recovered? {
        let role = Routing(watch).role(of: decision.outcome)
        guard let destination = destinations[role] else { return nil }
        let work = WorkName(decision.prospect.identity, inbox: watch.inbox)
        do throws(FilingFault) {
            let opened = try await threads.run { () throws(FilingFault) in try open(destination, work) }
            return opened.hasDecision ? await recovery.resume(work, in: opened.destination) : nil
        } catch {
            // The next start finds it, and drops it.
            return nil
        }
    }

    private func open(
        _ destination: Destination, _ work: WorkName
    ) throws(FilingFault) -> (destination: OpenDestination, hasDecision: Bool) {
        do throws(SystemCallError) {
            let opened = try destination.open()
            return (opened, try opened.work.hasEntry(work.file(.decision)))
        } catch {
            throw FilingFault(destination: error)
        }
    }

    private func prepare(
        _ decision: Decision, path: RelativePath, found: Timestamp, work: WorkName,
        destination: OpenDestination
    ) throws(FilingFault) -> Filing {
        let opened: OpenedFile
        do throws(OpenFailure) {
            opened = try inbox.openRegularFile(path)
        } catch {
            throw FilingFault(error)
        }
        let prospect = decision.prospect
        guard prospect.identity.isSameFile(as: opened.identity) else { throw .changed }
        let sha256: String
        do throws(SystemCallError) {
            if let known = decision.request?.sha256 {
                sha256 = known
            } else {
                sha256 = try opened.file.sha256()
            }
        } catch {
            throw .unmovable("it cannot be read: \(error)")
        }
        let sidecar = decision.sidecar(
            path: path, inbox: watch.inbox, sha256: sha256, by: producer, found: found, filed: time.date)
        return Filing(
            work: work, path: path, sidecar: sidecar, sidecarBytes: sidecar.serialized, inbox: inbox,
            destination: destination,
            source: Filing.Source(
                file: opened.file, identity: prospect.identity,
                isIdentityProof: prospect.identity.isModificationTimeReliable(at: prospect.seen)))
    }

    /// Runs the plan for a move, or, where there is a mount in between, for a copy.
    private func run(_ filing: Filing, _ role: DestinationRole) async throws(FilingFault) -> Filed {
        var (end, fault) = await FilingPlan.rename.perform(on: filing, by: execution)
        if fault == .crossesMounts {
            (end, fault) = await FilingPlan.copy.from(.copy).perform(on: filing, by: execution)
        }
        let reached = end
        switch fault {
        case nil:
            return Filed(.filed(role), sidecar: end.sidecar, destination: end.publishedPath)
        case .changed?, .gone?:
            guard end.isPublished else {
                try await threads.run { () throws(FilingFault) in try reached.retract(keepsDecision: false) }
                throw fault ?? .changed
            }
            // A copy is filed; what its source has become meanwhile is another file.
            let released = try await execution.perform(.release, of: reached)
            return Filed(
                .filed(role), sidecar: released.sidecar, destination: released.publishedPath,
                leavesSource: true)
        case .unmovable?, .destination?, .crossesMounts?:
            if !end.isPublished {
                try await threads.run { () throws(FilingFault) in
                    // What could not be made durable is not to be relied on, but written anew.
                    try reached.retract(keepsDecision: reached.isDecided)
                }
            }
            throw fault ?? .changed
        }
    }

    /// Goes on with a filing of this run that did not come to its end before.
    private func goOn(_ work: WorkName, in destination: OpenDestination, _ role: DestinationRole) async
        -> Filed
    {
        let recovered = await recovery.resume(work, in: destination)
        switch recovered.end {
        case .filed(let path): return Filed(.filed(role), sidecar: recovered.sidecar, destination: path)
        case .givenBack, .dropped: return Filed(.changed)
        case .stranger: return Filed(.destinationUnavailable(role, "a stranger's file is in the way"))
        case .stuck(let reason, _): return Filed(.destinationUnavailable(role, reason))
        }
    }
}

/// What came of a filing.
package struct Filed: Sendable {
    package let result: FilingResult
    /// What was published beside the file.
    package let sidecar: Sidecar?
    /// The absolute path of the filed media.
    package let destination: [UInt8]
    /// Whether a file that was copied is, changed meanwhile, still in the inbox.
    package let leavesSource: Bool

    init(
        _ result: FilingResult, sidecar: Sidecar? = nil, destination: [UInt8] = [], leavesSource: Bool = false
    ) {
        self.result = result
        self.sidecar = sidecar
        self.destination = destination
        self.leavesSource = leavesSource
    }
}

extension FilingFault {
    fileprivate init(_ failure: OpenFailure) {
        switch failure {
        case .gone: self = .gone
        case .special: self = .changed
        case .unreadable(let reason): self = .unmovable(reason)
        }
    }
}

extension FilingResult {
    fileprivate init(_ fault: FilingFault, _ role: DestinationRole) {
        switch fault {
        case .changed: self = .changed
        case .gone: self = .gone
        case .unmovable(let reason): self = .unmovable(reason)
        case .destination(let reason): self = .destinationUnavailable(role, reason)
        case .crossesMounts: self = .destinationUnavailable(role, "no way across its mount")
        }
    }
}
