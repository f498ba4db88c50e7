import WatchCore

/// The times of an inbox's scheduled work, and the alarm that wakes it.
struct Timetable {
    enum Entry: Hashable {
        case file(RelativePath)
        case rescan
        case rootCheck
        /// A folder may be listed again.
        case visit
        /// The permissions of folders have changed.
        case folderChanges
        case troubles
        /// Folders on network file systems are scanned.
        case network
        /// All folders are scanned, because events were lost.
        case overflow
        /// A folder that filing has emptied may be removed.
        case emptied(FolderTree.ID)
        case unwatched
        case delay
        /// Files that were put off are looked at again.
        case deferred
        case report
        /// Blocked filings are retried.
        case filings
        /// Uploads and verdicts whose files have not appeared again are dropped.
        case account
    }

    private var deadlines = DeadlineTable<Entry>()
    private let alarm = Alarm()
    private var setting = AlarmSetting()

    subscript(entry: Entry) -> ContinuousClock.Instant? { deadlines[entry] }

    /// Sets the time of an entry, and replaces any earlier one. Nil changes nothing.
    mutating func set(_ entry: Entry, at due: ContinuousClock.Instant?) {
        if let due, deadlines[entry] != due { deadlines.set(entry, at: due) }
    }

    /// Sets the time of an entry that has none.
    mutating func add(_ entry: Entry, at due: ContinuousClock.Instant?) {
        if deadlines[entry] == nil { set(entry, at: due) }
    }

    mutating func remove(_ entry: Entry) { deadlines.remove(entry) }

    /// Removes and returns an entry whose time has come, earliest first.
    mutating func popDue(at now: ContinuousClock.Instant) -> Entry? { deadlines.popDue(at: now) }

    /// Makes sure that the inbox is woken at the next time.
    mutating func setAlarm(at now: ContinuousClock.Instant) {
        if let next = deadlines.next { setting.ensure(alarm, by: next, at: now) }
    }

    /// Rings until the task is cancelled.
    func run(_ time: any TimeSource, _ ring: @escaping @Sendable () -> Void) async {
        await alarm.run(time) { ring() }
    }
}
