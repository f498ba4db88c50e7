import Foundation

/// What a program takes on its command line, as the program itself says.
struct CommandLineHelp: Decodable {
    let command: Command

    struct Command: Decodable {
        let commandName: String
        let subcommands: [Command]?
        let arguments: [Argument]?

        /// The long names of its options and flags, `--help` and `--version` aside.
        var options: Set<String> {
            let names = (arguments ?? []).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map(\.name)
            return Set(names).subtracting(["help", "version"])
        }

        /// Its options and flags, with the placeholders of their values.
        var values: [String: String] {
            var values: [String: String] = [:]
            for argument in arguments ?? [] where argument.kind == "option" {
                for name in argument.names ?? [] where name.kind == "long" {
                    values[name.name] = argument.valueName
                }
            }
            return values
        }
    }

    struct Argument: Decodable {
        let kind: String
        let names: [Name]?
        let valueName: String?
    }

    struct Name: Decodable {
        let kind: String
        let name: String
    }

    static func of(_ program: String) async throws -> Command {
        let ending = try await Tool.run("\(Tool.programs)/\(program)", ["--experimental-dump-help"])
        return try JSONDecoder().decode(CommandLineHelp.self, from: Data(ending.output.utf8)).command
    }
}
