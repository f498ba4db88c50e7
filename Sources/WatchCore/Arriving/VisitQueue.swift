import DequeModule

/// The folders to list: each once, the one that has waited longest first.
package struct VisitQueue: Sendable {
    private var order: Deque<FolderTree.ID> = []
    private var waiting: Set<FolderTree.ID> = []
    /// Folders that were listed recently, and when each may be listed again.
    private var paused = DeadlineTable<FolderTree.ID>()

    package init() {}

    /// Whether no folder may be listed now.
    package var isEmpty: Bool { waiting.isEmpty }

    /// When the next pause ends; nil if no folder pauses.
    package var nextPauseEnd: ContinuousClock.Instant? {
        mutating get { paused.next }
    }

    /// Adds a folder at the end. A folder that already waits keeps its place.
    package mutating func add(_ folder: FolderTree.ID) {
        if waiting.insert(folder).inserted { order.append(folder) }
    }

    /// Adds a folder when its pause is over. A pause that already runs is not changed.
    package mutating func add(_ folder: FolderTree.ID, at due: ContinuousClock.Instant) {
        if !waiting.contains(folder), paused[folder] == nil { paused.set(folder, at: due) }
    }

    package mutating func remove(_ folder: FolderTree.ID) {
        // Its entry in the order is skipped later.
        waiting.remove(folder)
        paused.remove(folder)
    }

    package mutating func removeAll() {
        self = VisitQueue()
    }

    /// Removes and returns the folder to list now.
    package mutating func next(at now: ContinuousClock.Instant) -> FolderTree.ID? {
        while let folder = paused.popDue(at: now) { add(folder) }
        while let folder = order.popFirst() {
            if waiting.remove(folder) != nil { return folder }
        }
        return nil
    }
}

/// When a folder may be listed again: after one second, or after ten times the duration of its last listing.
/// Repeated changes of one folder therefore do not delay the other folders.
package struct ListingPace: Sendable {
    /// By the folder's identity, not by its name, so that a rename does not end a pause.
    private var pauses: [FolderIdentity: ContinuousClock.Instant] = [:]
    private var sweepCount = Self.leastSweep

    package static let leastPause = Duration.seconds(1)
    private static let mostPause = Duration.seconds(30)
    private static let leastSweep = 4096

    package init() {}

    /// The number of folders with a pause.
    package var count: Int { pauses.count }

    /// Records that a folder was listed.
    package mutating func listed(
        _ folder: FolderIdentity, from begin: ContinuousClock.Instant, to end: ContinuousClock.Instant
    ) {
        pauses[folder] = end + min(max(Self.leastPause, (end - begin) * 9), Self.mostPause)
        if pauses.count >= sweepCount {
            pauses = pauses.filter { $0.value > end }
            sweepCount = max(Self.leastSweep, 2 * pauses.count)
        }
    }

    /// When a folder may be listed again; nil for now.
    package func pauseEnd(of folder: FolderIdentity, at now: ContinuousClock.Instant) -> ContinuousClock
        .Instant?
    {
        pauses[folder].flatMap { $0 > now ? $0 : nil }
    }
}
