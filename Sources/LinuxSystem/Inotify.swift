import CLinux
import Glibc
import SystemPackage

/// The kernel's reports of changes in folders. Any thread may add watches and call `wake()`. One thread
/// reads, and does nothing else, because the kernel's queue is short.
package final class Inotify: Sendable {
    private let descriptor: OwnedDescriptor
    private let wait: StoppableWait
    /// Whether folders can be watched. False if the user has no more instances
    /// (`InotifyLimits.maxUserInstances`); then no event ever arrives.
    package let canWatch: Bool

    /// A new instance without watches. Throws EMFILE if the process has no more descriptors.
    package init() throws(SystemCallError) {
        let flags = CInt(IN_NONBLOCK | IN_CLOEXEC)
        let number = inotify_init1(flags)
        canWatch = number >= 0
        // In place of the instance, a descriptor that never has anything to read.
        descriptor = OwnedDescriptor(
            owning: number >= 0 ? number : try Self.substitute(for: Errno(rawValue: errno)))
        wait = try StoppableWait()
    }

    private static func substitute(for errno: Errno) throws(SystemCallError) -> CInt {
        guard errno == .tooManyOpenFiles else { throw SystemCallError(call: "inotify_init1", errno: errno) }
        return try system("eventfd") { linux_event_counter() }
    }

    /// Watches the open folder, even after it is renamed, but not the folders in it. If the folder is already
    /// watched, returns the same watch.
    ///
    /// Throws ENOSPC if the user has no more watches (`InotifyLimits.maxUserWatches`), or there is no
    /// instance.
    package func watch(_ folder: DirectoryHandle) throws(SystemCallError) -> Watch {
        guard canWatch else { throw SystemCallError(call: "inotify_init1", errno: .noSpace) }
        // inotify takes a path, not a descriptor, and the folder's own path may lead elsewhere by now. The
        // kernel lets a process use its own /proc/self/fd even if the process is undumpable and the entries
        // belong to root.
        let path = "/proc/self/fd/\(folder.descriptor.rawValue)"
        let number = try system("inotify_add_watch") {
            inotify_add_watch(descriptor.rawValue, path, EventMask.watched.rawValue)
        }
        return Watch(rawValue: number)
    }

    /// Stops watching a folder; an `.ignored` event follows. A watch that no longer exists is not an error.
    package func unwatch(_ watch: Watch) {
        _ = inotify_rm_watch(descriptor.rawValue, watch.rawValue)
    }

    /// Blocks until there are events, and returns them in the order of the changes. Equal consecutive events
    /// are merged.
    /// - Returns: the events; an empty array after `wake()`; `nil` after `stop()`.
    package func read() throws(SystemCallError) -> [Event]? {
        while !wait.isStopped {
            do throws(SystemCallError) {
                // Room for 200 events with the longest names.
                let bytes = try [UInt8](capacity: 64 * 1024, for: "read") { buffer in
                    Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count)
                }
                return Self.events(in: bytes)
            } catch let error where error.errno == .wouldBlock {
                switch try wait.wait(for: descriptor) {
                case .readable: continue
                case .woken: return []
                case .stopped: return nil
                }
            }
        }
        return nil
    }

    /// Makes the current `read()`, or the next one that would block, return without events. This proves that
    /// the reading thread is running.
    package func wake() {
        wait.wake()
    }

    /// Makes the current `read()` and all later ones return `nil`.
    package func stop() {
        wait.stop()
    }
}

/// The limits of inotify, from `/proc/sys/fs/inotify`.
package enum InotifyLimits {
    /// The unit hides `/proc/sys`, and mounts this folder of it as `/run/inotify`.
    private static var folder: DirectoryHandle {
        get throws(SystemCallError) {
            do throws(SystemCallError) {
                return try DirectoryHandle.open(path: "/proc/sys/fs/inotify")
            } catch let error where error.errno == .noSuchFileOrDirectory {
                return try DirectoryHandle.open(path: "/run/inotify")
            }
        }
    }

    /// The limit of watches for one user, over all processes. Throws if the file is not visible, as in a
    /// sandbox with `ProcSubset=pid` without `/run/inotify`.
    package static var maxUserWatches: Int {
        get throws(SystemCallError) { try number(in: "max_user_watches") }
    }

    /// The limit of instances for one user. Throws like `maxUserWatches`.
    package static var maxUserInstances: Int {
        get throws(SystemCallError) { try number(in: "max_user_instances") }
    }

    private static func number(in file: String) throws(SystemCallError) -> Int {
        let digits = try folder.openFile(Array(file.utf8)).bytes(at: 0, count: 32)
            .prefix { $0 != UInt8(ascii: "\n") }
        guard let limit = Int(String(decoding: digits, as: UTF8.self)) else {
            throw SystemCallError(call: "read", errno: .outOfRange)
        }
        return limit
    }
}
