/// The current work of the service, in numbers.
package struct ServiceStatus: Sendable, Equatable, Codable {
    package var inboxes = 0
    package var uploading = 0
    package var waiting = 0
    package var ai = 0
    package var human = 0
    package var failed = 0
    /// What holds it up, in words: `rate-limited until 19:42:10`.
    package var holdups: [String] = []
    /// The same as names.
    package var pauses: [PauseName] = []

    /// Whether the last answer came from a simulated API.
    package var isSimulated = false

    package init() {}

    /// One line for `STATUS=`: `watching 2 inboxes; 8 uploading, 1,204 waiting; 5,310 filed (812 ai, 4,498
    /// human), 3 failed; rate-limited until 19:42:10`.
    package var line: String {
        let watching = "watching \(inboxes) \(inboxes == 1 ? "inbox" : "inboxes")"
        let moving = "\(GroupedNumber(uploading)) uploading, \(GroupedNumber(waiting)) waiting"
        let filed =
            "\(GroupedNumber(ai + human)) filed (\(GroupedNumber(ai)) ai, \(GroupedNumber(human)) human), "
            + "\(GroupedNumber(failed)) failed"
        return ([watching, moving, filed] + holdups).joined(separator: "; ")
    }
}

/// What may hold up requests or filings, by its name in the metrics.
package enum PauseName: String, Sendable, CaseIterable, Codable {
    case rateLimited = "rate-limited"
    case credentialsRefused = "credentials-refused"
    case apiUnavailable = "api-unavailable"
    case permissionMissing = "permission-missing"
    case endpointResting = "endpoint-resting"
    case destinationUnavailable = "destination-unavailable"
    case inboxLost = "inbox-lost"
}
