import BitMindAPI
import LinuxSystem
package import WatchCore

/// One thing that must hold for the service to do its work, and whether it does.
package struct CheckResult: Sendable, Equatable {
    package var holds: Bool
    /// What was looked at, and what was found; where it does not hold, what to do too.
    package var text: String

    static func ok(_ text: String) -> CheckResult { CheckResult(holds: true, text: text) }
    static func problem(_ text: String) -> CheckResult { CheckResult(holds: false, text: text) }

    /// `ok` or `problem` and the text, in one line with its end.
    package var line: String { (holds ? "ok       " : "problem  ") + text + "\n" }
}

/// Looks whether the machine is fit for a configuration. It may be done while the service runs.
package struct Check: Sendable {
    let configuration: Configuration
    let environment: @Sendable (String) -> String?

    /// - Parameter environment: gives the variables of the environment; none where one is empty.
    package init(
        _ configuration: Configuration,
        environment: @escaping @Sendable (String) -> String? = { Host.environment($0) }
    ) {
        self.configuration = configuration
        self.environment = environment
    }

    /// All that can be told without the network. Blocks while it walks the inboxes; leaves nothing behind.
    package func local() -> [CheckResult] {
        var results: [CheckResult] = []
        var folders = 0
        let named = NamedFolders(configuration)
        for watch in configuration.watches {
            let inbox = CheckInbox(watch, among: named)
            results += inbox.results
            folders += inbox.folders
            results += watch.folders.map { role, path in
                CheckDestination(role, path, from: inbox.root).result
            }
        }
        results += inotify(needed: folders) + [openForWriting()]
        results += [proxy()] + authority() + credentials() + metrics()
        return results + [.ok("log: entries of level \(configuration.log.level.rawValue) and graver")]
    }
}

/// A path as it is shown.
func shown(_ path: String) -> String { DisplayName(path.utf8).escaped }

/// A file made for trial, in a folder that may be watched: hidden names are left alone there.
enum TrialFile {
    /// A name that no other has at the time.
    static func name() -> [UInt8] {
        Array(".bitmind-watch-check-\(String(UInt64.random(in: .min ... .max), radix: 16))".utf8)
    }

    /// Makes the file, runs `body`, and takes the file away, if it is still there.
    static func with<Value>(
        in folder: DirectoryHandle, _ body: (_ name: [UInt8]) throws(SystemCallError) -> Value
    ) throws(SystemCallError) -> Value {
        let name = name()
        _ = try folder.createFile(name, mode: 0o600)
        let value: Value
        do throws(SystemCallError) {
            value = try body(name)
        } catch {
            // What went wrong first is what counts.
            do throws(SystemCallError) { try folder.removeIfThere(name) } catch _ {}
            throw error
        }
        try folder.removeIfThere(name)
        return value
    }
}
