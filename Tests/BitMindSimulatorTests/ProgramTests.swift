import Glibc
import Testing

@testable import BitMindSimulator

/// The built program, from outside.
final class Program {
    private let output: Int32
    private let input: Int32
    private let process: pid_t

    init(_ arguments: [String]) throws {
        var (out, into) = ([Int32](repeating: 0, count: 2), [Int32](repeating: 0, count: 2))
        try #require(pipe(&out) == 0)
        try #require(pipe(&into) == 0)
        // A program started by another test meanwhile must not hold these open.
        for end in out + into { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, into[0], STDIN_FILENO)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let path = Self.folder + "bitmind-simulator"
        let words = ([path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        var process = pid_t()
        let result = posix_spawn(&process, path, &actions, nil, words + [nil], environ)
        close(out[1])
        close(into[0])
        try #require(result == 0, "cannot start \(path): \(result)")
        self.process = process
        output = out[0]
        input = into[1]
    }

    deinit {
        close(output)
        close(input)
    }

    /// Where the test's own program lies, and so the built ones.
    private static var folder: String {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? 0
            }
        }
        let path = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        // Run by a helper of the toolchain, the test's own bundle is named in the arguments.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? path
        return bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/") + "/"
    }

    func line() -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1, byte != 10 { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    func send(_ signal: Int32) { kill(process, signal) }

    func closeInput() { close(input) }

    /// Waits for its end; gives the exit code, or minus the signal.
    func exitCode() -> Int32 {
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    }
}

struct ProgramTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `it says where it listens, logs requests, and ends cleanly on a signal`(signal: Int32) throws {
        let program = try Program(["--log", "--error-body", "detail", "--status-503", "--fault-next", "1"])
        let port = try #require(Int(program.line().trimmingPrefix("listening on http://127.0.0.1:")))
        let connection = try RawConnection(port: port)
        try connection.send(Samples.raw(Samples.jpeg()))
        #expect(try connection.answer().body == #"{"detail": "service unavailable"}"#)
        #expect(program.line().hasPrefix("503 POST /image 10 bytes "))
        try connection.send(Samples.raw(Samples.jpeg()))
        #expect(try connection.answer().body == Samples.verdict(Samples.jpeg()))
        program.send(signal)
        #expect(program.exitCode() == 0)
    }

    @Test func `it ends when standard input closes, if told to`() throws {
        let program = try Program(["--until-stdin-closes"])
        #expect(program.line().hasPrefix("listening on "))
        program.closeInput()
        #expect(program.exitCode() == 0)
    }

    @Test(arguments: [
        ["--port", "70000"], ["--latency", "5"], ["--fault-rate", "2"], ["--fault-endpoint", "/x"],
        ["--nonsense"],
    ])
    func `wrong usage ends with 64`(arguments: [String]) throws {
        let program = try Program(arguments)
        #expect(program.exitCode() == 64)
    }

    @Test func `an address that cannot be had ends with 1`() throws {
        let program = try Program(["--host", "256.0.0.1"])
        #expect(program.exitCode() == 1)
    }

    @Test func `its help has a flag for every fault`() throws {
        let program = try Program(["--help"])
        var help = ""
        while true {
            let line = program.line()
            if line.isEmpty, help.hasSuffix("\n\n\n") { break }
            help += line + "\n"
        }
        #expect(program.exitCode() == 0)
        for fault in Fault.allCases { #expect(help.contains("  --\(fault.rawValue) "), "\(fault)") }
    }
}
