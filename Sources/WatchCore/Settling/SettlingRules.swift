/// How long a file is left alone before it is looked at (product.md, "Complete means").
package struct SettlingRules: Sendable, Equatable {
    /// Quiet time after the last write.
    package var quiet: Duration
    /// How long a file that looks unfinished is waited for after the last sign of a writer.
    package var cutShort: Duration

    /// After `IN_CREATE` alone: time for the other events of a file being written to arrive. A file that was
    /// linked into the folder gets none (inotify(7)), and is complete.
    package static let linkLook: Duration = .milliseconds(20)
    /// Between looks at a file that some process holds open for writing, at the least and at the most. Its
    /// closing raises an event; this is for those that raise none, such as mappings.
    package static let writerLooks: ClosedRange<Duration> = .milliseconds(200)...(.seconds(10))

    /// Between looks at a file that looks unfinished, at the least and at the most. What is written to it raises an
    /// event; this is for writers that raise none, as on a network file system.
    static let unfinishedLooks: ClosedRange<Duration> = .seconds(1)...(.seconds(30))

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
    /// When a writer was last at work, by an event or a look; nil where none was seen since the service began.
    package var lastWriter: ContinuousClock.Instant?
    /// How often it was seen open for writing since it was last heard of.
    package var writerLooks = 0

    package init(_ evidence: Evidence, at now: ContinuousClock.Instant) {
        self.evidence = evidence
        lastHeard = now
        lastWriter = evidence == .found ? nil : now
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

/// A file that looks unfinished, and is waited for.
package struct Unfinished: Sendable, Equatable {
    /// The file and what it is, by the look that showed it. While the file stays the same, so does what it is.
    package var identity: FileIdentity
    package var identification: Identification
    /// When it is waited for no longer.
    package var until: ContinuousClock.Instant
    /// How often it was looked at since.
    var looks = 0

    /// When to look again: at doubling intervals, and at the end.
    mutating func nextLook(_ rules: SettlingRules, at now: ContinuousClock.Instant) -> ContinuousClock.Instant
    {
        let bounds = SettlingRules.unfinishedLooks
        let wait = min(bounds.lowerBound * (1 << min(looks, 10)), bounds.upperBound)
        looks += 1
        return min(until, now + max(rules.quiet, wait))
    }
}
