/// How long to wait before a look at a file (product.md, "Complete means").
package struct SettlingRules: Sendable, Equatable {
    /// The quiet time after the last write.
    package var quiet: Duration
    /// How long the service waits for the rest of a file that looks unfinished, after the last sign of a
    /// writer.
    package var cutShort: Duration

    /// The wait after `IN_CREATE` alone, in which the other events of a file being written arrive. A file
    /// that was linked into the folder has no other events (inotify(7)), and is complete.
    package static let linkLook: Duration = .milliseconds(20)
    /// The shortest and longest interval between looks at a file that a process holds open for writing. A
    /// close raises an event; the looks are for writers that raise none, such as mappings.
    package static let writerLooks: ClosedRange<Duration> = .milliseconds(200)...(.seconds(10))

    /// The shortest and longest interval between looks at a file that looks unfinished. A write raises an
    /// event; the looks are for writers that raise none, as on a network file system.
    static let unfinishedLooks: ClosedRange<Duration> = .seconds(1)...(.seconds(30))

    package init(quiet: Duration, cutShort: Duration) {
        self.quiet = quiet
        self.cutShort = cutShort
    }
}

/// What is known of a file that may still grow.
package struct Settling: Sendable, Equatable {
    /// How the file was found, or its last event.
    package enum Evidence: Sendable, Equatable {
        /// Renamed into the inbox: complete.
        case movedIn
        /// Created, without a later event: being written, or linked in.
        case created
        /// Written to.
        case written
        /// Closed after writing.
        case closed
        /// Found by a scan: its modification time shows how long it has been quiet.
        case found
    }

    package var evidence: Evidence
    /// The time of the last event of the file.
    package var lastHeard: ContinuousClock.Instant
    /// When a writer was last seen, by an event or a look; nil if none was seen since the service started.
    package var lastWriter: ContinuousClock.Instant?
    /// How often the file was seen open for writing since its last event.
    package var writerLooks = 0

    package init(_ evidence: Evidence, at now: ContinuousClock.Instant) {
        self.evidence = evidence
        lastHeard = now
        lastWriter = evidence == .found ? nil : now
    }

    /// When to look at the file.
    package func due(_ rules: SettlingRules) -> ContinuousClock.Instant {
        switch evidence {
        case .movedIn, .found: lastHeard
        case .created: lastHeard + min(SettlingRules.linkLook, rules.quiet)
        case .written, .closed: lastHeard + rules.quiet
        }
    }

    /// The wait before the next look at a file that is open for writing. It doubles each time.
    package mutating func nextWriterLook() -> Duration {
        let bounds = SettlingRules.writerLooks
        let wait = bounds.lowerBound * (1 << min(writerLooks, 10))
        writerLooks += 1
        return min(wait, bounds.upperBound)
    }
}

/// A file that looks unfinished, and for whose rest the service waits.
package struct Unfinished: Sendable, Equatable {
    /// The file and its type, as of the look. While the file does not change, neither does its type.
    package var identity: FileIdentity
    package var identification: Identification
    /// When the wait ends.
    package var until: ContinuousClock.Instant
    /// The number of looks since then.
    var looks = 0

    /// When to look again: at doubling intervals, and at the end of the wait.
    mutating func nextLook(_ rules: SettlingRules, at now: ContinuousClock.Instant) -> ContinuousClock.Instant
    {
        let bounds = SettlingRules.unfinishedLooks
        let wait = min(bounds.lowerBound * (1 << min(looks, 10)), bounds.upperBound)
        looks += 1
        return min(until, now + max(rules.quiet, wait))
    }
}
