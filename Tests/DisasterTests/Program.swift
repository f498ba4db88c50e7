import CCallTracer
import Glibc
import LinuxSystem
import Synchronization
import SystemPackage

/// The service as a process: started, watched, and brought to its end.
final class Program: Sendable {
    private let logPath: String
    private let processNumber = Mutex<pid_t>(0)
    private let ended: AsyncStream<ProgramEnd>
    private let ender: AsyncStream<ProgramEnd>.Continuation
    private let end = Mutex<ProgramEnd?>(nil)

    /// Starts it.
    /// - Parameters:
    ///   - configuration: the file's path.
    ///   - log: the file for standard error, which is appended to.
    ///   - strike: the call to strike; nil for a plain run that is not traced.
    ///   - wrapper: the absolute path of a program that becomes it, with its arguments.
    ///   - command: the command, with its arguments.
    init(
        configuration: String, log: String, strike: CallStrike?, wrapper: [String] = [],
        command: [String] = ["run"]
    ) throws {
        logPath = log
        (ended, ender) = AsyncStream.makeStream()
        let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemCallError(call: "open", errno: .init(rawValue: errno)) }
        try SystemThread.start("program") { [self] in
            let line = wrapper + [Self.path] + command + ["--config", configuration]
            let end = Self.run(line, descriptor, strike) { number in
                processNumber.withLock { $0 = number }
            }
            close(descriptor)
            self.end.withLock { $0 = end }
            ender.yield(end)
        }
    }

    private static let path = BuiltPrograms.folder + "bitmind-watch"

    private static func run(
        _ line: [String], _ log: Int32, _ strike: CallStrike?, started: (pid_t) -> Void
    ) -> ProgramEnd {
        let words = line.map { strdup($0) }
        let settings: [String] = ["BITMIND_CLIENT_ID=test", "BITMIND_CLIENT_SECRET=test"]
        let variables = settings.map { strdup($0) }
        defer { for text in words + variables { free(text) } }
        return withoutActuallyEscaping(started) { started in
            let told = Started(tell: started)
            return withExtendedLifetime(told) {
                let context = Unmanaged.passUnretained(told).toOpaque()
                let tell: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, number in
                    guard let context else { return }
                    Unmanaged<Started>.fromOpaque(context).takeUnretainedValue().tell(number)
                }
                guard let strike else {
                    let status = call_tracer_run(
                        line[0], words + [nil], variables + [nil], log, nil, tell, context)
                    return ProgramEnd(status: status, calls: [], wasStruck: false)
                }
                return strike.withTrace { trace in
                    call_tracer_run(line[0], words + [nil], variables + [nil], log, trace, tell, context)
                }
            }
        }
    }

    private final class Started {
        let tell: (pid_t) -> Void

        init(tell: @escaping (pid_t) -> Void) { self.tell = tell }
    }

    /// The process's number; 0 before it has one.
    var number: pid_t { processNumber.withLock { $0 } }

    /// How it ended; nil while it runs.
    var hasEnded: ProgramEnd? { end.withLock { $0 } }

    /// Its standard error so far.
    func log() throws -> String {
        let slash = logPath.lastIndex(of: "/") ?? logPath.startIndex
        let folder = try DirectoryHandle.open(path: String(logPath[..<slash]))
        let file = try folder.openFile(Array(logPath[slash...].dropFirst().utf8))
        return String(decoding: try file.bytes(at: 0, count: 1 << 22), as: UTF8.self)
    }

    func send(_ signal: Int32) {
        let number = number
        if number > 0, hasEnded == nil { kill(number, signal) }
    }

    /// Asks it to end, and waits; kills it if it takes longer than it may.
    func stop() async -> ProgramEnd {
        send(SIGTERM)
        let killer = Task {
            try await Task.sleep(for: .seconds(60))
            send(SIGKILL)
        }
        defer { killer.cancel() }
        return await wait()
    }

    /// Waits for its end. Once.
    func wait() async -> ProgramEnd {
        for await end in ended { return end }
        return ProgramEnd(status: -1, calls: [], wasStruck: false)
    }
}

/// How a program ended.
struct ProgramEnd: Sendable {
    /// As of wait(2).
    let status: Int32
    /// The calls that counted, in their order.
    let calls: [TracedCall]
    let wasStruck: Bool

    /// The exit code; nil where a signal ended it.
    var exitCode: Int32? { status >= 0 && status & 0x7F == 0 ? (status >> 8) & 0xFF : nil }
    var wasKilled: Bool { status >= 0 && status & 0x7F == SIGKILL }
}

/// The folder of the built programs: beside the tests' own program.
enum BuiltPrograms {
    static let folder: String = {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? 0
            }
        }
        let own = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        // Run by a helper of the toolchain, the test's own bundle is named in the arguments.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
        return bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
            + "/"
    }()
}
