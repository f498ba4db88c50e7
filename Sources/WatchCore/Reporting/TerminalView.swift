/// A text that stays in its place on a terminal, and changes there: only lines that have changed are written, so
/// that nothing scrolls or flickers.
///
/// While it is shown, the terminal has its alternate screen, and what was on it before comes back at the end.
package struct TerminalView: Sendable {
    /// In lines and columns.
    package struct Size: Sendable, Equatable {
        package var lines: Int
        package var columns: Int

        package init(lines: Int, columns: Int) {
            self.lines = lines
            self.columns = columns
        }
    }

    private var size = Size(lines: 0, columns: 0)
    private var shown: [String] = []

    package init() {}

    /// The alternate screen, without cursor. Whatever the terminal thinks of the width of a character, no line
    /// breaks at its edge.
    package static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
    /// All as it was before.
    package static let leave = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// What to write so that the terminal shows these lines, as far as they fit; empty where it does already.
    /// - Parameter lines: free of control characters.
    package mutating func show(_ lines: [String], in size: Size) -> String {
        let wanted = fit(lines, into: size)
        var text = ""
        if size != self.size {
            self.size = size
            shown = []
            text = "\u{1B}[2J"
        }
        for (index, line) in wanted.enumerated() where index >= shown.count || shown[index] != line {
            text += "\u{1B}[\(index + 1);1H\(line)\u{1B}[K"
        }
        if wanted.count < shown.count { text += "\u{1B}[\(wanted.count + 1);1H\u{1B}[J" }
        shown = wanted
        return text
    }

    /// Forgets what is shown, so that all of it is written the next time.
    package mutating func forget() {
        size = Size(lines: 0, columns: 0)
    }

    private func fit(_ lines: [String], into size: Size) -> [String] {
        var lines = lines
        if lines.count > size.lines, size.lines > 0 {
            let hidden = lines.count - size.lines + 1
            lines = lines.prefix(size.lines - 1) + ["… and \(GroupedNumber(hidden)) more lines"]
        }
        return lines.map { TextColumns.cut($0, to: size.columns) }
    }
}
