import Glibc
import SystemPackage

/// The standard input, output and error of the process.
package enum StandardStreams {
    /// Takes the places of the standard streams that were closed when the process started. Otherwise a file
    /// or connection would get such a number, and receive what is written to the stream. Reading or writing a
    /// reserved stream fails with EBADF. Must be called before anything else.
    package static func reserve() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 && errno == EBADF {
            // The kernel assigns the lowest free number.
            _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}

/// Standard error, written in whole pieces. Swift's global `stderr` is not safe to use from several threads.
package enum StandardError {
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes the text at once, as far as possible.
    /// - Returns: whether all of it was written. The reader may have closed the stream.
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

    /// The size of the terminal, in lines and columns; nil if it does not report one.
    package static var terminalSize: (lines: Int, columns: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return nil
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    /// Writes the text at once.
    /// - Throws: if not all of it could be written; EPIPE if the reader has closed the stream.
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
            // The parent process may have made the pipe or terminal non-blocking for its own use.
            var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            try system("poll") { poll(&room, 1, -1) }
        }
    }
}
