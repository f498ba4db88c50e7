import LinuxSystem
import WatchCore

/// Whether an inbox is served, and the state of its folders.
struct Attendance {
    /// Nil while the inbox does not exist, or another service uses it.
    var attachment: Attachment?
    /// Whether to wait if another service uses the inbox, as after a reload.
    let waitsForLock: Bool
    /// Why the inbox is not served, once this was reported.
    private(set) var outage: InboxOutage?
    /// The number of consecutive tries at which another service used it.
    private var lockedTries = 0
    /// Nil until the inbox is served for the first time, or is found to be used by another service.
    var beginning: Result<Void, InboxLocked>?
    /// Whether all its folders have been listed once.
    var isReady = false
    /// The callers that wait for that.
    var waiters: [CheckedContinuation<Void, Never>] = []

    /// Folders that filing has emptied. They are removed if they stay empty.
    var emptied: Set<FolderTree.ID> = []
    var changes = FolderChanges()
    /// When all folders were last scanned because events were lost.
    private var lastOverflow: ContinuousClock.Instant?
    /// The version of `FolderUses` when all folders were last scanned.
    private var usesVersion = 0
    var isWatchLimitReached = false

    /// The number of tries at which another service may use the inbox before this is reported, because it may
    /// pass.
    private static let lockPatience = 5
    /// The shortest time between two scans of all folders because of lost events.
    private static let overflowInterval = Duration.seconds(5)

    init(waitsForLock: Bool) { self.waitsForLock = waitsForLock }

    /// Why it is not served, in words; nil if it is served. Before this was reported, the cause is assumed to
    /// be another service.
    var absence: String? { attachment == nil ? (outage ?? .locked).absence : nil }

    /// Whether another use of a watched folder was recorded since the last call.
    mutating func hasNewUses(_ version: Int) -> Bool {
        defer { usesVersion = version }
        return version != usesVersion
    }

    /// Events were lost.
    /// - Returns: when to scan all folders; nil for now.
    mutating func overflowed(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if let last = lastOverflow, now - last < Self.overflowInterval { return last + Self.overflowInterval }
        lastOverflow = now
        return nil
    }

    /// The inbox cannot be served for now.
    /// - Parameter isOurs: whether this service still uses it, under the earlier configuration.
    /// - Returns: whether to report it.
    mutating func failed(_ failure: Attachment.Failure, isOurs: Bool) -> Bool {
        switch failure {
        case .lost: lockedTries = 0
        case .locked:
            // An inbox that a reload has released ends once its uploads have ended.
            lockedTries = isOurs ? 0 : lockedTries + 1
            if lockedTries < Self.lockPatience { return false }
        }
        defer { outage = failure.outage }
        return outage != failure.outage
    }

    /// The inbox is served again.
    /// - Returns: whether its absence was reported.
    mutating func isBack() -> Bool {
        defer {
            outage = nil
            lockedTries = 0
        }
        return outage != nil
    }

    /// All its folders have been listed, or it is known to be lost.
    mutating func settleWaiters() {
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}

/// Folders whose permissions have changed. They are handled once a second, however often they change.
struct FolderChanges {
    private var changed: Set<RelativePath> = []
    private var last: ContinuousClock.Instant?
    private static let interval = Duration.seconds(1)

    /// - Returns: when to handle it, if no time was set yet.
    mutating func add(_ folder: RelativePath, at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        defer { changed.insert(folder) }
        return changed.isEmpty ? max(now, last.map { $0 + Self.interval } ?? now) : nil
    }

    /// Removes and returns the folders to handle.
    mutating func take(at now: ContinuousClock.Instant) -> Set<RelativePath> {
        defer { changed = [] }
        last = now
        return changed
    }
}

/// Why an inbox is not served.
enum InboxOutage: Sendable, Equatable {
    /// It is missing, or cannot be opened.
    case lost
    /// Another service uses it.
    case locked

    /// The text for one inbox, in the list of what holds up the service.
    func holdup(of inbox: String) -> String {
        switch self {
        case .lost: "\(inbox) is unavailable"
        case .locked: "another bitmind-watch uses \(inbox)"
        }
    }

    /// The text that replaces the report of its files.
    var absence: String {
        switch self {
        case .lost: "unavailable; it is watched again as soon as it is available"
        case .locked: "in use by another bitmind-watch; this service takes over when the other one ends"
        }
    }
}

extension Attachment.Failure {
    fileprivate var outage: InboxOutage {
        switch self {
        case .lost: .lost
        case .locked: .locked
        }
    }
}
