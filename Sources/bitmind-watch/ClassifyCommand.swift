import ArgumentParser
import BitMind
import BitMindAPI
import LinuxSystem
import Synchronization
import WatchCore
import WatchService

struct ClassifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Prints the verdict of each file, and moves nothing.",
        discussion: """
            Prints one line for each file: "ai" or "human", the confidence that AI made it, and its name. The \
            command uses [api] and [upload] of the configuration, or their defaults. The exit code is 1 if a file \
            got no verdict; standard error has the cause.

            The formats are \(MediaType.names("and")). The content decides, never the name.
            """)

    @Flag(help: "Print the sidecar of each file as one line of JSON.")
    var json = false

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "Images and videos.", completion: .file())
    var files: [String]

    func run() async throws {
        let configuration = try readConfiguration()
        let credentials = EnvironmentCredentials(method: configuration.api.authentication)
        let work: ClassifyFiles
        do {
            try ProcessProtection.forbidCoreDumps()
            try ProcessProtection.raiseOpenFiles()
            try Self.expect(credentials, configuration.api.authentication)
            work = try ClassifyFiles(configuration, credentials, time: SystemTimeSource())
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as BitMind.ConfigurationError {
            throw CommandFailure.configuration("\(options.path): \(error)")
        } catch {
            throw CommandFailure.failed("\(error)")
        }
        guard try await printVerdicts(work) else { throw ExitCode(1) }
    }

    /// - Throws: if there are no credentials, with the places that were searched.
    private static func expect(
        _ credentials: EnvironmentCredentials, _ method: AuthenticationMethod
    ) throws(CommandFailure) {
        let reason: String
        do throws(CredentialFailure) {
            guard try credentials.credentials() == nil else { return }
            reason = "there are no credentials"
        } catch {
            reason = "\(error)"
        }
        let variables = method.credentialNames.map(\.variable).joined(separator: " and ")
        throw .failed(
            "\(reason): set \(variables) in the environment. The service's credentials are in /etc/credstore, "
                + "which only root may read; bitmind-watch(1), EXAMPLES, has a command that uses them")
    }

    /// Prints all verdicts.
    /// - Returns: whether every file has one.
    private func printVerdicts(_ work: ClassifyFiles) async throws(CommandFailure) -> Bool {
        let progress = ClassifyProgress(files: files.count)
        let bar = ProgressBar(isShown: StandardError.isTerminal && !Output.isPlain)
        var verdicts = 0
        var loss: CommandFailure?
        await withDiscardingTaskGroup { group in
            group.addTask { await bar.follow(progress) }
            await work.verdicts(of: files, progress: progress) { pause in
                bar.draw(nil)
                StandardError.write(
                    "the API asks for fewer requests: next try in \(pause.components.seconds) s\n")
            } tell: { path, result in
                bar.draw(nil)
                if case .success = result { verdicts += 1 }
                do throws(CommandFailure) {
                    return try printVerdict(path, result)
                } catch {
                    loss = error
                    return false
                }
            }
            group.cancelAll()
        }
        bar.draw(nil)
        if let loss { throw loss }
        return verdicts == files.count
    }

    /// Prints the verdict of a file, or why there is none.
    /// - Returns: whether the output is still read.
    private func printVerdict(
        _ path: String, _ result: Result<Sidecar, ClassifyFiles.Failure>
    ) throws(CommandFailure) -> Bool {
        let name = DisplayName(path.utf8).escaped
        switch result {
        case .success(let sidecar):
            return try Output.write(text(of: sidecar, name))
        case .failure(let failure):
            StandardError.write("\(name): no verdict: \(failure)\n")
            return true
        }
    }

    private func text(of sidecar: Sidecar, _ name: String) -> String {
        if json { return String(decoding: sidecar.json.serialized(), as: UTF8.self) + "\n" }
        guard case .judged(let judgement) = sidecar.outcome else { return "" }
        return "\(sidecar.outcome.verdict) \(judgement.confidence)  \(name)\n"
    }

    /// The named configuration, or the one at the default path if it exists; else the defaults.
    private func readConfiguration() throws(CommandFailure) -> Configuration {
        let isNamed = options.file != nil || Host.environment("BITMIND_WATCH_CONFIG") != nil
        guard isNamed || Host.mayExist(options.path) else { return Configuration(watches: []) }
        return try options.read()
    }
}

/// A line at the bottom of the terminal that is redrawn in place.
private final class ProgressBar: Sendable {
    private let isShown: Bool
    private let drawn = Mutex<String?>(nil)

    init(isShown: Bool) {
        self.isShown = isShown
    }

    /// Shows the progress, until the task is cancelled.
    func follow(_ progress: ClassifyProgress) async {
        while !Task.isCancelled {
            draw(progress.line)
            do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
        }
    }

    /// Shows another line. Nil removes it, so that other lines can be written.
    func draw(_ line: String?) {
        guard isShown else { return }
        drawn.withLock { drawn in
            guard line != drawn else { return }
            StandardError.write("\r\u{1B}[K\(line ?? "")")
            drawn = line
        }
    }
}
