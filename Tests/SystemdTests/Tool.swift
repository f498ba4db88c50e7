import Foundation
import Subprocess
import SystemPackage

/// Programs that the tests run outside the box, and the paths of the repository and the built programs.
enum Tool {
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The folder with the built programs, beside the test's own.
    static let programs: String = {
        // Run by a helper of the toolchain, the test's own bundle is named in the arguments.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().path
    }()

    /// How a program ended, and its output.
    struct Ending {
        /// The exit code, or minus the signal that killed it.
        let code: Int32
        let output: String
        let errors: String
    }

    /// Runs a program to its end.
    /// - Parameters:
    ///   - name: a name in `PATH`, or a path.
    ///   - input: its standard input.
    static func run(_ name: String, _ arguments: [String], input: String = "") async throws -> Ending {
        let executable: Executable = name.contains("/") ? .path(.init(name)) : .name(name)
        let result = try await Subprocess.run(
            executable, arguments: Arguments(arguments), input: .string(input),
            output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
        let code: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): -signal
            }
        return Ending(code: code, output: result.standardOutput, errors: result.standardError)
    }

    /// A file of the repository.
    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(repository)/\(path)", encoding: .utf8)
    }
}
