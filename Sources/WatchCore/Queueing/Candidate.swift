package import BitMindAPI

/// Which of the configured inboxes; numbers are not used again after a reload.
package struct InboxID: Hashable, Sendable {
    package let number: Int

    package init(_ number: Int) { self.number = number }
}

/// A file among all inboxes.
package struct FileKey: Hashable, Sendable {
    package var inbox: InboxID
    package var path: RelativePath

    package init(inbox: InboxID, path: RelativePath) {
        self.inbox = inbox
        self.path = path
    }
}

/// A file that waits for its upload.
package struct Candidate: Sendable, Equatable {
    package var key: FileKey
    package var submission: Submission
    package var prospect: Prospect
    package var kind: MediaKind
    /// How many requests have carried it so far, as far as the API may have read them.
    package var attempts = 0
    /// What has gone wrong with it so far.
    package var setbacks = Setbacks()

    package init(key: FileKey, submission: Submission, prospect: Prospect, kind: MediaKind) {
        self.key = key
        self.submission = submission
        self.prospect = prospect
        self.kind = kind
    }
}
