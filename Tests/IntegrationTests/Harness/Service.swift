import BitMindSimulator
import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport

/// A running `bitmind-watch run`.
struct Service {
    let process: RunningProcess
    let manager: NotifySocket
    private let errors: Capture

    /// How it came to its end.
    struct Ending {
        /// The exit code, or minus the signal that killed it.
        let code: Int32
        /// The lines on standard error.
        let lines: [String]
        /// The notifications to the service manager.
        let notified: [String]
    }

    /// The lines on standard error so far.
    var lines: [String] { errors.text.split(separator: "\n").map(String.init) }

    /// The lines that hold this text.
    func lines(with text: String) -> [String] { lines.filter { $0.contains(text) } }

    func wait(
        until what: String, atMost limit: Duration = .seconds(60), _ condition: () async throws -> Bool
    ) async throws {
        let circumstances = { "the service's last lines:\n" + lines.suffix(15).joined(separator: "\n") }
        try await TestSupport.wait(until: what, atMost: limit, circumstances: circumstances) {
            // Listening keeps the socket from filling up, which would hold the service up.
            _ = manager.lines
            return try await condition()
        }
    }

    func waitUntilReady() async throws {
        try await wait(until: "READY=1") { manager.lines.contains("READY=1") }
    }

    /// Runs the service while `body` runs, and asks it to stop then; kills it where `body` fails.
    /// - Parameters:
    ///   - configuration: the file.
    ///   - environment: what the service gets besides credentials and `NOTIFY_SOCKET`.
    ///   - command: what runs the service, before the service's own arguments.
    /// - Throws: what `body` throws, or that the service did not end within a minute.
    static func run(
        _ configuration: String, manager path: String, environment: [String: String],
        command: [String] = [Program.watch], _ body: (Service) async throws -> Void
    ) async throws -> Ending {
        let errors = try Capture()
        let manager = try NotifySocket(path: path)
        // The service may be another user's.
        guard chmod(path, 0o777) == 0 else { throw SystemFailure("chmod", path) }
        let result = try await Subprocess.run(
            .path(FilePath(command[0])),
            arguments: Arguments(command.dropFirst() + ["run", "--config", configuration]),
            environment: Program.environment(
                environment.merging(["NOTIFY_SOCKET": path]) { first, _ in first }),
            input: .none, output: .discarded,
            error: .fileDescriptor(errors.descriptor, closeAfterSpawningProcess: false)
        ) { execution in
            let process = RunningProcess(execution.processIdentifier.value)
            let service = Service(process: process, manager: manager, errors: errors)
            do {
                try await body(service)
                process.send(SIGTERM)
                try await service.wait(until: "the service ends") { process.hasEnded }
            } catch {
                process.send(SIGKILL)
                throw error
            }
        }
        return Ending(
            code: result.terminationStatus.code, lines: errors.text.split(separator: "\n").map(String.init),
            notified: manager.lines)
    }
}
