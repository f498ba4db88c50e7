import WatchCore

/// What an inbox has reported, and what it is to report.
struct InboxReports {
    /// What is to be reported of single files and folders.
    var troubles = TroubleReports()
    /// The special files and folders that were reported.
    private var reported: Set<RelativePath> = []
    /// Whether it was reported that files wait long.
    var isDelayed = false
    /// Whether a report of all files is due.
    var isDue = false

    /// How many special files are remembered as reported.
    static let mostReported = 10_000

    /// Whether something is to be reported of a file or folder: once.
    mutating func isNew(_ path: RelativePath) -> Bool {
        reported.count < Self.mostReported && reported.insert(path).inserted
    }
}
