import BitMindSimulator
import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

extension BuiltProgramTests {
    /// Commands whose standard output accepts nothing.
    struct OutputTests {
        private static let loss = "standard output cannot be written: "

        private static func inFull<Result>(_ body: (FileDescriptor) async throws -> Result) async throws
            -> Result
        {
            let full = try FileDescriptor.open("/dev/full", .writeOnly)
            defer { try? full.close() }
            return try await body(full)
        }

        /// A site with five images beside the inbox, and the arguments that have them classified one by one.
        private static func withImages(
            _ body: (_ site: Site, _ simulator: Simulator, _ arguments: [String]) async throws -> Void
        ) async throws {
            let files = DroppedFile.images(5)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    var settings = Site.Settings()
                    settings.upload = "concurrency = 1"
                    let configuration = try site.writeConfiguration(simulator.baseURL, settings)
                    for file in files {
                        try Data(file.bytes).write(to: URL(filePath: "\(site.outside)/\(file.path)"))
                    }
                    let paths = files.map { "\(site.outside)/\($0.path)" }
                    try await body(site, simulator, ["classify", "--config", configuration] + paths)
                }
            }
        }

        @Test(arguments: [[], ["--json"]])
        func `classify says that its output is lost, and pays for no more verdicts`(_ form: [String])
            async throws
        {
            try await Self.withImages { site, simulator, arguments in
                let ending = try await Self.inFull { full in
                    try await Program.run(
                        Program.watch, arguments + form, environment: Site.Settings().environment,
                        output: full)
                }
                #expect(ending.code == 1)
                #expect(ending.errors.hasPrefix(Self.loss + "No space left on device (ENOSPC)"), "\(ending)")
                #expect(ending.errors.split(separator: "\n").count == 1)
                #expect(simulator.requests.count { !$0.files.isEmpty } == 1)
            }
        }

        @Test func `where nobody reads any more, classify pays for no more verdicts, and says nothing`()
            async throws
        {
            try await Self.withImages { site, simulator, arguments in
                let (reader, writer) = try FileDescriptor.pipe()
                try reader.close()
                defer { try? writer.close() }
                let ending = try await Program.run(
                    Program.watch, arguments, environment: Site.Settings().environment, output: writer)
                #expect(ending.code == 1, "four files have no verdict")
                #expect(ending.errors == "")
                #expect(simulator.requests.count { !$0.files.isEmpty } == 1)
            }
        }

        @Test func `verify, check, retry and status say that their output is lost`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.makeFolder("failed")
                    try Data("no media".utf8).write(to: URL(filePath: "\(site.inbox)/text.txt"))
                    var settings = Site.Settings()
                    settings.environment["RUNTIME_DIRECTORY"] = site.root
                    try await site.serve(simulator, settings) { service in
                        try await service.waitUntilReady()
                        try await service.wait(until: "it has failed") { site.exists("failed/text.txt") }
                        let configuration = ["--config", "\(site.root)/config.toml"]
                        let status = ["status", "--status-file", "\(site.root)/status.json"]
                        let commands = [
                            ["verify"] + configuration, ["check"] + configuration,
                            status, status + ["--json"], status + ["/etc/passwd"], status + ["--follow"],
                            ["retry", "--all"] + configuration,
                        ]
                        for command in commands {
                            let ending = try await Self.inFull { full in
                                try await Program.run(
                                    Program.watch, command, environment: settings.environment, output: full)
                            }
                            #expect(ending.code == 1, "\(command)")
                            #expect(
                                ending.errors.hasPrefix(Self.loss + "No space left on device (ENOSPC)"),
                                "\(command): \(ending.errors)")
                        }
                    }
                }
            }
        }

        @Test func `a pipe that does not block gets all the same`() async throws {
            try await Site.with { site in
                let configuration = try site.writeConfiguration("http://127.0.0.1:1", Site.Settings())
                for folder in ["ai", "human", "failed"] { try site.makeFolder(folder) }
                // Each makes a line; more in all than a pipe holds.
                let names = (0..<800).map { "\($0)-" + String(repeating: "x", count: 100) }
                for name in names { try Data().write(to: URL(filePath: "\(site.root)/failed/\(name)")) }
                let (reader, writer) = try FileDescriptor.pipe()
                for end in [reader, writer] { #expect(fcntl(end.rawValue, F_SETFL, O_NONBLOCK) == 0) }
                defer { try? reader.close() }
                async let ending = {
                    defer { try? writer.close() }
                    return try await Program.run(
                        Program.watch, ["verify", "--config", configuration], output: writer)
                }()
                var waiting: CInt = 0
                try await wait(until: "the pipe is full") {
                    ioctl(reader.rawValue, UInt(FIONREAD), &waiting) == 0 && waiting > 60_000
                }
                var output: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                try await wait(until: "all is read") {
                    let count = read(reader.rawValue, &buffer, buffer.count)
                    if count > 0 { output += buffer.prefix(count) }
                    return count == 0
                }
                #expect(try await ending.code == 1)
                #expect(output.count { $0 == UInt8(ascii: "\n") } == names.count + 1)
            }
        }

        @Test func `where standard output is closed, that is said, and nothing else is written in its place`()
            async throws
        {
            try await Self.withImages { site, simulator, arguments in
                let ending = try await Program.run(
                    "/bin/sh", ["-c", "exec \"$@\" >&-", "sh", Program.watch] + arguments,
                    environment: Site.Settings().environment)
                #expect(ending.code == 1)
                #expect(ending.errors.hasPrefix(Self.loss + "Bad file descriptor (EBADF)"), "\(ending)")
                #expect(simulator.requests.count { !$0.files.isEmpty } == 1)
            }
        }
    }
}
