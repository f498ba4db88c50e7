import Foundation
import Glibc
import Synchronization
import SystemPackage

/// A terminal with a program on it, and its content.
final class Terminal: Sendable {
    /// What the program writes to.
    let program: FileDescriptor
    private let display: FileDescriptor
    private let all = Mutex("")
    /// All that the program wrote so far, and was taken in.
    var written: String { all.withLock { $0 } }

    /// `TIOCSPTLCK` and `TIOCGPTN` (ioctl_tty(2)), macros that Swift cannot read.
    private static let (unlock, tellNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    init(lines: UInt16, columns: UInt16) throws {
        display = FileDescriptor(rawValue: open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK))
        var number: CInt = 0
        var isLocked: CInt = 0
        guard display.rawValue >= 0, ioctl(display.rawValue, Self.unlock, &isLocked) == 0,
            ioctl(display.rawValue, Self.tellNumber, &number) == 0
        else { throw Errno(rawValue: errno) }
        program = FileDescriptor(rawValue: open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC))
        resize(lines: lines, columns: columns)
    }

    deinit {
        close(program.rawValue)
        close(display.rawValue)
    }

    func resize(lines: UInt16, columns: UInt16) {
        var size = winsize(ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(display.rawValue, UInt(TIOCSWINSZ), &size)
    }

    /// Reads what was written since the last call.
    func read() {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = Glibc.read(display.rawValue, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        all.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
    }

    /// The lines from the top, as far as anything was written.
    ///
    /// Knows the sequences that a view uses: to the beginning of a line, and erasing to the end of the line
    /// and of the screen.
    var lines: [String] {
        var lines: [String] = []
        var row = 0
        for part in written.split(separator: "\u{1B}[").dropFirst() {
            guard let end = part.firstIndex(where: \.isLetter) else { continue }
            let (numbers, text) = (part[..<end], String(part[part.index(after: end)...]))
            switch part[end] {
            case "H": row = (Int(numbers.prefix { $0 != ";" }) ?? 1) - 1
            case "J": lines = numbers == "2" ? [] : Array(lines.prefix(row))
            default: break
            }
            guard !text.isEmpty else { continue }
            while lines.count <= row { lines.append("") }
            lines[row] = text
        }
        return lines
    }
}
