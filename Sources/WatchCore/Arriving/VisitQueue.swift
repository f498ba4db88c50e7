import DequeModule

/// The folders that are to be listed: each once, the one that has waited longest first.
package struct VisitQueue: Sendable {
    private var order: Deque<FolderTree.ID> = []
    private var waiting: Set<FolderTree.ID> = []
    /// Folders that were listed a moment ago, and when each may be listed again.
    private var paused = DeadlineTable<FolderTree.ID>()

    package init() {}

    /// Whether no folder may be listed now.
    package var isEmpty: Bool { waiting.isEmpty }

    /// When the next pause ends; nil where no folder pauses.
    package var nextPauseEnd: ContinuousClock.Instant? {
        mutating get { paused.next }
    }

    /// Adds a folder at the end. One that waits already keeps its place.
    package mutating func add(_ folder: FolderTree.ID) {
        if waiting.insert(folder).inserted { order.append(folder) }
    }

    /// Adds a folder once its pause is over. A pause that runs already goes on.
    package mutating func add(_ folder: FolderTree.ID, at due: ContinuousClock.Instant) {
        if !waiting.contains(folder), paused[folder] == nil { paused.set(folder, at: due) }
    }

    package mutating func remove(_ folder: FolderTree.ID) {
        // Its place in the order is skipped later.
        waiting.remove(folder)
        paused.remove(folder)
    }

    package mutating func removeAll() {
        self = VisitQueue()
    }

    /// Takes out the folder to be listed now.
    package mutating func next(at now: ContinuousClock.Instant) -> FolderTree.ID? {
        while let folder = paused.popDue(at: now) { add(folder) }
        while let folder = order.popFirst() {
            if waiting.remove(folder) != nil { return folder }
        }
        return nil
    }
}

/// When a folder may be listed again: not within a second, and a folder that takes long to list not for ten times as
/// long. So no change of a folder, repeated as often as anybody likes, holds up the other folders.
package struct ListingPace: Sendable {
    /// By what the folder is, not by its name: a folder that is renamed to and fro stays the same.
    private var pauses: [FolderIdentity: ContinuousClock.Instant] = [:]
    private var sweepCount = Self.leastSweep

    package static let leastPause = Duration.seconds(1)
    private static let mostPause = Duration.seconds(30)
    private static let leastSweep = 4096

    package init() {}

    /// How many folders are remembered.
    package var count: Int { pauses.count }

    /// Says that a folder was listed.
    package mutating func listed(
        _ folder: FolderIdentity, from begin: ContinuousClock.Instant, to end: ContinuousClock.Instant
    ) {
        pauses[folder] = end + min(max(Self.leastPause, (end - begin) * 9), Self.mostPause)
        if pauses.count >= sweepCount {
            pauses = pauses.filter { $0.value > end }
            sweepCount = max(Self.leastSweep, 2 * pauses.count)
        }
    }

    /// When a folder may be listed again; nil if now.
    package func pauseEnd(of folder: FolderIdentity, at now: ContinuousClock.Instant) -> ContinuousClock
        .Instant?
    {
        pauses[folder].flatMap { $0 > now ? $0 : nil }
    }
}
