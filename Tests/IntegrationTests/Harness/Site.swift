import BitMindSimulator
import Foundation
import Glibc
import TestSupport

/// A folder with an inbox and all that belongs to it, which goes when the test does.
struct Site {
    let root: String

    var inbox: String { "\(root)/inbox" }
    /// On the inbox's file system, but not watched.
    var outside: String { "\(root)/outside" }
    static let destinations = ["ai", "human", "failed", "review"]

    /// Runs `body` with a new site.
    static func with<Result>(_ body: (Site) async throws -> Result) async throws -> Result {
        let site = try Site(root: try makeFolder(in: "/tmp"))
        let result: Result
        do {
            result = try await body(site)
        } catch {
            site.remove()
            throw error
        }
        site.remove()
        return result
    }

    /// - Returns: the path of a new folder with a unique name.
    static func makeFolder(in parent: String) throws -> String {
        let path = "\(parent)/bitmind-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    private init(root: String) throws {
        self.root = root
        try makeFolder("inbox")
        try makeFolder("outside")
    }

    /// By the program that takes any depth of folders.
    private func remove() {
        do {
            let removal = try Process.run(URL(filePath: "/bin/rm"), arguments: ["-rf", "--", root])
            removal.waitUntilExit()
        } catch {
            print("left behind: \(root): \(error)")
        }
    }

    // MARK: The service

    /// What differs from the defaults, as lines of TOML, and what the service gets in its environment.
    struct Settings {
        var api = ""
        var upload = ""
        var watch = #"settle = "200ms""#
        var other = ""
        var environment = ["BITMIND_CLIENT_ID": "client-1", "BITMIND_CLIENT_SECRET": "a-test-secret"]
    }

    func writeConfiguration(_ baseURL: String, _ settings: Settings) throws -> String {
        let path = "\(root)/config.toml"
        let text = """
            [api]
            base_url = "\(baseURL)"
            \(settings.api)
            [upload]
            \(settings.upload)
            [[watch]]
            inbox = "\(inbox)"
            \(settings.watch)
            \(settings.other)
            """
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    /// Runs the service on this site while `body` runs.
    @discardableResult
    func serve(
        _ simulator: Simulator, _ settings: Settings = Settings(), _ body: (Service) async throws -> Void
    ) async throws -> Service.Ending {
        try await serve(simulator.baseURL, settings, body)
    }

    @discardableResult
    func serve(
        _ baseURL: String, _ settings: Settings = Settings(), _ body: (Service) async throws -> Void
    ) async throws -> Service.Ending {
        let socket = "\(root)/notify-\(UUID().uuidString.prefix(8))"
        return try await Service.run(
            try writeConfiguration(baseURL, settings), manager: socket, environment: settings.environment,
            body)
    }

    /// Runs the service as a user who may do nothing but what the site's modes say; needs root.
    /// - Parameter limits: a command that runs another one, for what root alone can set.
    @discardableResult
    func serveUnprivileged(
        _ simulator: Simulator, _ settings: Settings = Settings(), under limits: [String] = [],
        _ body: (Service) async throws -> Void
    ) async throws -> Service.Ending {
        let program = try await copyOfProgram()
        let configuration = try writeConfiguration(simulator.baseURL, settings)
        let command =
            limits + [
                "/usr/bin/setpriv", "--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups",
                program,
            ]
        return try await Service.run(
            configuration, manager: "\(root)/notify-\(UUID().uuidString.prefix(8))",
            environment: settings.environment, command: command, body)
    }

    /// A copy of the program that every user can reach: the built one may lie in a private home. Another process copies
    /// it: a program that another test starts meanwhile would inherit the copy open for writing, and then the copy could
    /// not be run.
    func copyOfProgram() async throws -> String {
        let program = "\(root)/bitmind-watch"
        if exists("bitmind-watch") { return program }
        let copying = try await Program.run("/bin/cp", [Program.watch, program])
        guard copying.code == 0 else { throw SystemFailure("cp", program) }
        return program
    }

    /// Debian's user and group `nobody` and `nogroup`.
    static let nobody: UInt32 = 65_534

    // MARK: Putting files there

    /// Makes a folder below the site, with those above it.
    func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: "\(root)/\(path)", withIntermediateDirectories: true)
    }

    private func makeFolder(for file: DroppedFile) throws {
        try makeFolder(URL(filePath: "inbox/\(file.path)").deletingLastPathComponent().relativePath)
    }

    /// Renames a complete file into the inbox, or another one of the site.
    func moveIn(_ file: DroppedFile, to inbox: String = "inbox") throws {
        let staged = "\(outside)/\(UUID().uuidString)"
        try Data(file.bytes).write(to: URL(filePath: staged))
        try makeFolder(for: file)
        guard rename(staged, "\(root)/\(inbox)/\(file.path)") == 0 else {
            throw SystemFailure("rename", file.path)
        }
    }

    /// Writes a file into the inbox, as `cp` does.
    func copyIn(_ file: DroppedFile) throws {
        let writer = try openWriter(file)
        try writer.write(file.bytes)
    }

    /// Begins to write a file into the inbox.
    func openWriter(_ file: DroppedFile) throws -> Writer {
        try makeFolder(for: file)
        return try Writer("\(inbox)/\(file.path)")
    }

    // MARK: Looking where they are

    /// Where a file is to be found when it is filed, below the site.
    func place(of file: DroppedFile) -> String { "\(file.verdict)/\(file.path)" }

    func exists(_ path: String) -> Bool { access("\(root)/\(path)", F_OK) == 0 }

    /// Whether all of these are filed, each under its own name.
    func hasFiled(_ files: [DroppedFile]) -> Bool { files.allSatisfy { exists(place(of: $0)) } }

    /// All files below a folder of the site, as paths below the site; of the service's own folders only
    /// remaining files.
    func files(in folder: String) throws -> [String] {
        let path = "\(root)/\(folder)"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: path).map { "\(folder)/\($0)" }
            .filter { file in
                if file == "inbox/.bitmind-watch/lock" { return false }
                var status = stat()
                return lstat("\(root)/\(file)", &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
            }
    }

    func bytes(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(root)/\(path)")))
    }
}

/// A system call of the test itself that failed.
struct SystemFailure: Error, CustomStringConvertible {
    let description: String

    init(_ call: String, _ path: String) {
        description = "\(call) \(path): \(String(cString: strerror(errno)))"
    }
}

/// A file that is being written. It is closed when this object is freed.
final class Writer {
    private let descriptor: Int32
    private let path: String

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemFailure("open", path) }
    }

    deinit { close(descriptor) }

    func write(_ bytes: some Sequence<UInt8>) throws {
        let bytes = Array(bytes)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw SystemFailure("write", path)
        }
    }
}
