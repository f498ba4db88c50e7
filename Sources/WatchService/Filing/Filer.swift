import BitMindAPI
package import LinuxSystem
import SystemPackage
package import WatchCore

/// A decided file that is to be filed.
package struct FilingOrder: Sendable {
    /// Where the file is below the inbox.
    package let path: RelativePath
    package let submission: Submission
    package let decision: Decision
    /// When the service first heard of the file.
    package let found: Timestamp

    package init(path: RelativePath, submission: Submission, decision: Decision, found: Timestamp) {
        self.path = path
        self.submission = submission
        self.decision = decision
        self.found = found
    }
}

/// Files what was decided, for one inbox, and finishes what earlier runs began. Everything here blocks.
package struct Filer: Sendable {
    private let watch: Configuration.Watch
    private let inbox: DirectoryHandle
    private let destinations: [DestinationRole: Destination]
    private let producer: Sidecar.Producer
    private let time: any TimeSource
    private let execution: any FilingExecution
    private let stop: StopFlag

    /// - Parameters:
    ///   - inbox: the inbox's folder.
    ///   - destinations: one for each role that the watch has.
    ///   - stop: has long readings end early.
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

    private var recovery: FilingRecovery {
        FilingRecovery(watch: watch, inbox: inbox, execution: execution, stop: stop)
    }

    /// Finishes what an interrupted run has left in the destinations' working folders.
    /// - Throws: what makes a destination unusable, and which.
    package func recover(_ role: DestinationRole) throws(SystemCallError) -> [Recovered] {
        guard let destination = destinations[role] else { return [] }
        return try recovery.recover(destination)
    }

    /// Whether a destination can be written to, by trying. Where it, or the inbox, is on a network or on FUSE, a whole
    /// filing is tried: what such a file system lacks is found before anything is sent.
    package func probe(_ role: DestinationRole) throws(SystemCallError) {
        guard let destination = destinations[role] else { return }
        try destination.probe()
        try tryFiling(to: destination, role)
    }

    /// Tries a whole filing where the inbox or the destination is on a network or on FUSE.
    package func tryFiling(to role: DestinationRole) throws(SystemCallError) {
        if let destination = destinations[role] { try tryFiling(to: destination, role) }
    }

    private func tryFiling(
        to destination: Destination, _ role: DestinationRole
    ) throws(SystemCallError) {
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

    /// Goes on with filings that nobody else is at. A decision that was kept for a file that is another now is
    /// forgotten; where the bytes are the same, they are filed after all.
    /// - Parameter leftovers: of that destination.
    /// - Returns: what came of each.
    package func resume(_ leftovers: [DecidedLeftover], in role: DestinationRole) -> [Recovered] {
        guard let destination = destinations[role] else { return [] }
        do throws(SystemCallError) {
            let opened = try destination.open()
            return leftovers.map { leftover in
                let found = recovery.resume(leftover.id.work, in: opened)
                return leftover.tried(found.end, found)
            }
        } catch {
            return leftovers.map { $0.tried(.stuck("\(error)", by: .destination)) }
        }
    }

    /// Files some files as decided, all in step, so that they share their flushes.
    /// - Parameters:
    ///   - orders: files whose decisions lead to `role`.
    /// - Returns: what came of each.
    package func file(_ orders: [FilingOrder], to role: DestinationRole) -> [Filed] {
        let opened: OpenDestination
        do throws(SystemCallError) {
            guard let destination = destinations[role] else {
                let reason = "there is no such folder in the configuration"
                return orders.map { _ in Filed(.destinationUnavailable(role, reason)) }
            }
            opened = try destination.open()
        } catch {
            return orders.map { _ in Filed(FilingResult(FilingFault(destination: error), role)) }
        }
        let begun = orders.map { begin($0, in: opened, role) }
        let filings = begun.compactMap(\.filing)
        var ends = FilingPlan.rename.perform(on: filings, by: execution)[...]
        return begun.map { begun in
            switch begun {
            case .ended(let filed): filed
            case .underWay: conclude(ends.removeFirst(), role)
            }
        }
    }
}

// MARK: - Beginning

extension Filer {
    private enum Begun {
        case underWay(Filing)
        case ended(Filed)

        var filing: Filing? {
            if case .underWay(let filing) = self { filing } else { nil }
        }
    }

    private func begin(
        _ order: FilingOrder, in destination: OpenDestination, _ role: DestinationRole
    ) -> Begun {
        let work = WorkName(order.decision.prospect.identity, path: order.path, inbox: watch.inbox)
        do throws(FilingFault) {
            let hasDecision: Bool
            do throws(SystemCallError) {
                hasDecision = try destination.work.hasEntry(work.file(.decision))
            } catch {
                throw FilingFault(destination: error)
            }
            if hasDecision, let filed = goOn(work, in: destination, role) { return .ended(filed) }
            return .underWay(try prepare(order, work: work, destination: destination))
        } catch {
            return .ended(Filed(FilingResult(error, role)))
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
        // Whatever was done to its times since it was judged, it is filed with the present ones.
        let sidecar = order.decision.sidecar(
            path: order.path, inbox: watch.inbox, sha256: sha256, modified: opened.identity.modified,
            by: producer, found: order.found, filed: time.date)
        return Filing(
            work: work, path: order.path, sidecar: sidecar, sidecarBytes: sidecar.serialized, inbox: inbox,
            destination: destination,
            source: Filing.Source(
                file: opened.file, identity: opened.identity,
                isIdentityProof: opened.identity == prospect.identity
                    && prospect.identity.isModificationTimeReliable(at: prospect.seen)),
            stop: stop)
    }

    /// The digest of a file that nobody has hashed yet: only its stamps tell that it is what was looked at.
    /// - Returns: nil where it is not to be hashed.
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
        // Another inode number may mean another file. What was decided by a look is decided by another one.
        if identity.isSameFile(as: now) { return digest }
        guard try Self.isRefusedAgain(opened, decision) else { throw .changed }
        return digest
    }

    /// Whether a file would be refused once more, for the same reason, without being sent.
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

    /// Goes on with a filing of this run that did not come to its end before.
    /// - Returns: what came of it; nil where it is to begin anew, for its decision was not whole, or its file is not
    ///   what it was, or not there.
    private func goOn(_ work: WorkName, in destination: OpenDestination, _ role: DestinationRole) -> Filed? {
        let recovered = recovery.resume(work, in: destination)
        switch recovered.end {
        case .filed(let path): return Filed(.filed(role), sidecar: recovered.sidecar, destination: path)
        case .nothing, .dropped: return nil
        case .givenBack: return Filed(.changed)
        case .stranger: return Filed(.destinationUnavailable(role, "a stranger's file is in the way"))
        case .stuck("\(FilingFault.touched)", by: .file): return Filed(.touched)
        case .stuck(let reason, by: .file): return Filed(.unmovable(reason))
        case .stuck(let reason, by: .destination): return Filed(.destinationUnavailable(role, reason))
        case .stuck(let reason, by: .place(let folder)):
            return Filed(.placeUnavailable(DestinationPlace(role, folder), reason))
        }
    }
}

// MARK: - Ending

extension Filer {
    /// Copies what could not be moved, and takes back what was not published.
    private func conclude(_ end: FilingEnd, _ role: DestinationRole) -> Filed {
        var end = end
        var leavesSource = false
        end.filing.destination.destination.isAcrossMounts = end.fault == .crossesMounts
        if end.fault == .crossesMounts {
            end = FilingPlan.copy.from(.copy).perform(on: end.filing, by: execution)
        }
        if let fault = end.fault, !fault.mayPass, end.filing.isPublished {
            // A copy is filed; what its source has become meanwhile is another file.
            leavesSource = true
            end = FilingPlan.copy.from(.release).perform(on: end.filing, by: execution)
        }
        let filing = end.filing
        guard let fault = end.fault else {
            return Filed(
                .filed(role), sidecar: filing.sidecar, destination: filing.publishedPath,
                leavesSource: leavesSource)
        }
        var last = fault
        do throws(FilingFault) {
            // A decision that could not be made durable is not to be relied on, but written anew.
            if !filing.isPublished {
                try filing.retract(keepsDecision: fault.mayPass && filing.isDecided)
            }
        } catch {
            // Stuck half-way, maybe alone.
            last = .placing("\(error)", isOfName: error.isOfName)
        }
        if case .placing = last {
            switch filing.destination.obstruction(of: filing.path, last) {
            case (let reason, .file): return Filed(.unmovable(reason))
            case (let reason, .place(let folder)):
                return Filed(.placeUnavailable(DestinationPlace(role, folder), reason))
            case (let reason, .destination): return Filed(.destinationUnavailable(role, reason))
            }
        }
        return Filed(FilingResult(last, role))
    }
}

extension FilingFault {
    /// Whether the same filing may succeed another time.
    fileprivate var mayPass: Bool {
        switch self {
        case .changed, .gone: false
        case .touched, .unmovable, .destination, .placing, .crossesMounts: true
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
        case .touched: self = .touched
        case .gone: self = .gone
        case .unmovable(let reason): self = .unmovable(reason)
        case .destination(let reason), .placing(let reason, _): self = .destinationUnavailable(role, reason)
        case .crossesMounts: self = .destinationUnavailable(role, "no way across its mount")
        }
    }
}
