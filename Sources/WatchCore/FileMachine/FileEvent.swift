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
    /// Removed.
    case vanished
    /// Renamed, or its folder was: it may be found under another path.
    case movedAway
    /// The time asked for by `FileAction.wake` has come.
    case due
    case looked(Submission, Look)
    /// Its upload begins.
    case started(Submission)
    case answered(Submission, Answer)

    /// As what a file that is not known yet arrives, by this event; nil where it says that there is none.
    package var evidence: Settling.Evidence? {
        switch self {
        case .arrived(let evidence): evidence
        case .touched: .written
        case .closed: .closed
        case .attributesChanged, .vanished, .movedAway, .due, .looked, .started, .answered: nil
        }
    }
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
    /// Let its upload go on: the file has left its path, and may be found under another one.
    case uproot(Submission, Prospect)
    /// Take over what was paid for the file under another path (`Sighting.paid`). Of an upload that is under way,
    /// answer `.answered`.
    case adopt(Submission)
    /// File it as decided. The machine has ended.
    case file(Decision)
    /// Keep a verdict that is paid for: its file is not at this path any more.
    case keep(Decision)
    case report(FileReport)
    /// The machine has ended: let go of it.
    case forget
}

/// What is told of a file before its end.
package enum FileReport: Sendable, Equatable {
    /// Why, how often in a row, and how long it waits at least until the next look.
    case changed(ChangeCause = .bytes, times: Int = 1, wait: Duration = .zero)
    case skipped(String)
    case held(Hold.Reason)
}

/// Why a file is looked at anew though it was sent, or was to be.
package enum ChangeCause: String, Sendable {
    case bytes = "its bytes differ from the bytes that were sent"
    case size = "its size changed during the upload"
    case sizeBefore = "it was changed or replaced before the upload"
    case written = "a program keeps writing to it"
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
    /// Whether some process has it open for writing, or the control file of a download is beside it; nil where the
    /// kernel can't tell.
    package var openForWriting: Bool?
    /// What keeps the service from moving it away, in words; nil where nothing does.
    package var obstacle: String?
    package var identification: Identification
    /// What was paid for it under another path; nil where nothing is known of that.
    package var paid: Paid?
    /// Whether a filing of it is blocked: it is decided, and goes on by itself.
    package var isDecided = false

    package enum Paid: Sendable, Hashable {
        case decided(Decision)
        /// It is being sent.
        case uploading(Prospect)
    }

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

    /// Whether the API takes no file of its kind and size.
    var isTooLarge: Bool {
        guard case .media(let type, _) = identification else { return false }
        return identity.size > type.kind.maximumFileSize
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
    /// It was not sent, and waits in no queue any more.
    case unsent
    /// Not the file any more that was looked at.
    case changed
    case gone
    case unreadable(String)
}

/// Why a file waits that nothing was decided of yet.
package struct Hold: Sendable, Equatable {
    /// With the cause in words.
    package enum Reason: Sendable, Equatable {
        case unreadable(String)
        case unmovable(String)
    }

    package var reason: Reason
    package var since: ContinuousClock.Instant

    /// Permissions of folders above raise no event: such files are tried again now and then.
    package static let retryInterval: Duration = .seconds(30)

    /// What is reported once, however often it is tried again.
    package enum Kind: Sendable, Equatable {
        case unreadable
        case unmovable
    }

    var kind: Kind {
        switch reason {
        case .unreadable: .unreadable
        case .unmovable: .unmovable
        }
    }
}
