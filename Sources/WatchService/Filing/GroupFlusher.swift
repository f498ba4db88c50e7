package import LinuxSystem
import WatchCore

/// What is to be made durable.
package struct FlushRequest: Sendable {
    /// What was written into these.
    package var files: [FileHandle] = []
    /// What was made, renamed and removed in these; all on one file system.
    package var folders: [DirectoryHandle] = []
    /// Before the first of it was done.
    package var since: ContinuousClock.Instant
}

/// Makes things durable, together for all threads that wait at the same time.
///
/// A flush makes durable what was done before it began. Whoever comes while one is under way therefore waits
/// for the next, and all who wait share that one. Many are served by one `syncfs`, which costs a fraction of a
/// flush for each file; few by flushes of their own, so that what others write to the disk is not waited for.
package final class GroupFlusher: Sendable {
    /// One flush, for all who came before it began.
    fileprivate struct Round: Sendable {
        var requests: [FlushRequest] = []
        var waiters = 0
    }

    fileprivate struct FileSystem: Sendable {
        /// The number of the round that begins next.
        var next: UInt64 = 0
        var coming = Round()
        var isFlushing = false
        /// What came of rounds, until all who waited for them know.
        var ended: [UInt64: (error: SystemCallError?, waiters: Int)] = [:]
        /// When a flush last ended with an error, and with which.
        var failure: (at: ContinuousClock.Instant, error: SystemCallError)?
        /// Whether `syncfs` makes everything durable there: it may mean less on network file systems.
        var syncsAll: Bool?
    }

    /// What a thread has to do that waits.
    fileprivate enum Turn {
        case ended(SystemCallError?)
        /// Nobody flushes: this thread does, for all of the round.
        case flush(Round)
    }

    /// By device.
    private let fileSystems = ThreadMonitor<[UInt64: FileSystem]>([:])

    /// From how many on it is cheaper to flush the whole file system.
    private static let many = 4

    package init() {}

    /// Makes what was done so far durable.
    ///
    /// The kernel tells an error once, to whoever flushes next, be it about another's file. So it counts for all
    /// that had been begun by then.
    /// - Parameter requests: all on one file system.
    /// - Throws: what the kernel said; to all who shared the flush.
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
    /// What a thread of the round of that number has to do; nil while it has to wait.
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
        // All but the one that flushed are still to hear of it.
        if round.waiters > 1 { ended[number] = (error, round.waiters - 1) }
    }
}
