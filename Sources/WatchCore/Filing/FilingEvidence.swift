/// What is on disk of a filing that has begun, and how it continues: a decision without side effects.
package struct FilingEvidence: Sendable, Equatable {
    /// The content of *N*`.json`.
    package enum DecisionFile: Sendable, Equatable {
        case missing
        /// Not a whole sidecar: a write was cut off.
        case unfinished
        case whole
    }

    /// What is at the path that the file came from.
    package enum Source: Sendable, Equatable {
        case missing
        /// By inode and change time, exactly the file that was decided on.
        case same
        /// Another file, or the same one after a change of name or permissions. Its bytes decide.
        case other
    }

    package enum Media: Sendable, Equatable {
        case missing
        /// *N*`.media` has the digest of the decision.
        case judged
        case otherBytes
    }

    package enum Published: Sendable, Equatable {
        case nothing
        /// The sidecar is in place, the media beside it is not.
        case sidecar
        case both
    }

    package var decision: DecisionFile
    package var media: Media
    package var source: Source
    /// Whether the claimed or published file is a copy, and its source still exists. Only the inodes are
    /// compared, because a change of permissions moves the change time.
    package var isCopied: Bool
    package var published: Published

    package init(
        decision: DecisionFile, media: Media, source: Source, isCopied: Bool, published: Published
    ) {
        self.decision = decision
        self.media = media
        self.source = source
        self.isCopied = isCopied
        self.published = published
    }

    package enum Continuation: Sendable, Equatable {
        /// Continue with the plan from this step.
        case resume(FilingPlan.Step, isCopy: Bool)
        /// Return the media to the inbox, and drop the decision.
        case giveBack
        /// Drop the decision: its file is gone, or was never claimed.
        case drop
        /// Unknown: report it, and leave it.
        case report
    }

    package var continuation: Continuation {
        switch (decision, media) {
        case (.missing, .missing): .drop
        case (.unfinished, .missing): .drop
        case (.missing, _), (.unfinished, _): .report
        case (.whole, .judged): .resume(.publishSidecar, isCopy: isCopied)
        case (.whole, .otherBytes): .giveBack
        case (.whole, .missing): withoutMedia
        }
    }

    private var withoutMedia: Continuation {
        switch published {
        case .both: .resume(.flushMedia, isCopy: isCopied)
        case .sidecar, .nothing:
            source == .missing ? .drop : .resume(.flushDecision, isCopy: false)
        }
    }
}
