/// A text that stays in place on a terminal and is updated there. Only changed lines are written, so that
/// nothing scrolls or flickers.
///
/// While it is shown, the terminal uses its alternate screen. At the end, the earlier content comes back.
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

    /// Switches to the alternate screen, without cursor and without line wrapping, because terminals differ
    /// in the width of characters.
    package static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
    /// Restores the earlier state.
    package static let leave = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// What to write so that the terminal shows these lines, as far as they fit; empty if it already shows
    /// them.
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

    /// Forgets what is shown, so that everything is written next time.
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
