package import LinuxSystem
import Synchronization

/// What is to be made durable.
package struct FlushRequest: Sendable {
    /// What was written into these.
    package var files: [FileHandle] = []
    /// What was made, renamed and removed in these; all on one file system.
    package var folders: [DirectoryHandle] = []
}

/// Makes things durable, together for all who wait at the same time.
///
/// A flush makes durable what was done before it began. Whoever comes while one is under way therefore waits
/// for the next, and all who wait share that one. Many are served by one `syncfs`, which costs a fraction of a
/// flush for each file; few by flushes of their own, so that what others write to the disk is not waited for.
package final class GroupFlusher: Sendable {
    private struct Waiter {
        let request: FlushRequest
        let continuation: CheckedContinuation<SystemCallError?, Never>
    }

    private struct FileSystem {
        var waiting: [Waiter] = []
        var isFlushing = false
        /// Whether `syncfs` makes everything durable there: it may mean less on network file systems.
        var syncsAll: Bool?
    }

    /// By device.
    private let fileSystems = Mutex<[UInt64: FileSystem]>([:])
    private let threads: BlockingThreads

    /// From how many on it is cheaper to flush the whole file system.
    private static let many = 4

    package init(_ threads: BlockingThreads) {
        self.threads = threads
    }

    /// Makes what was done so far durable.
    /// - Throws: what the kernel said; to all who shared the flush.
    package func flush(_ request: FlushRequest) async throws(SystemCallError) {
        guard let first = request.folders.first else { return }
        let device = try first.status().device
        let error = await withCheckedContinuation { continuation in
            let waiter = Waiter(request: request, continuation: continuation)
            let isFirst = fileSystems.withLock { fileSystems in
                fileSystems[device, default: FileSystem()].waiting.append(waiter)
                defer { fileSystems[device]?.isFlushing = true }
                return fileSystems[device]?.isFlushing == false
            }
            if isFirst { startRound(device) }
        }
        if let error { throw error }
    }

    private func startRound(_ device: UInt64) {
        // Behind what the threads have to do already, so that more can join.
        threads.submit { [self] in
            let waiters = fileSystems.withLock { fileSystems in
                let waiters = fileSystems[device]?.waiting ?? []
                fileSystems[device]?.waiting = []
                return waiters
            }
            let failure = flush(waiters.map(\.request), on: device)
            let isMore = fileSystems.withLock { fileSystems in
                let isMore = fileSystems[device]?.waiting.isEmpty == false
                fileSystems[device]?.isFlushing = isMore
                return isMore
            }
            for waiter in waiters { waiter.continuation.resume(returning: failure) }
            if isMore { startRound(device) }
        }
    }

    private func flush(_ requests: [FlushRequest], on device: UInt64) -> SystemCallError? {
        do throws(SystemCallError) {
            if requests.count >= Self.many, let folder = requests[0].folders.first,
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
