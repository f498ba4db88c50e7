/// What lies on disk of a filing that has begun, and how it goes on: a decision without effects.
package struct FilingEvidence: Sendable, Equatable {
    /// What *N*`.json` holds.
    package enum DecisionFile: Sendable, Equatable {
        case missing
        /// Not a whole sidecar: it was being written.
        case unfinished
        case whole
    }

    /// What lies where the file came from.
    package enum Source: Sendable, Equatable {
        case missing
        /// By inode and change time the very file that was decided on.
        case same
        /// Another file, or the same after a change of name or permissions: its bytes tell.
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
    /// What is claimed or published is a copy, and the file that it was made of is there still. It is told by
    /// inodes alone: permissions, which move the change time, may have been changed since.
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
        /// Go on with the plan from this step.
        case resume(FilingPlan.Step, isCopy: Bool)
        /// Give the media back to the inbox, and forget the decision.
        case giveBack
        /// Forget the decision: the file it was about is gone, or was never claimed.
        case drop
        /// Nothing is known of it: report it, and leave it.
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
