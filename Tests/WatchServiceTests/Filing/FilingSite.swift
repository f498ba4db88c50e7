import BitMindAPI
import BitMindSimulator
import LinuxSystem
import SampleMedia
import Synchronization
import TestSupport
import WatchCore
import WatchService

/// An inbox with its destinations, on one file system or on two, and filers for it that can be stopped.
struct FilingSite {
    enum Kind: String, CaseIterable, Sendable {
        /// All on one file system.
        case rename
        /// The destinations on another file system.
        case copy
    }

    let kind: Kind
    let inbox: DirectoryHandle
    let watch: Configuration.Watch
    private let scratch: DisasterScratch
    private let destinationScratch: DisasterScratch
    private let threads: BlockingThreads

    /// The steps of a filing without a fault. With a mount in between, the claim is tried first.
    static func steps(of kind: Kind) -> Int {
        kind == .rename ? FilingPlan.rename.steps.count : FilingPlan.copy.steps.count + 1
    }

    init(_ kind: Kind, inboxName: String = "inbox") throws {
        self.kind = kind
        scratch = try DisasterScratch()
        destinationScratch = try kind == .rename ? scratch : DisasterScratch(in: "/dev/shm")
        var watch = Configuration.Watch(inbox: try scratch.folder(inboxName))
        watch.ai = destinationScratch.path + "/ai"
        watch.human = destinationScratch.path + "/human"
        watch.failed = destinationScratch.path + "/failed"
        self.watch = watch
        inbox = try DirectoryHandle.open(path: watch.inbox)
        threads = try BlockingThreads("test", count: 2)
    }

    /// A filer with nothing remembered, as after a start.
    func filer(_ execution: (any FilingExecution)? = nil, inbox name: String? = nil) -> Filer {
        var watch = watch
        if let name { watch.inbox = name }
        let destinations = watch.folders.map { ($0.role, Destination($0.role, path: $0.path)) }
        return Filer(
            watch: watch, inbox: inbox, destinations: Dictionary(uniqueKeysWithValues: destinations),
            producer: Sidecar.Producer(host: "test", version: "0"), time: SystemTimeSource(),
            execution: execution ?? SharedFilingExecution())
    }

    func interrupted(after steps: Int) -> InterruptedExecution {
        InterruptedExecution(SharedFilingExecution(), after: steps)
    }

    /// Does what a start does with what an interrupted run has left.
    func recover() throws -> [FilingOutcome] {
        let filer = filer()
        return try [DestinationRole.ai, .human, .failed].flatMap { try filer.search($0) }
    }

    /// Tries to file some files together.
    func file(
        _ orders: [FilingOrder], to role: DestinationRole, by filer: Filer? = nil
    ) -> [FilingEnd] {
        (filer ?? self.filer()).advance(orders.map(job), in: role).map(\.end)
    }

    private func job(_ order: FilingOrder) -> FilingJob { FilingJob(order.id(in: watch), order) }

    func census() throws -> DisasterCensus {
        try DisasterCensus(
            DisasterFolders(
                inbox: watch.inbox,
                destinations: [(watch.ai, "ai"), (watch.human, "human"), (watch.failed, "failed")]),
            verdict: Self.verdict)
    }

    static let verdict: @Sendable (String) -> String = {
        Simulator.verdict(forSHA256: $0).isAI ? "ai" : "human"
    }
}

// MARK: - Files

extension FilingSite {
    /// Puts a file into the inbox.
    /// - Returns: its digest.
    @discardableResult
    func put(_ name: String, seed: UInt64) throws -> String {
        let bytes = Self.bytes(seed: seed)
        let path = RelativePath(Array(name.utf8))
        let folder = try inbox.makeFolders(path.folderBytes, mode: 0o755)
        try folder.createFile(path.name, mode: 0o644).write(bytes)
        return TestSupport.sha256(bytes)
    }

    private static func bytes(seed: UInt64) -> [UInt8] { SampleMedia.make(.jpeg, seed: seed, size: 5000) }

    /// Whether the verdict on the file that `put` makes of a seed is "ai".
    static func isSampleAI(seed: UInt64) -> Bool { verdict(TestSupport.sha256(bytes(seed: seed))) == "ai" }

    /// The decision that the service would have made for a file of the inbox.
    func decision(_ name: String) throws -> Decision {
        let opened = try inbox.openRegularFile(RelativePath(Array(name.utf8)))
        let digest = try opened.file.digest()
        let verdict = Simulator.verdict(forSHA256: digest)
        let now = SystemTimeSource().date
        let sighting = Sighting(
            identity: opened.identity, seen: now, openForWriting: false, obstacle: nil,
            identification: .media(.jpeg, complete: true))
        let api = Sidecar.APIRecord(
            attempts: 1, baseURL: "http://test", endpoint: .image, response: .object([]))
        return Decision(
            outcome: .judged(Sidecar.Judgement(isAI: verdict.isAI, confidence: verdict.confidence)),
            prospect: Prospect(sighting, type: .jpeg, complete: true),
            request: Decision.Request(
                api: api, sha256: digest, submitted: now, classified: now, isSimulated: true))
    }

    func order(_ name: String) throws -> FilingOrder {
        FilingOrder(
            path: RelativePath(Array(name.utf8)), decision: try decision(name),
            found: FoundTime(SystemTimeSource().date, .now))
    }

    static func role(of order: FilingOrder) -> DestinationRole {
        Routing(Configuration.Watch(inbox: "/")).role(of: order.decision.outcome)
    }

    /// The destination that a digest goes to.
    func destination(of digest: String) throws -> DirectoryHandle {
        try DirectoryHandle.openOrMake(destinationPath(of: digest))
    }

    func destinationPath(of digest: String) -> String {
        Self.verdict(digest) == "ai" ? watch.ai : watch.human
    }

    /// Files a file, and stops for good before the step of that number.
    func file(_ name: String, stoppingBefore step: Int) async throws -> StoppedFiling {
        let order = try order(name)
        return await file([order], to: Self.role(of: order), stoppingBefore: step)
    }

    /// Files some files together, and stops for good before the step of that number.
    func file(
        _ orders: [FilingOrder], to role: DestinationRole, stoppingBefore step: Int
    ) async -> StoppedFiling {
        let execution = interrupted(after: step)
        let filer = filer(execution)
        let jobs = orders.map(job)
        let task = Task { [threads] in
            await threads.run { _ = filer.advance(jobs, in: role) }
            execution.ended()
        }
        let wasStopped = await execution.stop()
        return StoppedFiling(task: task, wasStopped: wasStopped, execution: execution)
    }
}

extension FilingEnd {
    var isFiled: Bool { if case .filed = self { true } else { false } }
}

/// A filing that goes no further, as if its process had been killed.
struct StoppedFiling {
    fileprivate let task: Task<Void, Never>
    let wasStopped: Bool
    fileprivate let execution: InterruptedExecution

    /// Releases it. Call only when the site's folders are no longer used.
    func release() async {
        execution.release()
        await task.value
    }
}

/// Performs that many steps, and then none.
final class InterruptedExecution: FilingExecution {
    private let execution: any FilingExecution
    private let left: Mutex<Int>
    private let stops: AsyncStream<Bool>
    private let stopped: AsyncStream<Bool>.Continuation
    private let gate = ThreadGate()

    init(_ execution: any FilingExecution, after steps: Int) {
        self.execution = execution
        left = Mutex(steps)
        (stops, stopped) = AsyncStream.makeStream()
    }

    func perform(_ step: FilingPlan.Step, of filings: [Filing]) -> [Result<Filing, FilingFault>] {
        let mayGo = left.withLock { left in
            left -= 1
            return left >= 0
        }
        if mayGo { return execution.perform(step, of: filings) }
        stopped.yield(true)
        gate.pass()
        return filings.map { _ in .failure(.destination("the test is over")) }
    }

    func ended() { stopped.yield(false) }

    /// Returns once it has stopped, with true; or once the filing has ended without, with false.
    func stop() async -> Bool {
        for await wasStopped in stops { return wasStopped }
        return false
    }

    func release() { gate.open() }
}
