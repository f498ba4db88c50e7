package import LinuxSystem
import WatchCore

/// What to make durable.
package struct FlushRequest: Sendable {
    /// The files written to.
    package var files: [FileHandle] = []
    /// The folders with new, renamed or removed entries; all on one file system.
    package var folders: [DirectoryHandle] = []
    /// A time before the first of these changes.
    package var since: ContinuousClock.Instant
}

/// Makes changes durable, together for all threads that wait at the same time.
///
/// A flush makes durable what was done before it began. A thread that arrives during a flush therefore waits
/// for the next one, and all waiting threads share it. Many requests share one `syncfs`, which costs a
/// fraction of one flush per file. Few requests are flushed one by one, so that they do not wait for what
/// other processes write to the disk.
package final class GroupFlusher: Sendable {
    /// One flush, for all threads that arrived before it began.
    fileprivate struct Round: Sendable {
        var requests: [FlushRequest] = []
        var waiters = 0
    }

    fileprivate struct FileSystem: Sendable {
        /// The number of the next round.
        var next: UInt64 = 0
        var coming = Round()
        var isFlushing = false
        /// The results of rounds, kept until all their waiting threads have read them.
        var ended: [UInt64: (error: SystemCallError?, waiters: Int)] = [:]
        /// When a flush last failed, and the error.
        var failure: (at: ContinuousClock.Instant, error: SystemCallError)?
        /// Whether `syncfs` makes everything durable there. On network file systems it may not.
        var syncsAll: Bool?
    }

    /// What a waiting thread does next.
    fileprivate enum Turn {
        case ended(SystemCallError?)
        /// No thread flushes: this thread does, for the whole round.
        case flush(Round)
    }

    /// By device number.
    private let fileSystems = ThreadMonitor<[UInt64: FileSystem]>([:])

    /// From this number on, a flush of the whole file system is cheaper.
    private static let many = 4

    package init() {}

    /// Makes all earlier changes durable.
    ///
    /// The kernel reports an error once, to the next flush, even if it concerns another process's file.
    /// Therefore an error applies to all requests that had begun by then.
    /// - Parameter requests: all on one file system.
    /// - Throws: the kernel's error, to all who shared the flush.
    package func flush(_ requests: [FlushRequest]) throws(SystemCallError) {
        guard let folder = requests.lazy.compactMap(\.folders.first).first else { return }
        let device = try folder.status().device
        let number = fileSystems.withLock { fileSystems in
            fileSystems[device, default: FileSystem()].coming.requests += requests
            fileSystems[device]?.coming.waiters += 1
            return fileSystems[device]?.next ?? 0
        }
        var error: SystemCallError?
        switch fileSystems.wait(for: { $0[device]?.turn(number) }) {
        case .ended(let end): error = end
        case .flush(let round):
            error = flush(round.requests, on: device)
            fileSystems.withLock { $0[device]?.end(number, of: round, error) }
            fileSystems.wakeAll()
        }
        let began = requests.map(\.since).min()
        let failure = fileSystems.withLock { $0[device]?.failure }
        if error == nil, let began, let failure, failure.at >= began { error = failure.error }
        if let error { throw error }
    }

    private func flush(_ requests: [FlushRequest], on device: UInt64) -> SystemCallError? {
        do throws(SystemCallError) {
            if requests.count >= Self.many, let folder = requests.lazy.compactMap(\.folders.first).first,
                try syncsAll(device, folder)
            {
                try folder.flushFileSystem()
            } else {
                for file in requests.flatMap(\.files) { try file.flushData() }
                var flushed: Set<FolderIdentity> = []
                for folder in requests.flatMap(\.folders)
                where flushed.insert(FolderIdentity(try folder.status())).inserted {
                    try folder.flush()
                }
            }
            return nil
        } catch {
            return error
        }
    }

    private func syncsAll(_ device: UInt64, _ folder: DirectoryHandle) throws(SystemCallError) -> Bool {
        if let known = fileSystems.withLock({ $0[device]?.syncsAll }) { return known }
        let answer = try !folder.fileSystem.isNetwork
        fileSystems.withLock { $0[device]?.syncsAll = answer }
        return answer
    }
}

extension GroupFlusher.FileSystem {
    /// What a thread of that round does next; nil while it waits.
    fileprivate mutating func turn(_ number: UInt64) -> GroupFlusher.Turn? {
        if let round = ended[number] {
            ended[number] = round.waiters > 1 ? (round.error, round.waiters - 1) : nil
            return .ended(round.error)
        }
        if isFlushing { return nil }
        isFlushing = true
        next += 1
        defer { coming = GroupFlusher.Round() }
        return .flush(coming)
    }

    fileprivate mutating func end(_ number: UInt64, of round: GroupFlusher.Round, _ error: SystemCallError?) {
        isFlushing = false
        if let error { failure = (.now, error) }
        // All threads but the one that flushed still have to read the result.
        if round.waiters > 1 { ended[number] = (error, round.waiters - 1) }
    }
}
