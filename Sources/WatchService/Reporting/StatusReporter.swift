package import LinuxSystem
import SystemPackage
import WatchCore

/// Publishes the board's state: to systemd, in `status.json` and in the metrics' file; at most once a second.
package actor StatusReporter {
    private let board: StatusBoard
    private let dispatcher: Dispatcher
    private let manager: ServiceManager
    private let time: any TimeSource
    private let started: Timestamp
    private let statusFile: ReplacedFile?
    private var metricsFile: ReplacedFile?
    private let journal: Journal
    private let threads: BlockingThreads
    private var lastLine = ""
    /// The files that could not be written last time.
    private var failing: Set<String> = []

    private static let interval = Duration.seconds(1)
    /// The interval while files wait, because their ages change even if nothing else does.
    private static let refreshInterval = Duration.seconds(15)
    /// The longest wait of `show()` for a disk.
    private static let patience = Duration.seconds(5)

    /// - Parameters:
    ///   - statusFile: the path of `status.json`; nil for none.
    ///   - metricsFile: the path of the metrics' file; nil for none.
    package init(
        board: StatusBoard, dispatcher: Dispatcher, manager: ServiceManager, journal: Journal,
        time: any TimeSource, statusFile: String?, metricsFile: String?
    ) throws(SystemCallError) {
        self.board = board
        self.dispatcher = dispatcher
        self.manager = manager
        self.journal = journal
        self.time = time
        started = time.date
        self.statusFile = statusFile.map { ReplacedFile($0) }
        self.metricsFile = metricsFile.map { ReplacedFile($0, isForAll: true) }
        threads = try BlockingThreads("status", count: 1)
    }

    /// Writes the metrics to another file from now on.
    package func setMetricsFile(_ path: String?) {
        metricsFile = path.map { ReplacedFile($0, isForAll: true) }
        board.refresh()
    }

    /// Runs until the task is cancelled.
    package func run() async {
        let alarm = Alarm()
        await withDiscardingTaskGroup { group in
            group.addTask { [board, time] in await alarm.run(time) { board.refresh() } }
            for await _ in board.changes {
                // Measured from the beginning, so that a slow write does not delay the next one further.
                let begin = time.now
                await publish()
                if board.status.waiting > 0 { alarm.set(time.now + Self.refreshInterval) }
                await time.sleep(until: begin + Self.interval)
            }
            group.cancelAll()
        }
        await publish()
    }

    /// Publishes the current state, without waiting for a change. A disk that does not complete a call delays
    /// this by a few seconds at most.
    package func show() async {
        let write = await writing()
        await threads.run(atMost: Self.patience) { write() }
    }

    private func publish() async {
        log(await threads.run(await writing()))
    }

    /// Reports the state to the service manager.
    /// - Returns: writes the files, and returns a complaint for each file that cannot be written.
    private func writing() async -> @Sendable () -> [ReplacedFile.Complaint] {
        let status = board.status
        if status.line != lastLine {
            lastLine = status.line
            _ = manager.status(lastLine)
        }
        guard statusFile != nil || metricsFile != nil else { return { [] } }
        let report = await report(status)
        let (statusFile, metricsFile, tally) = (statusFile, metricsFile, board.tally)
        return {
            [
                statusFile?.complaint { try $0.write(try report.serialized) },
                metricsFile?.complaint { try $0.write(MetricsText(tally, report).serialized) },
            ].compactMap(\.self)
        }
    }

    private func report(_ status: ServiceStatus) async -> StatusReport {
        let outlooks = await dispatcher.outlooks()
        let inboxes = board.inboxReports.map { id, report in
            var report = report
            for index in report.files.indices where report.files[index].state == .waiting {
                let outlook = outlooks[FileKey(inbox: id, path: report.files[index].path)]
                report.files[index].before = outlook?.before
                report.files[index].reason = outlook?.pause
            }
            return report
        }
        return StatusReport(
            version: Product.version, processID: Int(Host.processID), started: started, updated: time.date,
            status: status, inboxes: inboxes)
    }

    /// Logs once for each file that it cannot be written. Nothing waits for it.
    private func log(_ complaints: [ReplacedFile.Complaint]) {
        for complaint in complaints where !failing.contains(complaint.path) {
            journal.note("the file \(shown(complaint.path)) \(complaint.text)", level: .warning)
        }
        failing = Set(complaints.map(\.path))
    }
}

/// A file that is always whole: a new version is written beside it, and replaces it in one step.
package struct ReplacedFile: Sendable {
    private let path: String
    private let folder: String
    private let name: [UInt8]
    private let isForAll: Bool

    /// - Parameters:
    ///   - path: absolute, or relative to the working folder.
    ///   - isForAll: whether all users may read it, despite the umask: the reader of the metrics is another
    ///     user.
    package init(_ path: String, isForAll: Bool = false) {
        self.path = path
        self.isForAll = isForAll
        (folder, name) = path.splitLastComponent
    }

    /// The file's current content, at most 64 MiB.
    package func read() throws(SystemCallError) -> [UInt8] {
        try DirectoryHandle.open(path: folder).openFile(name).bytes(at: 0, count: 64 << 20)
    }

    package func write(_ bytes: [UInt8]) throws(SystemCallError) {
        let folder = try DirectoryHandle.open(path: folder)
        // Hidden, so that no program mistakes it for the file itself; node_exporter reads only `*.prom`.
        let temporary = Array(".\(Host.processID).".utf8) + name
        try folder.removeIfThere(temporary)
        let file = try folder.createFile(temporary, mode: 0o644)
        do throws(SystemCallError) {
            if isForAll { try file.setMode(0o644) }
            try file.write(bytes)
            try folder.replace(temporary, to: folder, as: name)
        } catch {
            // The caller throws the first error, which matters.
            do throws(SystemCallError) { try folder.removeIfThere(temporary) } catch _ {}
            throw error
        }
    }

    /// Tests whether it could be written, as far as possible without writing it.
    func probe() throws(SystemCallError) {
        let folder = try DirectoryHandle.open(path: folder)
        try TrialFile.with(in: folder) { _ throws(SystemCallError) in }
        do throws(SystemCallError) {
            guard try folder.status(of: name).kind == .folder else { return }
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return
        }
        throw SystemCallError(call: "renameat", errno: .isDirectory)
    }

    /// What is wrong with which file, and what to do.
    struct Complaint: Sendable {
        let path: String
        let text: String
        /// Whether the cause is a permission that this user lacks.
        let isDenied: Bool
    }

    /// What is wrong when the file is used, and what to do about it; nil if nothing is.
    func complaint(about body: (ReplacedFile) throws -> Void) -> Complaint? {
        do {
            try body(self)
            return nil
        } catch {
            let isDenied = (error as? SystemCallError)?.isDenied == true
            return Complaint(path: path, text: sentence(about: error), isDenied: isDenied)
        }
    }

    private func sentence(about error: any Error) -> String {
        guard let errno = (error as? SystemCallError)?.errno else { return "cannot be written: \(error)" }
        switch errno {
        case .isDirectory: return "is a folder: name a file instead, or remove the folder"
        case .noSpace, .diskQuotaExceeded: return "cannot be written (\(errno)): free space on its disk"
        default:
            return
                "cannot be written (\(errno)): create \(shown(folder)), and give the service's user write access to it"
        }
    }
}
