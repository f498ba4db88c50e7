import Glibc
import SystemPackage

/// The process's own input, output and errors.
package enum StandardStreams {
    /// Takes the places of those that were closed when the process began, so that no file or connection of its
    /// own gets them, and what is written is not written there: reading or writing them fails with EBADF. To be
    /// called first of all.
    package static func reserve() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 && errno == EBADF {
            // The lowest number that is free is the one that is given.
            _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}

/// Standard error, in whole pieces: Swift's global `stderr` is not safe to use from several threads.
package enum StandardError {
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes the text at once, as far as it can be written.
    /// - Returns: whether all of it was; whoever reads it may have gone.
    @discardableResult
    package static func write(_ text: String) -> Bool {
        do throws(SystemCallError) {
            try writeAll(text, to: STDERR_FILENO)
            return true
        } catch {
            return false
        }
    }
}

/// Standard output, unbuffered.
package enum StandardOutput {
    package static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// How large the terminal is, in lines and columns; nil where it doesn't say.
    package static var terminalSize: (lines: Int, columns: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return nil
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    /// Writes the text at once.
    /// - Throws: where not all of it could be written; EPIPE where whoever read it has gone.
    package static func write(_ text: String) throws(SystemCallError) {
        try writeAll(text, to: STDOUT_FILENO)
    }
}

private func writeAll(_ text: String, to descriptor: CInt) throws(SystemCallError) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        do throws(SystemCallError) {
            let count = try system("write") {
                rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(count)
        } catch let error where error.errno == .wouldBlock {
            // Who started this process may have made a pipe or a terminal so for itself.
            var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            try system("poll") { poll(&room, 1, -1) }
        }
    }
}
