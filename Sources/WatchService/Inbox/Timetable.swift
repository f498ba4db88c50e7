import WatchCore

/// What an inbox does at which time, and the alarm that wakes it.
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
        /// Folders on network file systems are looked at.
        case network
        /// All folders are looked at, for events were lost.
        case overflow
        /// A folder that filing has emptied may be removed.
        case emptied(FolderTree.ID)
        case unwatched
        case delay
        /// Files that are not in hand are looked at again.
        case deferred
        case report
        /// What blocks filings is tried again.
        case filings
        /// What was paid for files that have not appeared again is let go of.
        case account
    }

    private var deadlines = DeadlineTable<Entry>()
    private let alarm = Alarm()
    private var setting = AlarmSetting()

    subscript(entry: Entry) -> ContinuousClock.Instant? { deadlines[entry] }

    /// Sets the time of an entry, in place of any earlier one; nil leaves it as it is.
    mutating func set(_ entry: Entry, at due: ContinuousClock.Instant?) {
        if let due, deadlines[entry] != due { deadlines.set(entry, at: due) }
    }

    /// Sets the time of an entry that has none.
    mutating func add(_ entry: Entry, at due: ContinuousClock.Instant?) {
        if deadlines[entry] == nil { set(entry, at: due) }
    }

    mutating func remove(_ entry: Entry) { deadlines.remove(entry) }

    /// Takes out an entry whose time has come; the earliest first.
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
