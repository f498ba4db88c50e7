import ArgumentParser
import LinuxSystem
import WatchCore

@main
struct BitmindWatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Product.name,
        abstract: "Watches folders, and sorts images and videos into made by AI and not.",
        version: "\(Product.name) \(Product.version)",
        subcommands: [
            RunCommand.self, DemoCommand.self, CheckCommand.self, ClassifyCommand.self, StatusCommand.self,
            RetryCommand.self, VerifyCommand.self,
        ])

    static func main() async {
        do {
            StandardStreams.reserve()
            Signals.ignoreLeaseAndPipe()
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            StandardError.write("\(failure.message)\n")
            exit(withError: ExitCode(failure.exitCode))
        } catch {
            exit(withError: error)
        }
    }
}

/// Why a command ends, in a sentence for its user.
struct CommandFailure: Error {
    let exitCode: Int32
    let message: String

    /// The work failed.
    static func failed(_ message: String) -> CommandFailure { CommandFailure(exitCode: 1, message: message) }
    /// The configuration is wrong (`EX_CONFIG`, sysexits.h).
    static func configuration(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: 78, message: message)
    }
}
