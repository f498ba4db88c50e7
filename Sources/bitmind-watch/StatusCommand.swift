import ArgumentParser
import LinuxSystem
import WatchCore
import WatchService

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows what the service is doing; with paths, why each file is where it is.")

    @Flag(help: "Print the status file, which is JSON.")
    var json = false

    @Flag(help: "Show each change, until Ctrl-C.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "The status file of the service. Default: /run/bitmind-watch/status.json.", valueName: "file"),
        completion: .file())
    var statusFile: String?

    @Argument(help: "Files in an inbox or in a destination.", completion: .file())
    var paths: [String] = []

    private var source: StatusSource {
        StatusSource(
            file: statusFile
                ?? "\(Host.environment("RUNTIME_DIRECTORY") ?? "/run/\(Product.name)")/status.json")
    }

    func validate() throws {
        if follow, json || !paths.isEmpty {
            throw ValidationError("--follow excludes --json and paths.")
        }
    }

    func run() async throws {
        if follow {
            let following = StatusFollowing(source: source)
            let hasView = StandardOutput.isTerminal && !Output.isPlain
            return try await hasView ? following.showView() : following.printLines()
        }
        let (bytes, report) = try source.read()
        if json {
            try Output.write(String(decoding: bytes, as: UTF8.self))
        } else if paths.isEmpty {
            try Output.write(StatusText(report).overview)
        } else {
            try tell(report)
        }
    }

    private func tell(_ report: StatusReport) throws {
        let whereabouts = FileWhereabouts(report)
        for path in paths {
            let absolute = try AbsolutePath.of(path)
            try Output.write(
                "\(DisplayName(path.utf8).escaped): \(whereabouts.sentence(for: absolute))\n")
        }
    }
}

enum AbsolutePath {
    /// The absolute path of a path relative to the working folder, without `.` and `..`.
    static func of(_ path: String) throws -> String {
        let whole = path.hasPrefix("/") ? path : "\(try Host.workingFolder)/\(path)"
        var names: [Substring] = []
        for name in whole.split(separator: "/") where name != "." {
            if name == ".." { _ = names.popLast() } else { names.append(name) }
        }
        return "/" + names.joined(separator: "/")
    }
}
