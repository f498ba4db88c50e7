import Foundation
import Synchronization

/// What must not outlive this program: ended where it is interrupted.
enum Interruption {
    private static let programs = Mutex<Set<pid_t>>([])
    private static let folders = Mutex<Set<String>>([])
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

    static func began(_ program: pid_t) { programs.withLock { _ = $0.insert(program) } }

    static func ended(_ program: pid_t) { programs.withLock { _ = $0.remove(program) } }

    static func made(_ folder: String) { folders.withLock { _ = $0.insert(folder) } }

    static func removed(_ folder: String) { folders.withLock { _ = $0.remove(folder) } }

    private static func end(_ code: Int32) {
        for program in programs.withLock({ $0 }) { kill(program, SIGKILL) }
        for folder in folders.withLock({ $0 }) {
            // What is mounted there is first taken away; a folder that is in use still is left.
            _ = try? output(of: ["/bin/sh", "-c", "umount \"$0\"/ill 2>/dev/null; rm -rf \"$0\"", folder])
        }
        exit(code)
    }
}
