import BitMindAPI

/// The metrics in Prometheus' text format, as listed in product.md, "Metrics".
package struct MetricsText: Sendable {
    private var text = ""

    /// - Parameters:
    ///   - tally: the counters.
    ///   - report: the current state.
    package init(_ tally: Tally, _ report: StatusReport) {
        addFiles(tally)
        addRequests(tally)
        addQueues(report)
        add(
            "rescans_total", .counter, "Times that all folders of an inbox were looked at, by reason.",
            tally.rescans.map { (["reason": $0.key.rawValue], Double($0.value)) })
    }

    /// The file's bytes.
    package var serialized: [UInt8] { Array(text.utf8) }

    private enum Kind: String {
        case counter, gauge, histogram
    }

    private mutating func addFiles(_ tally: Tally) {
        add(
            "files_filed_total", .counter, "Files filed with a verdict, by inbox and verdict.",
            tally.inboxes.flatMap { inbox, counts in
                counts.filed.map { (["inbox": inbox, "verdict": $0.key], Double($0.value)) }
            })
        add(
            "files_failed_total", .counter, "Files that went to failed, by inbox and code.",
            tally.inboxes.flatMap { inbox, counts in
                counts.failed.map { (["inbox": inbox, "code": $0.key], Double($0.value)) }
            })
        add(
            "last_filed_timestamp_seconds", .gauge, "When the last file was filed, since 1970, by inbox.",
            tally.inboxes.compactMap { inbox, counts in
                counts.lastFiled.map { (["inbox": inbox], Double($0.seconds) + Double($0.nanoseconds) / 1e9) }
            })
        add("filing_seconds", "From finding a file to filing it.", tally.filingSeconds)
    }

    private mutating func addRequests(_ tally: Tally) {
        add(
            "api_requests_total", .counter, "Requests with files, by endpoint and HTTP status.",
            tally.requests.map {
                (["endpoint": $0.key.endpoint.path, "status": $0.key.status], Double($0.value))
            })
        add(
            "uploaded_bytes_total", .counter, "Bytes of files that the API has taken.",
            [([:], Double(tally.uploadedBytes))])
        add("api_seconds", "From a request's start to its answer.", tally.requestSeconds)
    }

    private mutating func addQueues(_ report: StatusReport) {
        add(
            "queue_files", .gauge, "Files that wait, by inbox.",
            report.inboxes.map { (["inbox": $0.inbox], Double($0.waiting)) })
        add(
            "oldest_waiting_seconds", .gauge, "For how long the oldest file in hand has waited, by inbox.",
            report.inboxes.map { inbox in
                let age = inbox.oldest.map { Double(report.updated.nanosecondsSince($0)) / 1e9 } ?? 0
                return (["inbox": inbox.inbox], max(0, age))
            })
        add(
            "uploads_in_flight", .gauge, "Requests with files that are under way.",
            [([:], Double(report.status.uploading))])
        add(
            "paused", .gauge, "Whether requests are held up, by reason.",
            PauseName.allCases.map {
                (["reason": $0.rawValue], report.status.pauses.contains($0) ? 1 : 0)
            })
    }

    private mutating func add(
        _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [String: String], value: Double)]
    ) {
        if samples.isEmpty { return }
        head(name, kind, help)
        let lines = samples.map {
            "bitmind_watch_\(name)\(Self.labels($0.labels)) \(Self.number($0.value))\n"
        }
        text += lines.sorted().joined()
    }

    private mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
        head(name, .histogram, help)
        for (bound, count) in zip(Histogram.bounds, histogram.counts) {
            text += "bitmind_watch_\(name)_bucket{le=\"\(Self.number(bound))\"} \(count)\n"
        }
        text += "bitmind_watch_\(name)_bucket{le=\"+Inf\"} \(histogram.count)\n"
        text += "bitmind_watch_\(name)_sum \(Self.number(histogram.sum))\n"
        text += "bitmind_watch_\(name)_count \(histogram.count)\n"
    }

    private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP bitmind_watch_\(name) \(help)\n# TYPE bitmind_watch_\(name) \(kind.rawValue)\n"
    }

    private static func labels(_ labels: [String: String]) -> String {
        if labels.isEmpty { return "" }
        let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// In label values, backslash, quote and line feed are escaped. All other characters are allowed.
    private static func escaped(_ value: String) -> String {
        value.map { character in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: String(character)
            }
        }.joined()
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
