import LinuxSystem
import SystemPackage

/// The standard output of a command.
enum Output {
    /// Whether the user wants only plain lines, even on a terminal.
    static var isPlain: Bool { Host.environment("TERM") == "dumb" || Host.environment("NO_COLOR") != nil }

    /// Writes the text.
    /// - Returns: whether the output is still read. A closed pipe is not a failure.
    /// - Throws: if the text is lost although it is still read.
    @discardableResult
    static func write(_ text: String) throws(CommandFailure) -> Bool {
        do throws(SystemCallError) {
            try StandardOutput.write(text)
            return true
        } catch let error where error.errno == .brokenPipe {
            return false
        } catch {
            throw .failed(
                "standard output cannot be written: \(error.reason): check where it goes, and try again")
        }
    }
}
