import Foundation
import Synchronization

/// What must not outlive this program: ended where it is interrupted.
enum Interruption {
    private static let programs = Mutex<Set<pid_t>>([])
    /// Whether this is about to end: what is started even so is ended at once.
    private static let isEnding = Atomic(false)
    private static let mounts = Mutex<Set<String>>([])
    /// Made once and never changed; kept, for a source that nobody holds is gone.
    nonisolated(unsafe) private static let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { end(128 + number) }
        return source
    }

    /// From now on a signal ends this in order.
    static func watch() {
        for source in sources { source.resume() }
    }

    static func began(_ program: pid_t) {
        programs.withLock { _ = $0.insert(program) }
        if isEnding.load(ordering: .sequentiallyConsistent) { kill(program, SIGKILL) }
    }

    static func ended(_ program: pid_t) { programs.withLock { _ = $0.remove(program) } }

    static func mounted(_ folder: String) { mounts.withLock { _ = $0.insert(folder) } }

    static func unmounted(_ folder: String) { mounts.withLock { _ = $0.remove(folder) } }

    private static func end(_ code: Int32) {
        isEnding.store(true, ordering: .sequentiallyConsistent)
        for program in programs.withLock({ $0 }) { kill(program, SIGKILL) }
        for folder in mounts.withLock({ $0 }) {
            // Where it does not stand still, thawing fails.
            _ = try? output(of: ["/bin/sh", "-c", "fsfreeze -u \"$0\" 2>/dev/null; umount \"$0\"", folder])
        }
        Scratch.remove()
        exit(code)
    }
}
