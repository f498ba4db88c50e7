/// What an interrupted filing has left on disk, and how it goes on: the decision of recovery, without effects.
package struct Leftover: Sendable, Equatable {
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
    /// The source has been renamed, to be removed (copies only).
    package var isRetired: Bool
    package var published: Published

    package init(
        decision: DecisionFile, media: Media, source: Source, isRetired: Bool, published: Published
    ) {
        self.decision = decision
        self.media = media
        self.source = source
        self.isRetired = isRetired
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
        // A copy has been made where the source is still there, unclaimed.
        case (.whole, .judged): .resume(.publishSidecar, isCopy: source == .same)
        case (.whole, .otherBytes): .giveBack
        case (.whole, .missing): withoutMedia
        }
    }

    private var withoutMedia: Continuation {
        switch published {
        case .both:
            // Only a copy leaves the source where it was.
            .resume(.flushMedia, isCopy: source == .same || isRetired)
        case .sidecar, .nothing:
            source == .missing ? .drop : .resume(.claim, isCopy: false)
        }
    }
}
