import Testing
import WatchCore

struct TerminalViewTests {
    private let size = TerminalView.Size(lines: 4, columns: 10)
    /// Moves to a line, writes it, and erases the rest of it.
    private func drawn(_ row: Int, _ line: String) -> String { "\u{1B}[\(row);1H\(line)\u{1B}[K" }

    @Test func `only what has changed is written`() {
        var view = TerminalView()
        #expect(view.show(["a", "b"], in: size) == "\u{1B}[2J" + drawn(1, "a") + drawn(2, "b"))
        #expect(view.show(["a", "b"], in: size) == "")
        #expect(view.show(["a", "c", "d"], in: size) == drawn(2, "c") + drawn(3, "d"))
        #expect(view.show(["a"], in: size) == "\u{1B}[2;1H\u{1B}[J")
    }

    @Test func `another size, or another program's screen before, has all of it rewritten`() {
        var view = TerminalView()
        _ = view.show(["a"], in: size)
        let all = "\u{1B}[2J" + drawn(1, "a")
        #expect(view.show(["a"], in: TerminalView.Size(lines: 4, columns: 9)) == all)
        view.forget()
        #expect(view.show(["a"], in: size) == all)
    }

    @Test func `what does not fit is cut, and said to be there`() {
        var view = TerminalView()
        let text = view.show(["0123456789", "01234567890", "c", "d", "e"], in: size)
        #expect(
            text == "\u{1B}[2J" + drawn(1, "0123456789") + drawn(2, "012345678…") + drawn(3, "c")
                + drawn(4, "… and 2 m…"))
    }

    @Test(arguments: [
        ("photo.jpg", 9), ("写真.jpg", 8), ("e\u{301}te\u{301}", 3), ("🙂", 2), ("한글", 4), ("Ａ", 2), ("é—…", 3),
    ])
    func `text is measured in the columns that a terminal gives it`(text: String, columns: Int) {
        #expect(TextColumns.count(text) == columns)
    }

    @Test(arguments: [
        ("写真.jpg", 8, "写真.jpg"), ("写真.jpg", 7, "写真.j…"), ("写真.jpg", 4, "写…"), ("写真.jpg", 3, "写…"),
        ("写真.jpg", 2, "…"), ("ab", 1, "…"), ("ab", 0, ""), ("e\u{301}te\u{301}x", 3, "e\u{301}t…"),
    ])
    func `text is cut between characters`(text: String, columns: Int, cut: String) {
        #expect(TextColumns.cut(text, to: columns) == cut)
        #expect(TextColumns.count(cut) <= columns)
    }

    @Test func `a sentence is broken between words`() {
        #expect(
            TextColumns.wrap("the service is not running", to: 11) == ["the service", "is not", "running"])
        #expect(TextColumns.wrap("/run/bitmind-watch is gone", to: 8) == ["/run/bi…", "is gone"])
    }
}
