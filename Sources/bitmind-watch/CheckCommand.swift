import ArgumentParser
import BitMind
import LinuxSystem
import SampleMedia
import WatchCore
import WatchService

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks everything that the service needs, and says what to do.",
        discussion: """
            Prints one line for each check: "ok", or "problem" and what to do. The command makes a trial file in \
            each inbox and moves it to each destination. It removes the trial file, and does not disturb a running \
            service. A line is "unknown" if this user may not check it: the example bitmind-check runs the checks \
            as the service's own user. The exit code is 0 only if all checks are ok.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(
        help: """
            Check the API too: whether it can be reached, whether it accepts the credentials, what the account \
            may do, and whether a small built-in picture gets a verdict. This costs one request.
            """)
    var online = false

    func run() async throws {
        try ProcessProtection.forbidCoreDumps()
        try ProcessProtection.raiseOpenFiles()
        let configuration = try await options.readLooking()
        try Output.write("ok       configuration \(DisplayName(options.path.utf8).escaped)\n")
        let check = Check(configuration, from: .here(configuration, path: options.path), path: options.path)
        var results = check.local()
        try Output.write(results.map(\.line).joined())
        if online {
            let answers = await check.online(
                sending: SampleMedia.make(.jpeg, seed: UInt64.random(in: .min ... .max), size: 20_000))
            try Output.write(answers.map(\.line).joined())
            results += answers
        }
        if let advice = check.advice(after: results) { StandardError.write("\(advice)\n") }
        guard results.allSatisfy(\.holds) else { throw ExitCode(1) }
    }
}
