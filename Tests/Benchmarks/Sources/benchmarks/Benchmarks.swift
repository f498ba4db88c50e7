import Foundation

@main
enum Benchmarks {
    static func main() {
        Interruption.watch()
        let code = run()
        Scratch.remove()
        exit(code)
    }

    private static func run() -> Int32 {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            try Scratch.make()
            if options.plots {
                try Plots(options.programs, in: options.plotFolder).make()
            } else if options.profile {
                try Backlog.profile(options.programs)
            } else if try !measure(options) {
                return 1
            }
        } catch {
            FileHandle.standardError.write(Data("benchmarks: \(error)\n".utf8))
            return error is UsageFailure ? 64 : 2
        }
        return 0
    }

    /// - Returns: whether every target is reached, but for the noise.
    private static func measure(_ options: Options) throws -> Bool {
        var table = Table(options.form)
        let sizes = options.form.sizes
        say("load before: \(load())")
        for round in 0..<sizes.rounds {
            try measure(options, round, &table)
        }
        // A busy machine may have been in the way; what is three times as slow is so twice.
        if options.form == .quick, !table.missed.isEmpty { try measure(options, 0, &table) }
        say("load after: \(load())\n\n\(table.markdown)\n")
        let missed = table.missed
        say(missed.isEmpty ? "every target is reached" : "missed by more than the noise:")
        for line in missed { say("* \(line)") }
        return missed.isEmpty
    }

    private static func measure(_ options: Options, _ round: Int, _ table: inout Table) throws {
        for workload in options.workloads where round < workload.rounds {
            say("round \(round + 1): \(workload.name)")
            try workload.measure(options.form.sizes, options.programs, &table)
        }
    }

    private static func load() -> String {
        (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8).prefix { $0 != "\n" })
            .map(String.init) ?? "unknown"
    }
}
