import Glibc

/// Standard error, in whole pieces: Swift's global `stderr` is not safe to use from several threads.
package enum StandardError {
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes the text at once, as far as it can be written; whoever reads it may have gone.
    package static func write(_ text: String) {
        writeAll(Array(text.utf8), to: STDERR_FILENO)
    }
}

/// Standard output, unbuffered.
package enum StandardOutput {
    package static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Writes the text at once, as far as it can be written; whoever reads it may have gone.
    package static func write(_ text: String) {
        writeAll(Array(text.utf8), to: STDOUT_FILENO)
    }
}

private func writeAll(_ bytes: [UInt8], to descriptor: CInt) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}
