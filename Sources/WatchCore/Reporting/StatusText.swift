/// The text of `bitmind-watch status`.
package struct StatusText: Sendable {
    private let report: StatusReport

    package init(_ report: StatusReport) {
        self.report = report
    }

    /// The number of files shown for each inbox if no files were named.
    private static let mostShown = 10

    /// The whole service.
    package var overview: String {
        var lines = [
            "\(Product.name) \(report.version), running since \(report.started.dateAndTime) (process \(report.processID))",
            report.status.line,
        ]
        if report.status.isSimulated { lines.append("the API is simulated: its verdicts mean nothing") }
        for inbox in report.inboxes { lines += describe(inbox) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func describe(_ inbox: InboxReport) -> [String] {
        let name = DisplayName(inbox.inbox.utf8).escaped
        if inbox.isLost { return ["", "\(name): \(inbox.absence ?? "unavailable")"] }
        let oldest = inbox.oldest.map { ", the oldest since \($0.timeOfDay)" } ?? ""
        let folders = "\(GroupedNumber(inbox.folders)) \(inbox.folders == 1 ? "folder" : "folders")"
        var lines = ["", "\(name): \(folders), \(GroupedNumber(inbox.waiting)) waiting\(oldest)"]
        let urgent = inbox.files.sorted { ($0.state.urgency, $0.found) < ($1.state.urgency, $1.found) }
        for file in urgent.prefix(Self.mostShown) {
            lines.append("  \(file.state.padded)  \(DisplayName(file.path.bytes).escaped)\(file.remark)")
        }
        let more = inbox.files.count - Self.mostShown
        if more > 0 { lines.append("  … and \(GroupedNumber(more)) more") }
        return lines
    }
}

extension FilePlace {
    /// One line about this file: where it is, and why.
    package var sentence: String {
        switch state {
        case .settling:
            "settling: \(reason ?? "it is not complete yet, or was written to a moment ago")\(next)"
        case .waiting:
            (before.map { "waiting: \(GroupedNumber($0)) before it" } ?? "waiting")
                + (reason.map { "; \($0)" } ?? "")
        case .uploading: "uploading"
        case .filing: "filing: its verdict is known"
        case .held: "held: \(reason ?? "")\(next)"
        case .unreadable: "unreadable (\(reason ?? "")): it waits until the service may read it\(next)"
        case .unmovable: "unmovable (\(reason ?? "")): it waits until it can be moved\(next)"
        }
    }

    private var next: String { nextTry.map { "; next try at \($0.timeOfDay) UTC" } ?? "" }

    fileprivate var remark: String {
        switch state {
        case .waiting: before.map { "  (\(GroupedNumber($0)) before it)" } ?? ""
        default: reason.map { "  (\($0)\(next))" } ?? ""
        }
    }
}

extension FilePlace.State {
    /// The order in which files are shown: lowest first.
    fileprivate var urgency: Int {
        switch self {
        case .unreadable, .unmovable, .held: 0
        case .uploading, .filing: 1
        case .settling: 2
        case .waiting: 3
        }
    }

    fileprivate var padded: String {
        rawValue + String(repeating: " ", count: 10 - rawValue.count)
    }
}

extension Timestamp {
    /// `2026-11-23 19:42:10 UTC`.
    fileprivate var dateAndTime: String {
        "\(description.prefix(10)) \(timeOfDay) UTC"
    }
}
