import BitMindAPI
import LinuxSystem
package import WatchCore

/// One thing that must hold for the service to do its work, and whether it does.
package struct CheckResult: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case ok
        case problem
        /// This user may not look; the service's user may.
        case unknown
    }

    package var kind: Kind
    /// What was looked at, and what was found; where it does not hold, what to do too.
    package var text: String
    /// What to say where the reason is that this user lacks a permission, and the service runs as another user;
    /// nil where the reason is something else.
    var denial: String?

    /// Whether it is known to hold.
    package var holds: Bool { kind == .ok }

    static func ok(_ text: String) -> CheckResult { CheckResult(kind: .ok, text: text) }

    static func problem(_ text: String, denial: String? = nil) -> CheckResult {
        CheckResult(kind: .problem, text: text, denial: denial)
    }

    /// As another user than the service's sees it.
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
    /// The name of the user that the service runs as.
    package var serviceName: String { serviceUser.map(Host.userName) ?? "another user" }
}

/// Looks whether the machine is fit for a configuration. It may be done while the service runs.
package struct Check: Sendable {
    let configuration: Configuration
    let viewpoint: Viewpoint
    /// The file and line of `ca_file`, such as `/etc/bitmind-watch/config.toml:7`; nil where it is not known.
    let caFileLine: String?
    let environment: @Sendable (String) -> String?

    /// - Parameters:
    ///   - viewpoint: who looks.
    ///   - path: the path of the configuration file.
    ///   - environment: gives the variables of the environment; none where one is empty.
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

    /// What to do next where this user can't see all that the service can; nil where this is the service's own
    /// user.
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

    /// All that can be told without the network. Blocks while it walks the inboxes; leaves nothing behind.
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
