import Foundation
import Testing

/// The completions that are installed are those of the programs as they are, and complete in each shell.
@Suite struct CompletionTests {
    @Test(arguments: ["bitmind-watch", "bitmind-simulator"], ShellCompletion.allCases)
    func `the completions of a shell are those that the program writes`(
        program: String, shell: ShellCompletion
    ) async throws {
        let written = try await Tool.run(
            "\(Tool.programs)/\(program)", ["--generate-completion-script", shell.rawValue])
        let installed = try Tool.text("config/completions/\(program).\(shell)")
        #expect(
            installed == written.output,
            "\(program) --generate-completion-script \(shell) >config/completions/\(program).\(shell)")
    }

    /// Typed lines, with the completion of the last word.
    private static let typed = [
        ("bitmind-watch st", "status"), ("bitmind-watch status --fo", "--follow"),
        ("bitmind-watch retry --a", "--all"), ("bitmind-simulator --lat", "--latency"),
        ("bitmind-simulator --vers", "--version"),
    ]

    @Test(arguments: ShellCompletion.allCases, typed)
    func `a shell completes commands and options`(
        shell: ShellCompletion, typed: (line: String, word: String)
    ) async throws {
        let offer = try await shell.complete(typed.line, expecting: typed.word)
        // From version 4 on, fish offers what only contains the letters as well, after what begins with them.
        let words = shell == .fish ? Array(offer.words.prefix(1)) : offer.words
        #expect(words == [typed.word], "\(offer.words) \(offer.errors)")
    }

    // MARK: Paths

    /// The words before a path, and whether only a folder is offered.
    static let pathTakers: [(words: String, isFolder: Bool)] = [
        ("run --config", false), ("run --status-file", false), ("demo", true), ("demo --once", true),
        ("check --config", false), ("check --online --config", false), ("classify --config", false),
        ("classify", false), ("classify other.jpg", false), ("classify --json --config c.toml", false),
        ("status --status-file", false), ("status", false), ("status other.jpg", false),
        ("retry --config", false), ("retry", false), ("verify --config", false), ("verify", false),
        ("verify --config c.toml other.jpg", false),
    ]

    @Test func `every option and argument that takes a path is among those that are tried`() async throws {
        for program in ["bitmind-watch", "bitmind-simulator"] {
            let help = try await CommandLineHelp.of(program)
            for command in help.subcommands ?? [] {
                for argument in command.arguments ?? [] where argument.takesPath {
                    let option = argument.names?.first { $0.kind == "long" }.map { " --\($0.name)" } ?? ""
                    let words = command.commandName + option
                    #expect(Self.pathTakers.contains { $0.words == words }, "\(words) takes a path")
                }
            }
            #expect(!(help.arguments ?? []).contains { $0.takesPath }, "\(program) itself takes a path")
        }
    }

    @Test(arguments: ShellCompletion.allCases, pathTakers)
    func `a shell completes paths wherever one is taken`(
        shell: ShellCompletion, taker: (words: String, isFolder: Bool)
    ) async throws {
        try await ScratchFolder.with { folder in
            try FileManager.default.createDirectory(
                atPath: "\(folder)/holiday/lake", withIntermediateDirectories: true)
            for file in ["holidays.toml", "holiday/inlet.jpg"] {
                try Data().write(to: URL(filePath: "\(folder)/\(file)"))
            }
            let tries =
                taker.isFolder
                ? [("hol", "holiday"), ("holiday/l", "holiday/lake")]
                : [
                    ("holidays.", "holidays.toml"), ("holiday/i", "holiday/inlet.jpg"),
                    ("holiday/l", "holiday/lake"),
                ]
            for (typed, path) in tries {
                let offer = try await shell.complete(
                    "bitmind-watch \(taker.words) \(typed)", expecting: path, in: folder)
                // fish shows of a folder that it is one.
                let words = offer.words.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
                #expect(words == [path], "\(offer.errors)")
            }
        }
    }
}

extension CommandLineHelp.Argument {
    /// Whether its value is a path, by the name of the value.
    fileprivate var takesPath: Bool {
        ["file", "files", "folder", "folders", "path", "paths"].contains(valueName ?? "") && kind != "flag"
    }
}
