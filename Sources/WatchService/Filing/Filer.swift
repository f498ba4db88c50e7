import BitMindAPI
package import LinuxSystem
import SystemPackage
package import WatchCore

/// Files the decided files of one inbox, and continues unfinished filings of earlier tries and runs. All
/// calls block.
package struct Filer: Sendable {
    let watch: Configuration.Watch
    let inbox: DirectoryHandle
    let destinations: [DestinationRole: Destination]
    let producer: Sidecar.Producer
    let time: any TimeSource
    let execution: any FilingExecution
    let stop: StopFlag

    /// - Parameters:
    ///   - inbox: the inbox's folder.
    ///   - destinations: one for each role of the watch.
    ///   - stop: ends long reads early.
    package init(
        watch: Configuration.Watch, inbox: DirectoryHandle, destinations: [DestinationRole: Destination],
        producer: Sidecar.Producer, time: any TimeSource, execution: any FilingExecution,
        stop: StopFlag = StopFlag()
    ) {
        self.watch = watch
        self.inbox = inbox
        self.destinations = destinations
        self.producer = producer
        self.time = time
        self.execution = execution
        self.stop = stop
    }

    /// Takes some filings of one destination as far as possible. A filing with files in the working folder
    /// continues from them; any other begins with the decision. Filings that begin are done step by step
    /// together, and share their flushes.
    /// - Returns: the result of each.
    package func advance(_ jobs: [FilingJob], in role: DestinationRole) -> [FilingOutcome] {
        let opened: OpenDestination
        do throws(SystemCallError) {
            opened = try open(role)
        } catch {
            let end = FilingEnd.blocked(.destination(role), cause: "\(error)")
            return jobs.map { FilingOutcome($0.id, path: $0.order?.path, end) }
        }
        let begun = jobs.map { begin($0, in: opened) }
        let filings = begun.compactMap(\.filing)
        var progress = FilingPlan.rename.perform(on: filings, by: execution)[...]
        return zip(jobs, begun).map { job, begun in
            switch begun {
            case .over(let outcome): outcome
            case .underWay: outcome(of: job.id, progress.removeFirst())
            }
        }
    }

    /// Finds the unfinished filings of earlier runs in a destination's working folder, and takes them as far
    /// as possible.
    /// - Returns: the result of each, and of each foreign file.
    /// - Throws: why the destination cannot be used.
    package func search(_ role: DestinationRole) throws(SystemCallError) -> [FilingOutcome] {
        guard destinations[role] != nil else { return [] }
        let opened = try open(role)
        var works: Set<WorkName> = []
        var outcomes: [FilingOutcome] = []
        for name in try opened.work.allNames() where !name.starts(with: Destination.probeMark) {
            if let work = WorkName(fileName: name) {
                if work.belongs(to: watch.inbox) { works.insert(work) }
            } else {
                outcomes.append(FilingOutcome(nil, path: RelativePath(name), .foreign))
            }
        }
        for work in works.sorted(by: { $0.text < $1.text }) {
            outcomes.append(goOn(FilingID(role, work), in: opened))
        }
        return outcomes
    }

    private func open(_ role: DestinationRole) throws(SystemCallError) -> OpenDestination {
        guard let destination = destinations[role] else {
            throw SystemCallError(
                call: "open", errno: .noSuchFileOrDirectory,
                detail: "there is no such folder in the configuration")
        }
        return try destination.open()
    }

    /// Tests whether a destination can be written to. If the destination or the inbox is on a network or on
    /// FUSE, a whole filing is tried, so that a call that the file system lacks is found before any file is
    /// sent.
    package func probe(_ role: DestinationRole) throws(SystemCallError) {
        guard let destination = destinations[role] else { return }
        try destination.probe()
        try tryFiling(to: role)
    }

    /// Tries a whole filing if the inbox or the destination is on a network or on FUSE.
    package func tryFiling(to role: DestinationRole) throws(SystemCallError) {
        guard let destination = destinations[role] else { return }
        let opened = try destination.open()
        let systems = [try inbox.fileSystem, try opened.root.fileSystem]
        guard systems.contains(where: \.isNetwork) else { return }
        let name = TrialFiling.name(from: watch.inbox, to: role)
        do throws(TrialFiling.Failure) {
            _ = try TrialFiling(name, from: inbox, to: opened, by: execution).run()
        } catch {
            throw SystemCallError(
                call: "trial", errno: .notSupported, detail: "a trial has failed: \(error.description)")
        }
    }
}

// MARK: - Beginning

extension Filer {
    private enum Begun {
        case underWay(Filing)
        case over(FilingOutcome)

        var filing: Filing? {
            if case .underWay(let filing) = self { filing } else { nil }
        }
    }

    private func begin(_ job: FilingJob, in destination: OpenDestination) -> Begun {
        guard let order = job.order else { return .over(goOn(job.id, in: destination)) }
        do throws(SystemCallError) {
            if try destination.work.hasEntry(job.id.work.file(.decision)) {
                let outcome = goOn(job.id, in: destination)
                switch outcome.end {
                // The decision was incomplete, or its file is another one. Only a look shows which.
                case .changed, .gone: break
                case .foreign:
                    let cause = "a foreign file has its name in \(job.id.role.rawValue)/.bitmind-watch"
                    return .over(
                        FilingOutcome(job.id, path: order.path, .blocked(.file(job.id), cause: cause)))
                case .filed, .busy, .blocked: return .over(outcome)
                }
            }
        } catch {
            return .over(
                FilingOutcome(
                    job.id, path: order.path, .blocked(.destination(job.id.role), cause: "\(error)")))
        }
        do throws(FilingFault) {
            return .underWay(try prepare(order, work: job.id.work, destination: destination))
        } catch {
            return .over(FilingOutcome(job.id, path: order.path, error.end(of: job.id)))
        }
    }

    private func prepare(
        _ order: FilingOrder, work: WorkName, destination: OpenDestination
    ) throws(FilingFault) -> Filing {
        let opened: OpenedFile
        do throws(OpenFailure) {
            opened = try inbox.openRegularFile(order.path)
        } catch {
            throw FilingFault(error)
        }
        let prospect = order.decision.prospect
        guard opened.identity.size == prospect.identity.size else { throw .changed }
        let sha256 =
            if let known = order.decision.request?.sha256 {
                known
            } else {
                try digest(of: opened, order.decision)
            }
        // The file is filed with its current times, even if they have changed since it was judged.
        let sidecar = order.decision.sidecar(
            path: order.path, inbox: watch.inbox, sha256: sha256, modified: opened.identity.modified,
            by: producer, found: order.found.date, filed: time.date)
        return Filing(
            work: work, path: order.path, sidecar: sidecar, sidecarBytes: sidecar.serialized, inbox: inbox,
            destination: destination,
            source: Filing.Source(
                file: opened.file, identity: opened.identity,
                isIdentityProof: opened.identity == prospect.identity
                    && prospect.identity.isModificationTimeReliable(at: prospect.seen)),
            stop: stop)
    }

    /// The digest of a file that was not hashed yet. Only its stamps show that it is the file that was looked
    /// at.
    /// - Returns: nil if it is not hashed.
    private func digest(of opened: OpenedFile, _ decision: Decision) throws(FilingFault) -> String? {
        let identity = decision.prospect.identity
        let digest: String?
        let now: FileIdentity
        do throws(SystemCallError) {
            digest = decision.isHashed ? try opened.file.sha256(size: identity.size, stop) : nil
            now = FileIdentity(try opened.file.status())
        } catch {
            throw FilingFault(reading: error)
        }
        guard (digest != nil) == decision.isHashed, identity.hasSameStamps(as: now) else { throw .changed }
        // Another inode number may mean another file. A decision that is based on a look then needs a new
        // look.
        if identity.isSameFile(as: now) { return digest }
        guard try Self.isRefusedAgain(opened, decision) else { throw .changed }
        return digest
    }

    /// Whether a file would be refused again, for the same reason, without being sent.
    private static func isRefusedAgain(_ opened: OpenedFile, _ decision: Decision) throws(FilingFault) -> Bool
    {
        guard decision.request == nil, case .failed(let failure) = decision.outcome else { return false }
        let found: Identification
        do throws(SystemCallError) {
            found = try MediaIdentifier.identify(size: opened.status.size) {
                (offset, count) throws(SystemCallError) in try opened.file.bytes(at: offset, count: count)
            }
        } catch {
            throw FilingFault(reading: error)
        }
        return switch (found, failure.code) {
        case (.empty, .empty), (.unsupported, .unsupportedType): true
        case (.media(let type, _), .tooLarge): opened.status.size > type.kind.maximumFileSize
        default: false
        }
    }
}

extension DirectoryHandle {
    /// Every name in the folder.
    fileprivate func allNames() throws(SystemCallError) -> [[UInt8]] {
        let cursor = try entries()
        var names: [[UInt8]] = []
        while true {
            let more = try cursor.next(1024)
            if more.isEmpty { return names }
            names += more.map(\.name)
        }
    }
}
