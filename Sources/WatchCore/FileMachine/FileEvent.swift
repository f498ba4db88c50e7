package import BitMindAPI

/// An event of a file, or a finding about it.
package enum FileEvent: Sendable {
    case arrived(Settling.Evidence)
    /// Written to (`IN_MODIFY`).
    case touched
    /// Closed after writing (`IN_CLOSE_WRITE`).
    case closed
    /// Permissions of the file or of its folder may have changed (`IN_ATTRIB`).
    case attributesChanged
    /// Removed.
    case vanished
    /// The file or its folder was renamed. The file may appear under another path.
    case movedAway
    /// The time requested by `FileAction.wake` has come.
    case due
    case looked(Submission, Look)
    /// The file's upload begins.
    case started(Submission)
    case answered(Submission, Answer)

    /// The evidence with which a file arrives by this event, if it is not yet known; nil if the event means
    /// that no file is there.
    package var evidence: Settling.Evidence? {
        switch self {
        case .arrived(let evidence): evidence
        case .touched: .written
        case .closed: .closed
        case .attributesChanged, .vanished, .movedAway, .due, .looked, .started, .answered: nil
        }
    }
}

/// What the caller does for a file.
package enum FileAction: Sendable, Equatable {
    /// Send `.due` at that time. This replaces any time requested before.
    case wake(at: ContinuousClock.Instant)
    /// Open the file, look at its beginning and its end, and send `.looked`.
    case look(Submission)
    /// Put the file into the queue; send `.started` and `.answered`.
    case enqueue(Submission, Prospect)
    /// Take the file out of the queue.
    case withdraw(Submission)
    /// Stop the file's upload. No answer is expected any more.
    case cancel(Submission)
    /// Let the file's upload continue: the file has left its path, and may appear under another one.
    case uproot(Submission, Prospect)
    /// Take over the upload or verdict that was paid for under another path (`Sighting.paid`). For an upload
    /// in flight, send `.answered`.
    case adopt(Submission)
    /// File the file as decided. The machine has ended.
    case file(Decision)
    /// Keep a paid verdict: its file is no longer at this path.
    case keep(Decision)
    case report(FileReport)
    /// Drop the machine. It has ended.
    case forget
}

/// What is reported of a file before its end.
package enum FileReport: Sendable, Equatable {
    /// The cause, the number of consecutive times, and the shortest wait before the next look.
    case changed(ChangeCause = .bytes, times: Int = 1, wait: Duration = .zero)
    case skipped(String)
    case held(Hold.Reason)
}

/// Why a file is looked at again although it was sent, or was about to be.
package enum ChangeCause: String, Sendable {
    case bytes = "its bytes differ from the bytes that were sent"
    case size = "its size changed during the upload"
    case sizeBefore = "it was changed or replaced before the upload"
    case written = "a program keeps writing to it"
}

/// The result of a look at a file.
package enum Look: Sendable {
    case file(Sighting)
    /// Not a regular file. It is never opened.
    case special(String)
    /// The reason in words, such as "Permission denied".
    case unreadable(String)
    case gone
}

/// A regular file, as of the look.
package struct Sighting: Sendable, Equatable {
    package var identity: FileIdentity
    /// The wall clock at the time of the look.
    package var seen: Timestamp
    /// Whether a process has the file open for writing, or the control file of a download is beside it; nil
    /// if the kernel cannot answer.
    package var openForWriting: Bool?
    /// What prevents the service from moving the file, in words; nil if nothing does.
    package var obstacle: String?
    package var identification: Identification
    /// What was paid for the file under another path; nil if nothing is known.
    package var paid: Paid?
    /// Whether a filing of the file is blocked. The file is then decided, and the filing continues without
    /// the machine.
    package var isDecided = false

    package enum Paid: Sendable, Hashable {
        case decided(Decision)
        /// The file is being sent.
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

    /// Whether the API accepts no file of its kind and size.
    var isTooLarge: Bool {
        guard case .media(let type, _) = identification else { return false }
        return identity.size > type.kind.maximumFileSize
    }

    /// The time since the last write, by the modification time; negative if that is in the future.
    package var age: Duration { .nanoseconds(seen.nanosecondsSince(identity.modified)) }

    /// The time since the last change of any kind, by the change time; negative if that is in the future.
    package var unchangedFor: Duration { .nanoseconds(seen.nanosecondsSince(identity.changed)) }
}

/// A file that can be sent, as of the look.
package struct Prospect: Sendable, Hashable {
    package var identity: FileIdentity
    /// The wall clock at the time of the look.
    package var seen: Timestamp
    /// Nil only for files that go to `failed/` without being sent.
    package var type: MediaType?
    /// False if the file looks cut short, and was sent anyway.
    package var complete: Bool

    package init(_ sighting: Sighting, type: MediaType?, complete: Bool) {
        identity = sighting.identity
        seen = sighting.seen
        self.type = type
        self.complete = complete
    }
}

/// The result of an upload, for one file.
package enum Answer: Sendable {
    case decided(Decision)
    /// The service or the account is the cause: the file still waits.
    case postponed
    /// The file was not sent, and is no longer in any queue.
    case unsent
    /// The file is no longer the one that was looked at.
    case changed
    case gone
    case unreadable(String)
}

/// Why an undecided file waits.
package struct Hold: Sendable, Equatable {
    /// With the cause in words.
    package enum Reason: Sendable, Equatable {
        case unreadable(String)
        case unmovable(String)
    }

    package var reason: Reason
    package var since: ContinuousClock.Instant

    /// A change of permissions of a parent folder raises no event, so held files are retried at this
    /// interval.
    package static let retryInterval: Duration = .seconds(30)

    /// The kind of hold. It is reported once, however often it is retried.
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
