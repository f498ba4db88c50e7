/// Identifies a filing, in memory and on disk.
package struct FilingID: Hashable, Sendable {
    package let role: DestinationRole
    package let work: WorkName

    package init(_ role: DestinationRole, _ work: WorkName) {
        self.role = role
        self.work = work
    }
}

/// A decided file to be filed.
package struct FilingOrder: Sendable {
    /// The file's path below the inbox.
    package let path: RelativePath
    package let decision: Decision
    /// When the service found the file.
    package let found: FoundTime

    package init(path: RelativePath, decision: Decision, found: FoundTime) {
        self.path = path
        self.decision = decision
        self.found = found
    }

    /// - Parameter watch: the watch of the inbox that has the file.
    package func id(in watch: Configuration.Watch) -> FilingID {
        FilingID(
            Routing(watch).role(of: decision.outcome),
            WorkName(decision.prospect.identity, path: path, inbox: watch.inbox))
    }
}

/// A job for a thread: one filing.
package struct FilingJob: Sendable {
    package let id: FilingID
    /// Nil if an earlier run made the decision, so that only the files on disk describe it.
    package let order: FilingOrder?

    package init(_ id: FilingID, _ order: FilingOrder?) {
        self.id = id
        self.order = order
    }
}

/// When something was found, by both clocks, because the wall clock may be set in the meantime.
package struct FoundTime: Sendable, Hashable {
    package var date: Timestamp
    package var instant: ContinuousClock.Instant

    package init(_ date: Timestamp, _ instant: ContinuousClock.Instant) {
        self.date = date
        self.instant = instant
    }

    /// A time that an earlier run recorded.
    package init(_ earlier: Timestamp, seenAt now: FoundTime) {
        let age = Duration.nanoseconds(max(0, now.date.nanosecondsSince(earlier)))
        self.init(earlier, now.instant - age)
    }

    /// The date by the wall clock as set now.
    package func date(at now: FoundTime) -> Timestamp {
        let current = now.date.advanced(by: instant - now.instant)
        return abs(current.nanosecondsSince(date)) < 1_000_000_000 ? date : current
    }
}
