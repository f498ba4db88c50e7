/// The kinds of events in the journal (product.md, "Journal").
///
/// The raw value is `BITMIND_EVENT`.
package enum EventKind: String, Sendable, Hashable, CaseIterable {
    case started
    case ready
    case filed
    case failed
    case changed
    case unreadable
    case unmovable
    case skipped
    case delayed
    case rateLimited = "rate-limited"
    case credentialsRefused = "credentials-refused"
    case permissionMissing = "permission-missing"
    case apiUnavailable = "api-unavailable"
    case apiAvailable = "api-available"
    case endpointResting = "endpoint-resting"
    case destinationUnavailable = "destination-unavailable"
    case destinationAvailable = "destination-available"
    case watchLimit = "watch-limit"
    case rescan
    case inboxLost = "inbox-lost"
    case inboxBack = "inbox-back"
    case recovered
    case reloaded
    case reloadRefused = "reload-refused"
    case stopping
    case stopped

    /// `MESSAGE_ID`: 128 random bits, never changed. The message catalogue explains the event under it.
    package var messageID: String {
        switch self {
        case .started: "f3c95789ace14954ac5d6baed2eac902"
        case .ready: "cbf27734ac1045258b66402800e03d2c"
        case .filed: "e0a3a91f23464c13bc27ed12b10877a9"
        case .failed: "f1260ebc7d564b56b714dc919b27dbdf"
        case .changed: "6caf76a5703548ae8280ad3729a6f2e7"
        case .unreadable: "3f0c9931918c40bf9670c342c6cce996"
        case .unmovable: "004498f4b98747c18c9c26a813678d7a"
        case .skipped: "0ecaf828e2f745538fcc69d79561a0d1"
        case .delayed: "73f80e52a36948b5a4414c46f147ecf9"
        case .rateLimited: "c1af446506f142fca1010f154a9f2968"
        case .credentialsRefused: "b459071afb8a4f9ebf72c46dca8fbe35"
        case .permissionMissing: "5a3c1fbdf9da4bf3a81696a68afe2312"
        case .apiUnavailable: "135d63cf1293424c802a2e8f96fc5ce8"
        case .apiAvailable: "a4ea3938d4294c52810915b0875b0b21"
        case .endpointResting: "36dc88b08d3c4b60b7ac8b1d4ae3f3be"
        case .destinationUnavailable: "bdfaef428c7d4431b331dab129ea3a7b"
        case .destinationAvailable: "4260ce86ca964d78ba569ee452a5d423"
        case .watchLimit: "44e767f743bb4898ac59157196f119be"
        case .rescan: "23cc390c935440e38e1f39485d23d1f3"
        case .inboxLost: "4d1dd7de07c1437b95d0c57b811008b7"
        case .inboxBack: "06f3179fec434ae0a6e144cf0b4152c8"
        case .recovered: "c78165de8458420c88ba29b1f8223c08"
        case .reloaded: "7aa1caa066de4e968867119277832f1d"
        case .reloadRefused: "83f11b2d9bbc4685bcc3323c673940a8"
        case .stopping: "510adc2735aa450aad7af233a7ffb088"
        case .stopped: "d9a3ce9ecbc14674b12d1e51dd71029e"
        }
    }

    package var level: EventLevel {
        switch self {
        case .started, .filed: .info
        case .ready, .failed, .changed, .skipped, .rateLimited, .apiAvailable, .destinationAvailable,
            .rescan, .inboxBack, .recovered, .reloaded, .stopping, .stopped:
            .notice
        case .unreadable, .unmovable, .delayed, .apiUnavailable, .endpointResting, .watchLimit: .warning
        case .credentialsRefused, .permissionMissing, .destinationUnavailable, .inboxLost,
            .reloadRefused:
            .error
        }
    }
}

/// The severity of an event. The raw value is syslog's priority (syslog(3)).
package enum EventLevel: Int, Sendable, Comparable, CaseIterable {
    case critical = 2
    case error = 3
    case warning = 4
    case notice = 5
    case info = 6
    case debug = 7

    /// The lowest level that a configuration logs.
    package init(_ level: LogLevel) {
        self =
            switch level {
            case .trace, .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }

    /// The more severe level is the greater one.
    package static func < (left: EventLevel, right: EventLevel) -> Bool { left.rawValue > right.rawValue }

    package var name: String { "\(self)" }
}
