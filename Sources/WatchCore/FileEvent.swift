package import BitMindAPI

/// What can happen to a file, or be learnt of it.
package enum FileEvent: Sendable {
    case arrived(Settling.Evidence)
    /// Written to (`IN_MODIFY`).
    case touched
    /// Closed after writing (`IN_CLOSE_WRITE`).
    case closed
    /// Its, or its folder's, permissions may have changed (`IN_ATTRIB`).
    case attributesChanged
    /// Removed, or moved away.
    case vanished
    /// The time asked for by `FileAction.wake` has come.
    case due
    case looked(Submission, Look)
    /// Its upload begins.
    case started(Submission)
    case answered(Submission, Answer)
    case filed(Submission, FilingResult)
    /// A destination that could not be written to, be it in one place only, can be again, or is to be tried.
    case destinationAvailable(DestinationRole)
}

/// What is to be done for a file.
package enum FileAction: Sendable, Equatable {
    /// Send `.due` at that time, in place of any time asked for before.
    case wake(at: ContinuousClock.Instant)
    /// Open it, look at its beginning and its end, and answer `.looked`.
    case look(Submission)
    /// Put it into the queue for upload; answer `.started` and `.answered`.
    case enqueue(Submission, Prospect)
    /// Take it out of the queue again.
    case withdraw(Submission)
    /// Stop its upload; no answer is expected any more.
    case cancel(Submission)
    /// File it as decided; answer `.filed`.
    case file(Submission, Decision)
    /// Forget a decision that was kept for a file that could not be filed: it is another file now, or none.
    case abandon(Decision)
    case report(FileReport)
    /// The machine has ended: let go of it.
    case forget
}

/// What is told of a file before its end.
package enum FileReport: Sendable, Equatable {
    case changed
    case skipped(String)
    case held(Hold.Reason)
}

/// What a look at a file showed.
package enum Look: Sendable {
    case file(Sighting)
    /// Not a regular file: never opened.
    case special(String)
    /// The reason in words, such as "Permission denied".
    case unreadable(String)
    case gone
}

/// A regular file, as it was when looked at.
package struct Sighting: Sendable, Equatable {
    package var identity: FileIdentity
    /// The wall clock at the look.
    package var seen: Timestamp
    /// Whether some process has it open for writing; nil where the kernel can't tell.
    package var openForWriting: Bool?
    /// What keeps the service from moving it away, in words; nil where nothing does.
    package var obstacle: String?
    package var identification: Identification

    package init(
        identity: FileIdentity, seen: Timestamp, openForWriting: Bool?, obstacle: String?,
        identification: Identification
    ) {
        self.identity = identity
        self.seen = seen
        self.openForWriting = openForWriting
        self.obstacle = obstacle
        self.identification = identification
    }

    /// How long ago it was written to, by its modification time; negative if that lies in the future.
    package var age: Duration { .nanoseconds(seen.nanosecondsSince(identity.modified)) }

    /// How long ago it last changed in any way, by its change time; negative if that lies in the future.
    package var unchangedFor: Duration { .nanoseconds(seen.nanosecondsSince(identity.changed)) }
}

/// A file that can be sent, as it was when looked at.
package struct Prospect: Sendable, Hashable {
    package var identity: FileIdentity
    /// When it was looked at, by the wall clock.
    package var seen: Timestamp
    /// Nil only for what goes to `failed/` without being sent.
    package var type: MediaType?
    /// False where it looks cut short, and was sent all the same.
    package var complete: Bool

    package init(_ sighting: Sighting, type: MediaType?, complete: Bool) {
        identity = sighting.identity
        seen = sighting.seen
        self.type = type
        self.complete = complete
    }
}

/// What became of an upload, for one file.
package enum Answer: Sendable {
    case decided(Decision)
    /// The service's or the account's fault: the file waits on.
    case postponed
    /// Not the file any more that was looked at.
    case changed
    case gone
    case unreadable(String)
}

/// What became of a filing.
package enum FilingResult: Sendable, Equatable {
    case filed(DestinationRole)
    /// Not the bytes any more that were judged; the file is back in the inbox.
    case changed
    case gone
    case unmovable(String)
    case destinationUnavailable(DestinationRole, String)
    /// The destination can be written to, but this file can't be put into its place there.
    case placeUnavailable(DestinationPlace, String)
}

/// Why a file waits that could otherwise go on.
package struct Hold: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        case unreadable(String)
        /// With the decision where there is one already: it is not paid for twice.
        case unmovable(String, Decision? = nil)
        case destination(DestinationRole, String, Decision)
        case place(DestinationPlace, String, Decision)
    }

    package var reason: Reason
    package var since: ContinuousClock.Instant

    /// Permissions of folders above raise no event: such files are tried again now and then.
    package static let retryInterval: Duration = .seconds(30)

    /// What is told of once, however often it is tried again.
    package enum Kind: Sendable, Equatable {
        case unreadable
        case unmovable
        case destination(DestinationRole)
        case place(DestinationPlace)
    }

    var kind: Kind {
        switch reason {
        case .unreadable: .unreadable
        case .unmovable: .unmovable
        case .destination(let role, _, _): .destination(role)
        case .place(let place, _, _): .place(place)
        }
    }

    /// What was decided of the file already, and would have to be paid for again.
    package var decision: Decision? {
        switch reason {
        case .unmovable(_, let decision): decision
        case .destination(_, _, let decision), .place(_, _, let decision): decision
        case .unreadable: nil
        }
    }

    var retryDelay: Duration? {
        switch reason {
        case .unreadable, .unmovable: Hold.retryInterval
        case .destination, .place: nil
        }
    }
}
