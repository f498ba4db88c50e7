import Foundation

/// A shell that completes a typed line, by the script that is installed for it.
enum ShellCompletion: String, CaseIterable, Sendable {
    case bash, zsh, fish

    /// What the shell offers for the last word of a line; for zsh, the content of its terminal.
    /// - Parameters:
    ///   - line: a command line that begins with a program's name and ends at the cursor.
    ///   - word: the expected word; the function waits until zsh shows it.
    ///   - folder: the working folder.
    func complete(_ line: String, expecting word: String, in folder: String = "/") async throws -> Offer {
        let program = String(line.prefix { $0 != " " })
        let script = "\(Tool.repository)/config/completions/\(program).\(rawValue)"
        switch self {
        case .bash:
            let ending = try await Tool.run("bash", ["--norc", "-c", Self.tab, "bash", script, line, folder])
            return Offer(words: ending.output.split(separator: "\n").map(String.init), errors: ending.errors)
        case .zsh:
            return try await Self.zsh(line, program: program, script, expecting: word, in: folder)
        case .fish:
            let ending = try await Tool.run(
                "fish",
                [
                    "--no-config", "-c", "source $argv[1]; cd $argv[3]; complete -C $argv[2]", script, line,
                    folder,
                ])
            let words = ending.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
            return Offer(words: words, errors: ending.errors)
        }
    }

    struct Offer {
        let words: [String]
        let errors: String
    }

    /// What readline does when Tab is pressed.
    private static let tab = """
        source "$1"
        cd "$3"
        COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9
        read -r -a COMP_WORDS <<<"$2"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        function=$(complete -p "${COMP_WORDS[0]}" | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
        "$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
        """

    /// zsh completes on a terminal only, so another zsh gets a Tab on a new one.
    private static func zsh(
        _ line: String, program: String, _ script: String, expecting word: String, in folder: String
    ) async throws -> Offer {
        let driver = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "PROMPT=; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -D -u; cd $4; print READ''Y"
            zpty -r shell output '*READY*'
            zpty -w -n shell "$2"$'\\t'
            zpty -r shell output "*$3*" && print -r -- "$output"
            zpty -d shell
            """
        return try await ScratchFolder.with { functions in
            try FileManager.default.copyItem(atPath: script, toPath: "\(functions)/_\(program)")
            let ending = try await Tool.run(
                "timeout", ["20s", "zsh", "-f", "-c", driver, "zsh", functions, line, word, folder])
            let isThere = ending.code == 0 && ending.output.contains(word)
            return Offer(words: isThere ? [word] : [], errors: ending.output + ending.errors)
        }
    }
}

/// An empty folder that is removed in the end.
enum ScratchFolder {
    static func with<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = "/tmp/bitmind-scratch-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer {
            do { try FileManager.default.removeItem(atPath: folder) } catch {
                print("left behind: \(folder)")
            }
        }
        return try await body(folder)
    }
}
