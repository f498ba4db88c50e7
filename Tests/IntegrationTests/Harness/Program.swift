import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport

/// The built programs, started as a user would start them.
enum Program {
    /// The folder of the test's own program, and of the built ones.
    static let folder: String = {
        // Run by a helper of the toolchain, the test's own bundle is named in the arguments.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().path
    }()

    static let watch = "\(folder)/bitmind-watch"
    static let simulator = "\(folder)/bitmind-simulator"

    /// Nothing of this process's environment but what finds programs: no proxy, no journal, no credentials.
    static func environment(_ added: [String: String] = [:]) -> Environment {
        let names: [Environment.Key] = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"]
        var values: [Environment.Key: String] = [:]
        for name in names { values[name] = ProcessInfo.processInfo.environment[name.rawValue] }
        for (name, value) in added { values[Environment.Key(stringLiteral: name)] = value }
        return .custom(values)
    }

    /// How a program ended, and its output.
    struct Ending {
        /// The exit code, or minus the signal that killed it.
        let code: Int32
        let output: String
        let errors: String
    }

    /// Runs a program to its end; one that doesn't come to it within 60 s is killed.
    /// - Parameter destination: where its standard output goes; nil for into the ending.
    static func run(
        _ path: String, _ arguments: [String], environment added: [String: String] = [:],
        output destination: FileDescriptor? = nil
    ) async throws -> Ending {
        let errors = try Capture()
        let output = try Capture()
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), environment: environment(added),
            input: .none,
            output: .fileDescriptor(destination ?? output.descriptor, closeAfterSpawningProcess: false),
            error: .fileDescriptor(errors.descriptor, closeAfterSpawningProcess: false)
        ) { execution in
            try await RunningProcess(execution.processIdentifier.value).ended()
        }
        return Ending(code: result.terminationStatus.code, output: output.text, errors: errors.text)
    }
}

extension TerminationStatus {
    /// The exit code, or minus the signal.
    var code: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }
}

/// A child process that was not reaped yet.
struct RunningProcess {
    let id: pid_t

    init(_ id: pid_t) { self.id = id }

    func send(_ signal: Int32) {
        kill(id, signal)
    }

    /// Whether it has ended, reaped or not.
    var hasEnded: Bool {
        guard let line = FileManager.default.contents(atPath: "/proc/\(id)/stat") else { return true }
        // The name of the program, in brackets, may hold anything; the state follows its last bracket.
        return String(decoding: line, as: UTF8.self).split(separator: ")").last?.hasPrefix(" Z") ?? true
    }

    /// Returns when it has ended.
    /// - Throws: `NeverHappened` if it does not end; it is then killed.
    func ended() async throws {
        do {
            try await wait(until: "process \(id) ends") { hasEnded }
        } catch {
            send(SIGKILL)
            throw error
        }
    }
}

extension RunningProcess {
    /// How much memory it has now, in kB; nil once it has none.
    var residentKilobytes: Int? { status("VmRSS") }

    /// The most memory that it has had so far, in kB; nil once it has none.
    var peakKilobytes: Int? { status("VmHWM") }

    /// A number of proc_pid_status(5).
    private func status(_ field: String) -> Int? {
        guard let status = FileManager.default.contents(atPath: "/proc/\(id)/status") else { return nil }
        return String(decoding: status, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("\(field):") }.flatMap { Int($0.filter(\.isNumber)) }
    }
}

/// A file without a name that takes what a program says.
final class Capture: Sendable {
    let descriptor: FileDescriptor

    init() throws {
        var name = Array("/tmp/bitmind-capture-XXXXXX".utf8CString)
        descriptor = FileDescriptor(rawValue: mkstemp(&name))
        guard descriptor.rawValue >= 0 else { throw Errno(rawValue: errno) }
        _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC)
        unlink(name)
    }

    deinit { close(descriptor.rawValue) }

    /// All so far.
    var text: String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor.rawValue, &buffer, buffer.count, off_t(bytes.count))
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer.prefix(count)
        }
    }
}
