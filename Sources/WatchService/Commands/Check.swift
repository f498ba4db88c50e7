import BitMindAPI
import LinuxSystem
package import WatchCore

/// One condition for the service to work, and whether it holds.
package struct CheckResult: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case ok
        case problem
        /// This user may not check it; the service's user may be able to.
        case unknown
    }

    package var kind: Kind
    /// What was checked and found; if the condition does not hold, also what to do.
    package var text: String
    /// The text for the case that this user lacks a permission, and the service runs as another user; nil if
    /// the cause is another.
    var denial: String?

    /// Whether the condition is known to hold.
    package var holds: Bool { kind == .ok }

    static func ok(_ text: String) -> CheckResult { CheckResult(kind: .ok, text: text) }

    static func problem(_ text: String, denial: String? = nil) -> CheckResult {
        CheckResult(kind: .problem, text: text, denial: denial)
    }

    /// The result as another user than the service's sees it.
    func seen(from viewpoint: Viewpoint) -> CheckResult {
        guard viewpoint.isBystander, let denial else { return self }
        return CheckResult(
            kind: .unknown, text: "\(denial); the service runs as \(viewpoint.serviceName)")
    }

    /// `ok`, `problem` or `unknown` and the text, in one line with its end.
    package var line: String {
        kind.rawValue + String(repeating: " ", count: 9 - kind.rawValue.utf8.count) + text + "\n"
    }
}

extension Viewpoint {
    /// The name of the service's user.
    package var serviceName: String { serviceUser.map(Host.userName) ?? "another user" }
}

/// Checks whether the machine is ready for a configuration. The service may run at the same time.
package struct Check: Sendable {
    let configuration: Configuration
    let viewpoint: Viewpoint
    /// The file and line of `ca_file`, such as `/etc/bitmind-watch/config.toml:7`; nil if not known.
    let caFileLine: String?
    let environment: @Sendable (String) -> String?

    /// - Parameters:
    ///   - viewpoint: the user who runs the check.
    ///   - path: the path of the configuration file.
    ///   - environment: returns a variable of the environment; nil if it is empty.
    package init(
        _ configuration: Configuration, from viewpoint: Viewpoint, path: String,
        environment: @escaping @Sendable (String) -> String? = { Host.environment($0) }
    ) {
        self.configuration = configuration
        self.viewpoint = viewpoint
        self.environment = environment
        caFileLine = ConfigurationReader.line(of: "ca_file", in: "api", path: path)
            .map { "\(shown(path)):\($0)" }
    }

    /// What to do next if this user cannot see everything that the service can; nil if this is the service's
    /// own user.
    /// - Parameter results: all results so far.
    package func advice(after results: [CheckResult]) -> String? {
        if viewpoint.isRootBeside {
            return
                "root may do more than the service, which runs as \(viewpoint.serviceName). To check as the "
                + "service, run \(InstalledFiles.checkCommand)"
        }
        guard results.contains(where: { $0.kind == .unknown }) else { return nil }
        return "\(Host.userName(of: viewpoint.user)) may see less than the service: for the rest, run "
            + InstalledFiles.checkCommand
    }

    /// All checks that need no network. Blocks while it walks the inboxes. Leaves nothing on disk.
    package func local() -> [CheckResult] {
        findings().map { $0.seen(from: viewpoint) }
    }

    private func findings() -> [CheckResult] {
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
        results += loopback() + [proxy()] + authority() + credentials() + metrics()
        return results + [.ok("log: entries of level \(configuration.log.level.rawValue) and above")]
    }
}

/// A path as shown in results.
func shown(_ path: String) -> String { DisplayName(path.utf8).escaped }

/// A test file in a folder that may be watched. Its name is hidden, so the service ignores it.
enum TrialFile {
    /// A name that no other process uses at the time.
    static func name() -> [UInt8] {
        Array(".bitmind-watch-check-\(String(UInt64.random(in: .min ... .max), radix: 16))".utf8)
    }

    /// Makes the file, runs `body`, and removes the file if it still exists.
    static func with<Value>(
        in folder: DirectoryHandle, _ body: (_ name: [UInt8]) throws(SystemCallError) -> Value
    ) throws(SystemCallError) -> Value {
        let name = name()
        _ = try folder.createFile(name, mode: 0o600)
        let value: Value
        do throws(SystemCallError) {
            value = try body(name)
        } catch {
            // The caller throws the first error, which matters.
            do throws(SystemCallError) { try folder.removeIfThere(name) } catch _ {}
            throw error
        }
        try folder.removeIfThere(name)
        return value
    }
}
