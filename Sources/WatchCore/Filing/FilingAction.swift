/// What the caller does for the filings of an inbox, in order.
package enum FilingAction: Sendable, Equatable {
    /// Test whether a destination can be written to, and call `Filings.probed`. If the destination was not
    /// searched yet, first list and try the unfinished filings of earlier runs there, and call
    /// `Filings.found`.
    case probe(DestinationRole)
    /// A file was filed.
    /// - Parameter found: when the file was found; nil if not known.
    case filed(FilingOutcome, found: FoundTime?)
    /// A file of that path has come back to where it would be sent again.
    case relapse(RelativePath)
    /// Look at the file at a path now.
    /// - Parameter change: why the file is looked at again; nil if it is another file.
    case look(RelativePath, Settling.Evidence, ChangeCause?)
    /// Keep a paid verdict whose file is not at its path.
    case keep(Decision)
    case report(FilingReport)
}

/// What is reported of filings.
package enum FilingReport: Sendable, Equatable {
    /// A blocker begins.
    /// - Parameters:
    ///   - cause: in words.
    ///   - path: of the first waiting file, below the inbox; nil if not known.
    case blocked(Blocker, cause: String, path: RelativePath?)
    /// A blocker ends.
    /// - Parameter isFiled: whether a file was filed; otherwise no filing waits any more.
    case unblocked(Blocker, isFiled: Bool)
    /// A program writes to a decided file repeatedly.
    case busy(RelativePath, times: Int, wait: Duration)
    /// The result of a filing that an earlier run began.
    case resumed(FilingOutcome)
}
