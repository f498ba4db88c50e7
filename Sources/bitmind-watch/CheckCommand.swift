import ArgumentParser
import LinuxSystem
import WatchCore
import WatchService

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says whether all that the service needs is there, and what to do where it is not.",
        discussion: """
            Prints a line for each thing: "ok", or "problem" and what to do. A file is made in each inbox and moved \
            to each destination for trial; nothing stays behind, and a running service is not disturbed. What the \
            service may do, only its own user can tell. Ends with 1 where there is a problem.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Ask the API too: whether it is there, takes the credentials, and what the account may do.")
    var online = false

    func run() async throws {
        try ProcessProtection.forbidCoreDumps()
        try ProcessProtection.raiseOpenFiles()
        let configuration = try await options.readLooking()
        try Output.write("ok       configuration \(DisplayName(options.path.utf8).escaped)\n")
        let check = Check(configuration)
        var holdAll = try tell(check.local())
        if online { holdAll = try tell(await check.online()) && holdAll }
        guard holdAll else { throw ExitCode(1) }
    }

    /// Prints the results.
    /// - Returns: whether all hold.
    private func tell(_ results: [CheckResult]) throws(CommandFailure) -> Bool {
        try Output.write(results.map(\.line).joined())
        return results.allSatisfy(\.holds)
    }
}
