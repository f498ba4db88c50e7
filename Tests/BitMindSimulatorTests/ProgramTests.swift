import CTestSupport
import Glibc
import Testing

@testable import BitMindSimulator

/// The built program, from outside.
final class Program {
    private let output: Int32
    private var input: Int32?
    private let process: pid_t

    init(_ arguments: [String]) throws {
        var (out, into) = ([Int32](repeating: 0, count: 2), [Int32](repeating: 0, count: 2))
        // A program started by another test meanwhile must not hold these open.
        try #require(test_pipe(&out) == 0)
        try #require(test_pipe(&into) == 0)
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
        closeInput()
    }

    /// The folder of the test's own program, and of the built ones.
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

    /// Once: its number may be another descriptor's by then.
    func closeInput() {
        if let input { close(input) }
        input = nil
    }

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

    @Test func `it ends when standard input closes, if so configured`() throws {
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
        let help = try Self.help()
        for fault in Fault.allCases { #expect(help.contains("  --\(fault.rawValue) "), "\(fault)") }
    }

    /// What the API is known or feared to do, and how a person sees it done.
    static let cases: [(String, [String])] = [
        // Authentication.
        ("OAuth alone", ["--auth", "oauth"]),
        ("mTLS alone; without its certificate 403", ["--auth", "mtls", "--client-cert", "QUJD"]),
        ("organisation API key alone", ["--auth", "api-key", "--api-key", "enterprise-1"]),
        ("other credentials are refused with 401", ["--client-id", "c", "--client-secret", "s"]),
        ("tokens that live shortly", ["--token-lifetime", "10s"]),
        ("no tokens to be had", ["--status-503", "--fault-endpoint", "/v1/oauth/token"]),
        // Endpoints, their forms and limits.
        ("/health or /status is ill", ["--status-500", "--fault-endpoint", "/health"]),
        ("images as raw bytes only", ["--image-form", "raw"]),
        ("images as multipart only: 415, then taken", ["--image-form", "multipart"]),
        (
            "413 for images, videos or batches",
            ["--image-limit", "1", "--video-limit", "1", "--batch-limit", "1"]
        ),
        ("no permission: 403", ["--deny", "image_inference", "--deny", "video_inference"]),
        ("no batches", ["--deny", "batch_processing"]),
        // Verdicts.
        ("isAI and confidence at odds", ["--at-odds"]),
        ("more fields", ["--extra-fields"]),
        ("no processingTime", ["--no-processing-time"]),
        ("confidence in other digits", ["--long-digits", "--exponent-digits"]),
        ("isAI or confidence of another kind", ["--wrong-types", "--not-a-number", "--out-of-range"]),
        ("no JSON", ["--not-json", "--truncated-json", "--other-json", "--wrong-content-type"]),
        ("an answer without end", ["--endless", "--deeply-nested"]),
        ("credentials in the answer", ["--echo-credentials"]),
        // Batches.
        ("results in another order", ["--batch-shuffled"]),
        ("a bad item: all refused", ["--bad-batch-item", "refused", "--bad-file-status", "422"]),
        ("a bad item: 413", ["--bad-batch-item", "too-large"]),
        ("a bad item: no entry", ["--bad-batch-item", "missing"]),
        ("a bad item: an error", ["--bad-batch-item", "error"]),
        ("a bad item: the API fails at it", ["--bad-file-status", "500"]),
        ("any batch refused", ["--batch-refused", "--batch-too-large"]),
        (
            "an entry missing, an error, or there twice",
            ["--batch-missing", "--batch-error", "--batch-duplicate"]
        ),
        (
            "a position out of range, absent, a string",
            ["--batch-out-of-range", "--batch-unplaced", "--batch-strings"]
        ),
        // Errors.
        ("400, 422, any status", ["--answer-status", "422"]),
        ("415 in both forms", ["--answer-status", "415"]),
        ("401 once, then taken", ["--answer-status", "401", "--fault-next", "1"]),
        ("403 with Retry-After", ["--rate-limit-as-403", "--requests-per-hour", "60"]),
        ("403 without", ["--answer-status", "403"]),
        ("429 over the contract's rate", ["--requests-per-hour", "1000", "--burst", "20"]),
        ("429 whatever the rate", ["--rate-limited", "--retry-after", "30s"]),
        ("Retry-After as a date, or none", ["--rate-limited", "--retry-after-form", "date"]),
        ("answers before the body is sent", ["--early-401", "--early-413", "--early-429"]),
        ("the same of true refusals, heard or reset", ["--refuse-early", "--linger"]),
        ("5xx", ["--status-500", "--status-502", "--status-503", "--fault-rate", "0.5"]),
        ("time-out", ["--stall", "--stall-in-body", "--trickle", "--trickle-interval", "1s"]),
        ("reset", ["--reset-in-body", "--reset-after", "1000", "--close-after-body", "--close-at-once"]),
        ("an answer cut short", ["--cut-answer"]),
        ("connections refused for a while", ["--outage-after", "1m", "--outage-for", "1h"]),
        ("slow", ["--latency", "2s", "--jitter", "1s", "--read-rate", "10000"]),
        ("connections closed while idle", ["--close-idle-after", "1s"]),
        ("error bodies in each form", ["--error-body", "detail-array"]),
        ("bytes that are no media", ["--any-content"]),
    ]

    @Test func `every case of the API's has flags in its help, and every fault is a case`() throws {
        let help = try Self.help()
        for (name, arguments) in Self.cases {
            for flag in arguments where flag.hasPrefix("--") {
                #expect(help.contains("  \(flag) "), "\(name): \(flag)")
            }
        }
        let named = Set(Self.cases.flatMap(\.1))
        for fault in Fault.allCases { #expect(named.contains("--\(fault.rawValue)"), "no case has \(fault)") }
    }

    private static func help() throws -> String {
        let program = try Program(["--help"])
        var help = ""
        while true {
            let line = program.line()
            if line.isEmpty, help.hasSuffix("\n\n\n") { break }
            help += line + "\n"
        }
        try #require(program.exitCode() == 0)
        return help
    }
}
