import ArgumentParser
import BitMind
import LinuxSystem
import WatchCore
import WatchService

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs the service in the foreground, as systemd expects it.")

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "The status file. Default: status.json in $RUNTIME_DIRECTORY; none if that is not set.",
            valueName: "file"),
        completion: .file())
    var statusFile: String?

    private var statusPath: String? {
        statusFile ?? Host.environment("RUNTIME_DIRECTORY").map { $0 + "/status.json" }
    }

    func run() async throws {
        let path = options.path
        let configuration = try await options.readLooking()
        let time = SystemTimeSource()
        do {
            // Credentials are in memory from here on.
            try ProcessProtection.forbidCoreDumps()
            try ProcessProtection.raiseOpenFiles()
            let sink: any JournalSink = SystemJournalSink() ?? StandardErrorSink(time)
            let journal = try Journal(sink, level: EventLevel(configuration.log.level))
            let daemon = try Daemon(
                configuration, configurationPath: path,
                credentials: { EnvironmentCredentials(method: $0.api.authentication) },
                journal: journal, statusFile: statusPath, time: time)
            try await daemon.run(ProcessSignals.stream())
        } catch let error as BitMind.ConfigurationError {
            throw CommandFailure.configuration("\(path): \(error)")
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }
}

/// The path of the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration file. Default: $BITMIND_WATCH_CONFIG, or \(Product.configurationPath).",
            valueName: "file"),
        completion: .file())
    var file: String?

    var path: String {
        file ?? Host.environment("BITMIND_WATCH_CONFIG") ?? Product.configurationPath
    }

    func read() throws(CommandFailure) -> Configuration {
        do throws(ConfigurationErrors) {
            return try ConfigurationReader.read(path: path)
        } catch {
            throw .configuration("\(error)")
        }
    }

    /// As `read()`, and also checks where the folders really are.
    func readLooking() async throws(CommandFailure) -> Configuration {
        do throws(ConfigurationErrors) {
            return try await ConfigurationReader.readLooking(path: path)
        } catch {
            throw .configuration("\(error)")
        }
    }
}
