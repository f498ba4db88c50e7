import Foundation

/// A program that runs; it is ended when this goes.
final class RunningProgram {
    private let process = Process()
    private let log: String
    /// Monotonic, in seconds.
    let started: Double

    /// - Parameters:
    ///   - arguments: the program first.
    ///   - log: the file that its output goes to.
    init(_ arguments: [String], log: String) throws {
        self.log = log
        try Data().write(to: URL(fileURLWithPath: log))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.executableURL = URL(fileURLWithPath: arguments[0])
        process.arguments = Array(arguments.dropFirst())
        process.environment = [
            "BITMIND_CLIENT_ID": "benchmark", "BITMIND_CLIENT_SECRET": "benchmark", "NO_COLOR": "1",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
        ]
        process.standardOutput = output
        process.standardError = output
        started = Clock.monotonic
        do {
            try process.run()
        } catch {
            throw Failure("\(arguments[0]) does not start (\(error.localizedDescription)); is it built?")
        }
        Interruption.began(process.processIdentifier)
    }

    deinit { end() }

    var identifier: pid_t { process.processIdentifier }

    /// Ends it at once: what it leaves behind is thrown away.
    func end() {
        Interruption.ended(process.processIdentifier)
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Asks it to end, and waits until it has.
    func stop() throws {
        let children = "/proc/\(process.processIdentifier)/task/\(process.processIdentifier)/children"
        // A wrapper has the program as its child, or has become it.
        let child = try String(contentsOfFile: children, encoding: .utf8).split(separator: " ").first
        kill(child.flatMap { pid_t($0) } ?? process.processIdentifier, SIGTERM)
        process.waitUntilExit()
    }

    /// Waits for a line that begins with `text`, but for a time before it.
    func line(with text: String, within seconds: Double = 60) throws -> String {
        try wait(
            within: seconds, every: 1, for: "“\(text)” of \(process.executableURL?.lastPathComponent ?? "")"
        ) {
            let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            if let line = lines.first(where: { $0.contains(text) }) { return String(line) }
            guard process.isRunning else { throw Failure("it has ended: \(lines.last ?? "without a word")") }
            return nil
        }
    }

    /// User and system time so far, in seconds.
    var processorSeconds: Double { Clock.processor(of: process.processIdentifier) }

    /// What it has in memory, in MB.
    func residentMegabytes() throws -> Double { try status("VmRSS") }

    /// The most that it had in memory at once, in MB.
    func peakMegabytes() throws -> Double { try status("VmHWM") }

    /// A field of proc_pid_status(5) that is given in kB, in MB.
    private func status(_ name: String) throws -> Double {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
            let kilobytes = Double(line.filter(\.isNumber))
        else { throw Failure("the kernel does not tell \(name)") }
        return kilobytes * 1024 / 1_000_000
    }
}

/// Runs a program to its end, which must be a success, and gives what it printed.
@discardableResult
func output(of arguments: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: arguments[0])
    process.arguments = Array(arguments.dropFirst())
    process.standardOutput = pipe
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw Failure("\(arguments.joined(separator: " ")) failed (\(process.terminationStatus))")
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// Waits until `condition` gives something.
func wait<Value>(
    within seconds: Double, every milliseconds: UInt32, for what: String, _ condition: () throws -> Value?
) throws -> Value {
    let start = Clock.monotonic
    while true {
        if let value = try condition() { return value }
        if Clock.monotonic - start > seconds { throw Failure("waited \(seconds) s for \(what) in vain") }
        usleep(milliseconds * 1000)
    }
}
