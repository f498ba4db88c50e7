/// What is to be done for the filings of an inbox, in that order.
package enum FilingAction: Sendable, Equatable {
    /// Ask whether a destination can be written to, and answer `Filings.probed`. Where it was not searched, list what
    /// earlier runs have left there first, try it, and answer `Filings.found`.
    case probe(DestinationRole)
    /// A file was filed.
    /// - Parameter found: when the file was found; nil where that is not known.
    case filed(FilingOutcome, found: FoundTime?)
    /// A file of that path has come back to where it would be sent again.
    case relapse(RelativePath)
    /// Look at what lies at a path now.
    /// - Parameter change: why the file there is looked at again; nil where it is another file.
    case look(RelativePath, Settling.Evidence, ChangeCause?)
    /// Keep a verdict that is paid for, whose file is not at its path.
    case keep(Decision)
    case report(FilingReport)
}

/// What is reported of filings.
package enum FilingReport: Sendable, Equatable {
    /// A blocker begins.
    /// - Parameters:
    ///   - cause: in words.
    ///   - path: of the first file that waits, below the inbox; nil where none is known.
    case blocked(Blocker, cause: String, path: RelativePath?)
    /// A blocker ends.
    /// - Parameter isFiled: whether a file was filed; else nothing waits any more.
    case unblocked(Blocker, isFiled: Bool)
    /// A program writes to a decided file again and again.
    case busy(RelativePath, times: Int, wait: Duration)
    /// What came of a filing that an earlier run has begun.
    case resumed(FilingOutcome)
}
