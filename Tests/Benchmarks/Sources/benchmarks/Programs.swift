import Foundation

/// Why a benchmark cannot be run, and what to do.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A built program of the service's, running; it is ended when this goes.
final class RunningProgram {
    private let process = Process()
    private let log: URL

    /// - Parameter log: where its output goes.
    init(_ program: URL, _ arguments: [String], log: URL) throws {
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw BenchmarkFailure("\(program.path) is missing: build it with swift build -c release")
        }
        self.log = log
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = program
        process.arguments = arguments
        process.environment = ["BITMIND_CLIENT_ID": "benchmark", "BITMIND_CLIENT_SECRET": "benchmark"]
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    /// Waits for a line that has `text` in it.
    func line(with text: String, within seconds: Double = 10) throws -> String {
        try wait(within: seconds, for: "“\(text)”") {
            try String(contentsOf: log, encoding: .utf8).split(separator: "\n").first { $0.contains(text) }
                .map(String.init)
        }
    }

    /// User and system time so far, in seconds, and the most memory so far, in kB (proc(5)).
    func usage() throws -> (seconds: Double, peakKilobytes: Int) {
        let folder = "/proc/\(process.processIdentifier)"
        let stat = try String(contentsOfFile: "\(folder)/stat", encoding: .utf8)
        // What comes before the last parenthesis is the program's name, which may hold anything.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        let ticks = (Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0)
        let status = try String(contentsOfFile: "\(folder)/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        let digits = peak?.filter(\.isNumber) ?? ""
        return (ticks / Double(sysconf(Int32(_SC_CLK_TCK))), Int(digits) ?? 0)
    }
}

/// Waits until `condition` gives something.
func wait<Value>(
    within seconds: Double, every milliseconds: UInt32 = 5, for what: String, _ condition: () throws -> Value?
) throws -> Value {
    let start = ContinuousClock.now
    while true {
        if let value = try condition() { return value }
        if ContinuousClock.now - start > .seconds(seconds) {
            throw BenchmarkFailure("waited \(seconds) s for \(what) in vain")
        }
        usleep(milliseconds * 1000)
    }
}
