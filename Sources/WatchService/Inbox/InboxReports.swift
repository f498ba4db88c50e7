import WatchCore

/// The finished and pending reports of an inbox.
struct InboxReports {
    /// The pending reports of single files and folders.
    var troubles = TroubleReports()
    /// The special files and folders that were reported.
    private var reported: Set<RelativePath> = []
    /// Whether the entry `delayed` was logged.
    var isDelayed = false
    /// Whether a report of all files is due.
    var isDue = false

    /// The largest number of special files recorded as reported.
    static let mostReported = 10_000

    /// Whether a file or folder has not been reported yet. True once for each.
    mutating func isNew(_ path: RelativePath) -> Bool {
        reported.count < Self.mostReported && reported.insert(path).inserted
    }
}
