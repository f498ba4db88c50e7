/// One key of the file: its name, its default, and the values it accepts. Tests compare the example file and
/// the manual with these.
package struct ConfigurationKey<Section>: Sendable {
    package let name: String
    /// The value in the example. For the folders of a watch, it shows the paths that follow from
    /// `/srv/bitmind/inbox`.
    package let defaultValue: TOMLValue.Content
    /// The accepted values, with their range: `a whole number from 1 to 256`.
    package let wanted: String
    /// An accepted value, as written in a file; nil if `wanted` names all values.
    package let example: String?
    let decode: @Sendable (TOMLValue.Content, inout Section) throws(Complaint) -> Void

    init<Value: Sendable>(
        _ name: String, _ defaultValue: TOMLValue.Content,
        _ property: any WritableKeyPath<Section, Value> & Sendable, _ reader: ValueReader<Value>
    ) {
        self.name = name
        self.defaultValue = defaultValue
        wanted = reader.wanted
        example = reader.example
        decode = { content, section throws(Complaint) in section[keyPath: property] = try reader.read(content)
        }
    }
}

/// The keys of every table. No other place defines them.
package enum ConfigurationKeys {
    package static let api: [ConfigurationKey<Configuration.API>] = [
        .init(
            "base_url", "https://enterprise.bitmind.ai", \.baseURL,
            .address(
                example: "https://enterprise.bitmind.ai",
                remedy: """
                    remove them, and put the account's in /etc/credstore/bitmind-watch.client-id and \
                    /etc/credstore/bitmind-watch.client-secret, or in BITMIND_CLIENT_ID and BITMIND_CLIENT_SECRET
                    """)),
        .init("auth", "oauth", \.authentication, .word(echoes: false)),
        .init(
            "request_timeout", "120s", \.requestTimeout,
            .duration(.seconds(1) ... .seconds(3600), example: "120s")),
        .init("ca_file", "", \.caFile, .orNone(.path(example: "/etc/ssl/certs/company.pem").unrepeated())),
        .init(
            "proxy", "", \.proxy,
            .orNone(
                .address(
                    example: "http://proxy.example:3128",
                    remedy: "remove it, and set HTTPS_PROXY in the environment of the service instead"))),
    ]

    package static let upload: [ConfigurationKey<Configuration.Upload>] = [
        .init("concurrency", 8, \.concurrency, .integer(1...256, example: 8)),
        .init("batch", "auto", \.batch, .word()),
        .init("batch_bytes", "100MB", \.batchBytes, .size(1_000_000...10_000_000_000, example: "100MB")),
        .init("requests_per_hour", 0, \.requestsPerHour, .integer(0...10_000_000, example: 1000)),
        .init("bandwidth", "", \.bandwidth, .orNone(.size(1_000...100_000_000_000, example: "10MB"))),
        .init(
            "retry_initial", "1s", \.retryInitial,
            .duration(.milliseconds(10) ... .seconds(3600), example: "1s")),
        .init("retry_max", "5m", \.retryMax, .duration(.milliseconds(10) ... .seconds(86400), example: "5m")),
        .init("give_up", "24h", \.giveUp, .duration(.zero ... .seconds(31_536_000), example: "24h")),
    ]

    package static let watch: [ConfigurationKey<Configuration.Watch>] = [
        .init("inbox", "/srv/bitmind/inbox", \.inbox, .path(example: "/srv/bitmind/inbox")),
        .init("ai", "/srv/bitmind/ai", \.ai, .path(example: "/srv/bitmind/ai")),
        .init("human", "/srv/bitmind/human", \.human, .path(example: "/srv/bitmind/human")),
        .init("failed", "/srv/bitmind/failed", \.failed, .path(example: "/srv/bitmind/failed")),
        .init("review", "", \.review, .orNone(.path(example: "/srv/bitmind/review"))),
        .init("review_band", [0.4, 0.6], \.reviewBand, .band),
        .init("recursive", true, \.recursive, .flag),
        .init("settle", "1s", \.settle, .duration(.milliseconds(1) ... .seconds(3600), example: "1s")),
        .init(
            "settle_max", "10m", \.settleMax, .duration(.milliseconds(1) ... .seconds(86400), example: "10m")),
        .init("rescan", "10m", \.rescan, .duration(.seconds(1) ... .seconds(86400), example: "10m")),
        .init("poll", "auto", \.poll, .poll(.milliseconds(100) ... .seconds(3600), example: "5s")),
        .init("ignore", [], \.ignore, .patterns),
        .init("warn_after", "1h", \.warnAfter, .duration(.seconds(1) ... .seconds(2_592_000), example: "1h")),
        .init(
            "remove_empty", "0s", \.removeEmpty, .duration(.zero ... .seconds(2_592_000), example: "1h")),
    ]

    package static let log: [ConfigurationKey<Configuration.Log>] = [
        .init("level", "info", \.level, .word())
    ]

    package static let metrics: [ConfigurationKey<Configuration.Metrics>] = [
        .init(
            "textfile", "", \.textfile,
            .orNone(.path(example: "/var/lib/prometheus/node-exporter/bitmind-watch.prom")))
    ]

    /// A key of any table, for the documentation.
    package struct Summary: Sendable, Hashable {
        package let name: String
        package let defaultValue: TOMLValue.Content
        package let wanted: String
        package let example: String?
    }

    /// A table of the file and its keys, in the order of the example.
    package struct Table: Sendable, Hashable {
        package let name: String
        /// Whether the table may occur several times, as `[[name]]`.
        package let isRepeated: Bool
        package let keys: [Summary]

        init<Section>(_ name: String, isRepeated: Bool = false, _ keys: [ConfigurationKey<Section>]) {
            self.name = name
            self.isRepeated = isRepeated
            self.keys = keys.map {
                Summary(
                    name: $0.name, defaultValue: $0.defaultValue, wanted: $0.wanted, example: $0.example)
            }
        }

        /// The heading in the file: `[api]`, `[[watch]]`.
        package var heading: String { isRepeated ? "[[\(name)]]" : "[\(name)]" }
    }

    /// All tables, in the order of the example.
    package static let tables: [Table] = [
        Table("api", api), Table("upload", upload), Table("watch", isRepeated: true, watch),
        Table("log", log),
        Table("metrics", metrics),
    ]
}
