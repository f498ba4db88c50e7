import CLinux
import Glibc
import SystemPackage

/// The kernel's word of what happens in folders. Watching and waking may be done from any thread; one thread
/// reads, and does nothing else, for the kernel's queue is short.
package final class Inotify: Sendable {
    private let descriptor: OwnedDescriptor
    private let wait: StoppableWait
    /// Whether folders can be watched at all: not where the user has no more instances
    /// (`InotifyLimits.maxUserInstances`). Then no event ever comes.
    package let canWatch: Bool

    /// A new instance, with no watch. EMFILE where the process has no more descriptors.
    package init() throws(SystemCallError) {
        let flags = CInt(IN_NONBLOCK | IN_CLOEXEC)
        let number = inotify_init1(flags)
        canWatch = number >= 0
        // In place of the instance something that has nothing to read.
        descriptor = OwnedDescriptor(
            owning: number >= 0 ? number : try Self.substitute(for: Errno(rawValue: errno)))
        wait = try StoppableWait()
    }

    private static func substitute(for errno: Errno) throws(SystemCallError) -> CInt {
        guard errno == .tooManyOpenFiles else { throw SystemCallError(call: "inotify_init1", errno: errno) }
        return try system("eventfd") { linux_event_counter() }
    }

    /// Watches a folder, exactly the one that was opened, wherever it is renamed to; not the folders in it.
    /// For a folder that is watched already, its watch again.
    ///
    /// Throws ENOSPC where the user has no more watches (`InotifyLimits.maxUserWatches`), or no instance.
    package func watch(_ folder: DirectoryHandle) throws(SystemCallError) -> Watch {
        guard canWatch else { throw SystemCallError(call: "inotify_init1", errno: .noSpace) }
        // inotify takes no descriptor, and a path may lead elsewhere by now. The kernel lets a process
        // through its own /proc/self/fd even where it is made undumpable, though all of it belongs to root
        // then.
        let path = "/proc/self/fd/\(folder.descriptor.rawValue)"
        let number = try system("inotify_add_watch") {
            inotify_add_watch(descriptor.rawValue, path, EventMask.watched.rawValue)
        }
        return Watch(rawValue: number)
    }

    /// Stops watching a folder; an `.ignored` event follows. A watch that is gone already is fine.
    package func unwatch(_ watch: Watch) {
        _ = inotify_rm_watch(descriptor.rawValue, watch.rawValue)
    }

    /// Blocks until there are events, in the order in which things happened. Equal events in a row come as
    /// one.
    /// - Returns: the events; none where `wake()` was called; `nil` once `stop()` was.
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

    /// Makes the `read()` under way, else the next one that would block, return with no events: proof that
    /// the reading thread is alive.
    package func wake() {
        wait.wake()
    }

    /// Makes the `read()` under way and all later ones return `nil`.
    package func stop() {
        wait.stop()
    }
}

/// How much inotify may be used, by `/proc/sys/fs/inotify`.
package enum InotifyLimits {
    /// The unit hides `/proc/sys`, and shows this one folder of it as `/run/inotify`.
    private static var folder: DirectoryHandle {
        get throws(SystemCallError) {
            do throws(SystemCallError) {
                return try DirectoryHandle.open(path: "/proc/sys/fs/inotify")
            } catch let error where error.errno == .noSuchFileOrDirectory {
                return try DirectoryHandle.open(path: "/run/inotify")
            }
        }
    }

    /// Watches of one user, in all processes together. Throws where that isn't visible, as in a sandbox with
    /// `ProcSubset=pid` that has no `/run/inotify`.
    package static var maxUserWatches: Int {
        get throws(SystemCallError) { try number(in: "max_user_watches") }
    }

    /// Instances of one user, likewise.
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
