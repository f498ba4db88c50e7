import Foundation
import Testing

/// The completions that are installed are those of the programs as they are.
@Suite struct CompletionTests {
    @Test(arguments: ["bitmind-watch", "bitmind-simulator"], ["bash", "zsh", "fish"])
    func `the completions of a shell are those that the program writes`(
        program: String, shell: String
    ) async throws {
        let written = try await Tool.run(
            "\(Tool.programs)/\(program)", ["--generate-completion-script", shell])
        let installed = try Tool.text("config/completions/\(program).\(shell)")
        #expect(
            installed == written.output,
            "\(program) --generate-completion-script \(shell) >config/completions/\(program).\(shell)")
    }

    /// Lines as far as somebody has typed them, with what completes the last word.
    private static let typed = [
        ("bitmind-watch st", "status"), ("bitmind-watch status --fo", "--follow"),
        ("bitmind-watch retry --a", "--all"), ("bitmind-simulator --lat", "--latency"),
    ]

    private static func file(_ line: String, _ shell: String) -> String {
        "\(Tool.repository)/config/completions/\(line.prefix { $0 != " " }).\(shell)"
    }

    @Test(arguments: typed) func `bash completes`(line: String, word: String) async throws {
        // What readline does when Tab is pressed.
        let script = """
            source "$1"
            COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9
            read -r -a COMP_WORDS <<<"$2"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            function=$(complete -p "${COMP_WORDS[0]}" | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
            "$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let ending = try await Tool.run(
            "bash", ["--norc", "-c", script, "bash", Self.file(line, "bash"), line])
        #expect(ending.output.split(separator: "\n") == [Substring(word)], "\(ending.errors)")
    }

    @Test(arguments: typed) func `zsh completes`(line: String, word: String) async throws {
        // It completes on a terminal only: one of its own, on which another zsh gets a Tab.
        let script = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "fpath=($1 \\$fpath); autoload -Uz compinit; compinit -D -u; print READ''Y"
            zpty -r shell output '*READY*'
            zpty -w -n shell "$2"$'\\t'
            zpty -r shell output "*$3*" && print -r -- "$output"
            zpty -d shell
            """
        let folder = "/tmp/bitmind-completions-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer {
            do { try FileManager.default.removeItem(atPath: folder) } catch {
                print("left behind: \(folder)")
            }
        }
        let program = line.prefix { $0 != " " }
        try FileManager.default.copyItem(atPath: Self.file(line, "zsh"), toPath: "\(folder)/_\(program)")
        let ending = try await Tool.run(
            "timeout", ["20s", "zsh", "-f", "-c", script, "zsh", folder, line, word])
        #expect(ending.code == 0 && ending.output.contains(word), "\(ending.output)\(ending.errors)")
    }

    @Test(arguments: typed) func `fish completes`(line: String, word: String) async throws {
        let ending = try await Tool.run(
            "fish",
            ["--no-config", "-c", "source $argv[1]; complete -C $argv[2]", Self.file(line, "fish"), line])
        let words = ending.output.split(separator: "\n").map { $0.prefix { $0 != "\t" } }
        #expect(words == [Substring(word)], "\(ending.errors)")
    }
}
