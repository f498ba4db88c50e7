import ArgumentParser
import BitMind
import LinuxSystem
import SampleMedia
import WatchCore
import WatchService

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says whether all that the service needs is there, and what to do where it is not.",
        discussion: """
            Prints a line for each thing: "ok", or "problem" and what to do. A file is made in each inbox and moved \
            to each destination for trial; nothing stays behind, and a running service is not disturbed. What this \
            user may not look at is "unknown": the example bitmind-check looks as the service's own user. Ends \
            with 0 only if all is ok.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(
        help: """
            Ask the API too: whether it is there, takes the credentials, what the account may do, and whether a \
            small built-in picture gets a verdict, which costs one request.
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
