/// One kind of work, and how it is set up.
struct Scenario: Sendable {
    let name: String
    /// How many files of 20 kB are renamed into the inbox at once.
    let files: Int
    /// `upload.batch` of the configuration.
    let batch: String
    /// `upload.concurrency`.
    let concurrency: Int
    /// What the simulator waits before it answers, as its `--latency` takes it.
    let latency: String

    static let all = [
        Scenario(
            name: "3,000 files at once, in batches", files: 3000, batch: "auto", concurrency: 8,
            latency: "0ms"),
        Scenario(
            name: "3,000 files at once, one a request", files: 3000, batch: "off", concurrency: 8,
            latency: "0ms"),
        Scenario(
            name: "400 files, 100 ms an answer, 8 in flight", files: 400, batch: "off", concurrency: 8,
            latency: "100ms"),
    ]
}

/// What was measured.
struct Measurement: Sendable {
    /// From the first rename to the last filing.
    let seconds: Double
    let files: Int
    /// User and system time of the service, from its start.
    let processorSeconds: Double
    /// The most memory that it had at once.
    let peakKilobytes: Int

    var filesPerSecond: Double { Double(files) / seconds }
    var processorSecondsPerThousand: Double { processorSeconds * 1000 / Double(files) }
}
