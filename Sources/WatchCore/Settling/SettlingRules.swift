/// How long a file is left alone before it is looked at (product.md, "Complete means").
package struct SettlingRules: Sendable, Equatable {
    /// Quiet time after the last write.
    package var quiet: Duration
    /// How long a file that looks cut short is waited for.
    package var cutShort: Duration

    /// After `IN_CREATE` alone: time for the other events of a file being written to arrive. A file that was
    /// linked into the folder gets none (inotify(7)), and is complete.
    package static let linkLook: Duration = .milliseconds(20)
    /// Between looks at a file that some process holds open for writing, at the least and at the most. Its
    /// closing raises an event; this is for those that raise none, such as mappings.
    package static let writerLooks: ClosedRange<Duration> = .milliseconds(200)...(.seconds(10))

    package init(quiet: Duration, cutShort: Duration) {
        self.quiet = quiet
        self.cutShort = cutShort
    }
}

/// What is known of a file that may still grow.
package struct Settling: Sendable, Equatable {
    /// How the file came to be known, or what was last heard of it.
    package enum Evidence: Sendable, Equatable {
        /// Renamed into the inbox: complete.
        case movedIn
        /// Created, and nothing since: being written, or linked in.
        case created
        /// Written to.
        case written
        /// Closed after writing.
        case closed
        /// Found by a scan: its modification time tells how long it is quiet.
        case found
    }

    package var evidence: Evidence
    /// When the file was last heard of.
    package var lastHeard: ContinuousClock.Instant
    /// How often it was seen open for writing since it was last heard of.
    package var writerLooks = 0

    package init(_ evidence: Evidence, at now: ContinuousClock.Instant) {
        self.evidence = evidence
        lastHeard = now
    }

    /// When the file is to be looked at.
    package func due(_ rules: SettlingRules) -> ContinuousClock.Instant {
        switch evidence {
        case .movedIn, .found: lastHeard
        case .created: lastHeard + min(SettlingRules.linkLook, rules.quiet)
        case .written, .closed: lastHeard + rules.quiet
        }
    }

    /// How long to wait before the next look at a file that is open for writing; doubles each time.
    package mutating func nextWriterLook() -> Duration {
        let bounds = SettlingRules.writerLooks
        let wait = bounds.lowerBound * (1 << min(writerLooks, 10))
        writerLooks += 1
        return min(wait, bounds.upperBound)
    }
}
