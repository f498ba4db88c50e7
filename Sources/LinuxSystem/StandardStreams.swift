import Glibc

/// Standard error, in whole pieces: Swift's global `stderr` is not safe to use from several threads.
package enum StandardError {
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes the text at once, as far as it can be written.
    /// - Returns: whether all of it was; whoever reads it may have gone.
    @discardableResult
    package static func write(_ text: String) -> Bool {
        writeAll(Array(text.utf8), to: STDERR_FILENO)
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

    /// Writes the text at once, as far as it can be written.
    /// - Returns: whether all of it was; whoever reads it may have gone.
    @discardableResult
    package static func write(_ text: String) -> Bool {
        writeAll(Array(text.utf8), to: STDOUT_FILENO)
    }
}

private func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}
