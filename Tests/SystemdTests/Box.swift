import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport

/// A machine to throw away: this system's files under a systemd, a journal and a network of their own
/// (`systemd-box.sh`).
final class Box {
    /// The process number of its systemd, outside the box.
    private(set) var first: pid_t
    private let boots: AsyncStream<Event>
    private let bootAgain: () async throws -> Void

    private enum Event {
        case booted(pid_t)
        case off
    }

    private init(
        _ first: pid_t, _ boots: AsyncStream<Event>, bootAgain: @escaping () async throws -> Void
    ) {
        self.first = first
        self.boots = boots
        self.bootAgain = bootAgain
    }

    /// Boots a box, and throws it away when `body` ends.
    static func with(_ body: (Box) async throws -> Void) async throws {
        let errors = try Complaints()
        let script = "\(Tool.repository)/Tests/SystemdTests/systemd-box.sh"
        _ = try await Subprocess.run(
            .path("/bin/bash"), arguments: [script, Tool.repository, Tool.programs], input: .inputWriter,
            output: .sequence, error: .fileDescriptor(errors.descriptor, closeAfterSpawningProcess: false)
        ) { execution in
            let (boots, report) = AsyncStream.makeStream(of: Event.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await line in execution.standardOutput.strings() {
                        let words = line.split { $0.isWhitespace }
                        if let id = words.dropFirst().first.flatMap({ pid_t($0) }) {
                            report.yield(.booted(id))
                        } else {
                            report.yield(.off)
                        }
                    }
                    report.finish()
                }
                var events = boots.makeAsyncIterator()
                guard case .booted(let first)? = await events.next() else {
                    throw Failure(description: "no box:\n\(errors.text)")
                }
                let writer = execution.standardInputWriter
                let box = Box(first, boots) { _ = try await writer.write("boot\n") }
                var failure: (any Error)?
                do {
                    try await box.showToolchain()
                    try await body(box)
                } catch {
                    print(await box.lastWords())
                    failure = error
                }
                // When the script says no more, it has ended, and left nothing.
                try await writer.finish()
                try await group.waitForAll()
                if let failure { throw failure }
            }
        }
    }

    // MARK: Doing things in it

    /// What failed in the box, or of it, and was not expected to.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a line of shell in the box, as root.
    /// - Parameter input: its standard input.
    func attempt(_ line: String, input: String = "") async throws -> Tool.Ending {
        let environment = [
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "USER=root",
            "PROGRAMS=\(Tool.programs)",
        ]
        let arguments =
            ["-t", "\(first)", "-m", "-u", "-i", "-p", "-n", "-C", "env", "-i"] + environment
            + ["bash", "-c", line]
        return try await Tool.run("nsenter", arguments, input: input)
    }

    /// Runs a line of shell in the box, as root.
    /// - Returns: its standard output, without the last newline.
    /// - Throws: `Failure` if it does not exit with 0.
    @discardableResult
    func run(_ line: String, input: String = "") async throws -> String {
        let ending = try await attempt(line, input: input)
        guard ending.code == 0 else {
            throw Failure(
                description: "\(line)\nexits with \(ending.code): \(ending.output)\(ending.errors)")
        }
        return ending.output.hasSuffix("\n") ? String(ending.output.dropLast()) : ending.output
    }

    /// Binds the toolchain's libraries into the service's root: programs that are built for tests have them not
    /// inside, as installed ones do.
    private func showToolchain() async throws {
        try await run(
            #"""
            folders=$(ldd "$PROGRAMS/bitmind-watch" | awk '$3 ~ "^/" && $3 !~ "^/(usr/)?lib" { print $3 }' |
                xargs -r dirname | sort -u)
            for unit in bitmind-watch.service bitmind-watch@.service; do
                mkdir -p /etc/systemd/system/$unit.d
                { echo '[Service]'
                  for folder in $folders; do echo "BindReadOnlyPaths=$folder"; echo "ExecPaths=+$folder"; done
                } >/etc/systemd/system/$unit.d/toolchain.conf
            done
            """#)
    }

    /// Waits until a line of shell exits with 0 in the box.
    func wait(until line: String) async throws {
        try await TestSupport.wait(until: line) { try await attempt(line).code == 0 }
    }

    /// Powers it off, as an operator would, and boots it again, with all its files.
    func reboot() async throws {
        _ = try await attempt("systemctl --no-wall poweroff")
        var events = boots.makeAsyncIterator()
        guard case .off? = await events.next() else { throw Failure(description: "the box goes off") }
        try await bootAgain()
        guard case .booted(let id)? = await events.next() else {
            throw Failure(description: "the box boots again")
        }
        first = id
    }

    /// What helps to understand why a test failed in it.
    private func lastWords() async -> String {
        do {
            return "the box's last entries:\n" + (try await attempt("journalctl --no-pager -n 25")).output
        } catch {
            return "the box does not answer: \(error)"
        }
    }

    // MARK: Its files

    /// The path of a file of the box, outside the box.
    func path(_ path: String) -> String { "/proc/\(first)/root\(path)" }

    func exists(_ file: String) -> Bool { access(path(file), F_OK) == 0 }

    func text(of file: String) throws -> String { try String(contentsOfFile: path(file), encoding: .utf8) }

    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(file)))
    }
}

/// A file without a name that takes what the script says on standard error.
private final class Complaints {
    let descriptor: FileDescriptor

    init() throws {
        var name = Array("/tmp/bitmind-box-XXXXXX".utf8CString)
        descriptor = FileDescriptor(rawValue: mkstemp(&name))
        guard descriptor.rawValue >= 0 else { throw Errno(rawValue: errno) }
        _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC)
        unlink(name)
    }

    deinit { close(descriptor.rawValue) }

    var text: String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = pread(descriptor.rawValue, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
