import ArgumentParser
import LinuxSystem
import WatchCore
import WatchService

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows what the running service is doing; with paths, why each file is where it is.")

    @Flag(help: "Print the facts as JSON, as the service wrote them.")
    var json = false

    @Flag(help: "Go on showing what changes, until Ctrl-C.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "The file that the service writes; by default /run/bitmind-watch/status.json.", valueName: "file")
    )
    var statusFile: String?

    @Argument(help: "Files to ask for, in an inbox or where they were filed.")
    var paths: [String] = []

    private var file: String {
        statusFile ?? "\(Host.environment("RUNTIME_DIRECTORY") ?? "/run/\(Product.name)")/status.json"
    }

    func validate() throws {
        if follow, json || !paths.isEmpty {
            throw ValidationError("--follow goes with neither --json nor paths.")
        }
    }

    func run() async throws {
        if follow { return try await followChanges() }
        let (bytes, report) = try read()
        if json {
            StandardOutput.write(String(decoding: bytes, as: UTF8.self))
        } else if paths.isEmpty {
            StandardOutput.write(StatusText(report).overview)
        } else {
            try tell(report)
        }
    }

    private func tell(_ report: StatusReport) throws {
        let whereabouts = FileWhereabouts(report)
        for path in paths {
            let absolute = try AbsolutePath.of(path)
            StandardOutput.write(
                "\(DisplayName(path.utf8).escaped): \(whereabouts.sentence(for: absolute))\n")
        }
    }

    /// On a terminal the view is drawn anew in place, when something has changed; elsewhere a line is printed.
    private func followChanges() async throws {
        var last = ""
        let isTerminal = StandardOutput.isTerminal
        while true {
            let report = try read().report
            let text = isTerminal ? StatusText(report).overview : report.status.line + "\n"
            if text != last {
                // Home, each line with its rest erased, then all below: nothing flickers.
                let view = text.replacing("\n", with: "\u{1B}[K\n")
                StandardOutput.write(isTerminal ? "\u{1B}[H\(view)\u{1B}[J" : text)
                last = text
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func read() throws(CommandFailure) -> (bytes: [UInt8], report: StatusReport) {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try ReplacedFile(file).read()
        } catch {
            throw .failed(
                "\(file) cannot be read (\(error.errno)): is the service running, and may you read its folder? "
                    + "Try sudo, or say where it is with --status-file")
        }
        do {
            let report = try StatusReport(parsing: bytes)
            guard Host.isRunning(report.processID) else {
                throw CommandFailure.failed(
                    "the service is not running; \(file) is of \(report.updated): start it with "
                        + "systemctl start \(Product.name)")
            }
            return (bytes, report)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .failed("\(file) is not what this version of the service writes: \(error)")
        }
    }
}

enum AbsolutePath {
    /// The absolute path that a relative one means in the working folder, without `.` and `..`.
    static func of(_ path: String) throws -> String {
        let whole = path.hasPrefix("/") ? path : "\(try Host.workingFolder)/\(path)"
        var names: [Substring] = []
        for name in whole.split(separator: "/") where name != "." {
            if name == ".." { _ = names.popLast() } else { names.append(name) }
        }
        return "/" + names.joined(separator: "/")
    }
}
