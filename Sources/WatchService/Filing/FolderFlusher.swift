package import LinuxSystem
import Synchronization

/// Flushes folders, once for all who wait at the same time.
///
/// A flush makes durable what was done before it began. Whoever comes while one is under way therefore waits
/// for the next, and all who wait share that one.
package final class FolderFlusher: Sendable {
    private typealias Waiter = CheckedContinuation<SystemCallError?, Never>

    private struct Folder {
        var waiting: [Waiter] = []
    }

    /// The folders that are being flushed, and who waits for their next flush.
    private let folders = Mutex<[FolderIdentity: Folder]>([:])
    private let threads: BlockingThreads

    package init(_ threads: BlockingThreads) {
        self.threads = threads
    }

    /// Makes a folder's entries, as they are now, durable.
    /// - Throws: what `fsync` said; to all who shared it.
    package func flush(_ folder: DirectoryHandle) async throws(SystemCallError) {
        let identity = FolderIdentity(try folder.status())
        let error: SystemCallError? = await withCheckedContinuation { waiter in
            let isFirst = folders.withLock { folders in
                guard folders[identity] == nil else {
                    folders[identity]?.waiting.append(waiter)
                    return false
                }
                folders[identity] = Folder()
                return true
            }
            if isFirst { flush(folder, identity, for: [waiter]) }
        }
        if let error { throw error }
    }

    private func flush(_ folder: DirectoryHandle, _ identity: FolderIdentity, for waiters: [Waiter]) {
        threads.submit { [self] in
            let failure: SystemCallError?
            do throws(SystemCallError) {
                try folder.flush()
                failure = nil
            } catch {
                failure = error
            }
            let next = folders.withLock { folders in
                guard let folder = folders[identity], !folder.waiting.isEmpty else {
                    folders[identity] = nil
                    return [Waiter]()
                }
                folders[identity] = Folder()
                return folder.waiting
            }
            for waiter in waiters { waiter.resume(returning: failure) }
            // The next round goes behind other work, so that more can join it.
            if !next.isEmpty { flush(folder, identity, for: next) }
        }
    }
}
