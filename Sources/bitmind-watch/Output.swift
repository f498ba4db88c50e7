import LinuxSystem
import SystemPackage

/// What a command tells on standard output.
enum Output {
    /// Whether the user wants no more than plain lines, on a terminal too.
    static var isPlain: Bool { Host.environment("TERM") == "dumb" || Host.environment("NO_COLOR") != nil }

    /// Writes the text.
    /// - Returns: whether anybody reads on: a pipe that was closed is no failure.
    /// - Throws: where the text is lost though somebody waits for it.
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
