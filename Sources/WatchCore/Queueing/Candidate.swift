package import BitMindAPI

/// Identifies a configured inbox. Numbers are not reused after a reload.
package struct InboxID: Hashable, Sendable {
    package let number: Int

    package init(_ number: Int) { self.number = number }
}

/// Identifies a file among all inboxes.
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
    /// The number of requests so far that carried it and that the API may have read.
    package var attempts = 0
    /// Its failures so far.
    package var setbacks = Setbacks()

    package init(key: FileKey, submission: Submission, prospect: Prospect, kind: MediaKind) {
        self.key = key
        self.submission = submission
        self.prospect = prospect
        self.kind = kind
    }
}
