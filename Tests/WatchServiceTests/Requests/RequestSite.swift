import BitMind
import BitMindAPI
import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import Synchronization
import TestSupport
import WatchCore
import WatchService

/// Whether tests may take minutes.
let runsLongTests = getenv("BITMIND_LONG_TESTS") != nil

/// An inbox with its destinations in memory, and the service's stages at work on it in this process.
final class RequestSite: Sendable {
    let simulator: Simulator
    let time: ScaledTime
    let sink = RecordingSink()
    let credentials = ChangingCredentials()
    private let scratch: DisasterScratch
    private let inbox: DirectoryHandle
    /// Where files are written, before they are renamed into the inbox.
    private let desk: DirectoryHandle
    private let watch: Configuration.Watch

    init(
        _ simulator: Simulator, time: ScaledTime = ScaledTime(),
        _ change: (inout Configuration.Watch) -> Void = { _ in }
    ) throws {
        self.simulator = simulator
        self.time = time
        scratch = try DisasterScratch(in: "/dev/shm", named: "bitmind-requests")
        var watch = Configuration.Watch(inbox: try scratch.folder("inbox"))
        watch.settle = .milliseconds(1)
        watch.warnAfter = .seconds(1_000_000)
        change(&watch)
        self.watch = watch
        inbox = try DirectoryHandle.open(path: watch.inbox)
        desk = try DirectoryHandle.open(path: scratch.folder("desk"))
    }

    /// One more inbox, with a file of that name in it for each seed.
    func anotherInbox(_ name: String, images range: Range<Int>) throws -> Configuration.Watch {
        var another = watch
        another.inbox = try scratch.folder(name)
        let folder = try DirectoryHandle.open(path: another.inbox)
        for number in range {
            try folder.createFile(Array("\(name)-\(number).jpg".utf8), mode: 0o644)
                .write(SampleMedia.make(.jpeg, seed: UInt64(number)))
        }
        return another
    }

    /// Runs the stages until `body` has ended. Requests begin when it calls `Run.begin`.
    func serve(
        _ change: (inout Configuration.Upload) -> Void = { _ in },
        execution: any FilingExecution = SharedFilingExecution(),
        _ body: (Run) async throws -> Void
    ) async throws {
        var configuration = Configuration(watches: [watch])
        configuration.api.baseURL = simulator.baseURL
        configuration.api.requestTimeout = .seconds(30)
        change(&configuration.upload)
        let journal = try Journal(sink, level: .info)
        let pipeline = try Pipeline(
            configuration, credentials: credentials, journal: journal, time: time, execution: execution)
        try pipeline.add(watch)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pipeline.dispatcher.run() }
            group.addTask { await pipeline.inboxes.run() }
            let (begun, beginning) = AsyncStream<Void>.makeStream()
            group.addTask {
                for await _ in begun { return await pipeline.work() }
            }
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(Run(pipeline: pipeline, beginning: beginning)))
            } catch {
                result = .failure(error)
            }
            beginning.finish()
            await pipeline.dispatcher.stop()
            pipeline.inboxes.close()
            group.cancelAll()
            try await group.waitForAll()
            await pipeline.clients.current.client.shutdown()
            await journal.flush()
            try result.get()
        }
    }

    /// The stages at work.
    struct Run: Sendable {
        let pipeline: Pipeline
        fileprivate let beginning: AsyncStream<Void>.Continuation

        var status: ServiceStatus { pipeline.status.status }
        var filed: Int { status.ai + status.human + status.failed }

        /// Lets requests begin once that many files wait.
        func begin(with count: Int) async throws {
            func circumstances() -> String { "\(status)" }
            try await wait(until: "\(count) wait", atMost: .seconds(90), circumstances: circumstances) {
                status.waiting == count
            }
            beginning.yield()
        }

        func waitUntilFiled(_ count: Int, atMost limit: Duration = .seconds(60)) async throws {
            func circumstances() -> String { "\(status)" }
            try await wait(
                until: "\(count) are filed", atMost: limit, circumstances: circumstances
            ) { filed >= count }
        }
    }
}

// MARK: - Files

extension RequestSite {
    /// Puts a file into the inbox as a whole. A file that is written there can be found half written, even
    /// for a short time, and is then reported as changed.
    func put(_ name: String, _ bytes: [UInt8]) throws {
        let name = Array(name.utf8)
        try desk.createFile(name, mode: 0o644).write(bytes)
        try desk.move(name, to: inbox, as: name)
    }

    func put(images range: Range<Int>) throws {
        for number in range {
            try put("image-\(number).jpg", SampleMedia.make(.jpeg, seed: UInt64(number)))
        }
    }

    func put(videos range: Range<Int>) throws {
        for number in range {
            try put("video-\(number).mp4", SampleMedia.make(.mp4, seed: UInt64(number)))
        }
    }

    /// An image that only the API finds wrong: a comment right at its start says so.
    static func badImage(seed: UInt64) -> [UInt8] {
        let image = SampleMedia.make(.jpeg, seed: seed)
        return image[..<2] + [0xFF, 0xFE, 0, 14] + Array("simulate-bad".utf8) + image[2...]
    }

    /// The requests that carried files, or were to.
    var uploads: [RecordedRequest] {
        simulator.requests.filter {
            !FaultRule.fileEndpoints.isDisjoint(with: [$0.endpoint].compactMap(\.self))
        }
    }

    /// How many files each of these had, and how it was answered, in their order.
    var course: [String] { uploads.map { "\($0.files.count):\($0.status ?? 0)" } }

    /// What the API said to them, and how often.
    var statuses: [Int?: Int] { Dictionary(uploads.map { ($0.status, 1) }, uniquingKeysWith: +) }
}

/// Keeps all entries.
final class RecordingSink: JournalSink {
    private let state = Mutex<[JournalEvent]>([])

    var events: [JournalEvent] { state.withLock { $0 } }
    /// The entries about the service, not about single files.
    var lines: [String] {
        events.filter { $0.kind != .filed && $0.kind != .failed }.map(\.message)
    }

    func write(_ event: JournalEvent) -> Bool {
        state.withLock { $0.append(event) }
        return true
    }

    func write(_ line: String, level: EventLevel) -> Bool { true }
}

/// Credentials that an operator may change.
final class ChangingCredentials: CredentialSource {
    private let secret = Mutex("correct-horse")

    func change(to secret: String) { self.secret.withLock { $0 = secret } }

    func credentials() throws(CredentialFailure) -> Credentials? {
        .oauth(clientID: Secret("client"), secret: Secret(secret.withLock { $0 }))
    }
}
