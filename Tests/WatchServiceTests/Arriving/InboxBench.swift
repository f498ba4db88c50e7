import BitMindAPI
import LinuxSystem
import SampleMedia
import TestSupport
import WatchCore

@testable import WatchService

/// One inbox at work, whose requests the test makes itself.
final class InboxBench: Sendable {
    let inbox: Inbox
    let dispatcher: Dispatcher
    let status = StatusBoard()
    let sink = RecordingSink()
    let inboxes = InboxRegistry()
    let watch: Configuration.Watch
    private let context: ServiceContext
    private let scratch: DisasterScratch
    /// Where files are written, before they are renamed into the inbox.
    private let desk: DirectoryHandle

    /// - Parameter waitsForLock: as for `Inbox`.
    init(
        time: any TimeSource = SystemTimeSource(), waitsForLock: Bool = false,
        execution: any FilingExecution = SharedFilingExecution()
    ) throws {
        scratch = try DisasterScratch(in: "/dev/shm", named: "bitmind-inbox")
        desk = try DirectoryHandle.open(path: scratch.folder("desk"))
        var watch = Configuration.Watch(inbox: try scratch.folder("inbox"))
        watch.settle = .milliseconds(1)
        watch.settleMax = .milliseconds(1)
        self.watch = watch
        let journal = try Journal(sink, level: .info)
        dispatcher = Dispatcher(
            settings: Configuration.Upload(), time: time, journal: journal, status: status)
        context = ServiceContext(
            time: time, journal: journal, status: status, dispatcher: dispatcher, inboxes: inboxes,
            producer: Sidecar.Producer(host: "host", version: "1"), execution: execution)
        inbox = try Inbox(InboxID(1), watch: watch, waitsForLock: waitsForLock, context: context)
    }

    /// Serves the inbox while `body` runs.
    func serve(_ body: () async throws -> Void) async throws {
        try await inbox.start()
        let runs = [Task { await inbox.run() }, Task { await dispatcher.run() }]
        defer { for run in runs { run.cancel() } }
        try await body()
    }

    /// Has another inbox on the same folder served, as before a reload that changed how it is served.
    func addFormer() async throws -> Inbox {
        let former = try Inbox(InboxID(2), watch: watch, waitsForLock: false, context: context)
        try await former.start()
        inboxes.add(former)
        return former
    }

    /// Puts an image into the inbox as a whole, in place of one of that name.
    func put(_ name: String, seed: UInt64) throws {
        try put(name, bytes: SampleMedia.make(.jpeg, seed: seed))
    }

    func put(_ name: String, bytes: [UInt8]) throws {
        let name = Array(name.utf8)
        try desk.createFile(name, mode: 0o644).write(bytes)
        try desk.replace(name, to: DirectoryHandle.open(path: watch.inbox), as: name)
    }

    /// Has a file stand where a destination is to be.
    func bar(_ destination: KeyPath<Configuration.Watch, String>) throws {
        let (folder, name) = watch[keyPath: destination].splitLastComponent
        _ = try DirectoryHandle.open(path: folder).createFile(name, mode: 0o644)
    }

    /// The service's time.
    var now: Timestamp { context.time.date }

    func removeInbox() throws {
        try removeLock()
        try DirectoryHandle.open(path: scratch.path).removeFolder(Array("inbox".utf8))
    }

    /// Removes the folder by which the inbox is locked.
    func removeLock() throws {
        let inbox = try DirectoryHandle.open(path: watch.inbox)
        try inbox.openFolder(Destination.workFolder).removeIfThere(Array("lock".utf8))
        try inbox.removeFolder(Destination.workFolder)
    }

    /// All messages so far.
    var messages: [String] { sink.events.map(\.message) }

    /// The next request, once that many files wait for it.
    func next(of count: Int) async throws -> [Candidate] {
        try await wait(until: "\(count) wait") { await dispatcher.outlooks().count == count }
        return await dispatcher.next()?.candidates ?? []
    }
}
