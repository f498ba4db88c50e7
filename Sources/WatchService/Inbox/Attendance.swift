import LinuxSystem
import WatchCore

/// Whether an inbox is there and served, and what is known of its folders.
struct Attendance {
    /// Nil while the inbox is not there, or another service has it.
    var attachment: Attachment?
    /// Whether to wait where another service has the inbox, as after a reload.
    let waitsForLock: Bool
    /// Why the inbox is not served, once that was reported.
    private(set) var outage: InboxOutage?
    /// How often in a row another service had it.
    private var lockedTries = 0
    /// Nil until the inbox is taken up for the first time, or is another's.
    var beginning: Result<Void, InboxLocked>?
    /// Whether all its folders have been looked at once.
    var isReady = false
    /// Who waits for that.
    var waiters: [CheckedContinuation<Void, Never>] = []

    /// Folders that filing has emptied, and that are removed if they stay empty.
    var emptied: Set<FolderTree.ID> = []
    var changes = FolderChanges()
    /// When all folders were last looked at because events were lost.
    private var lastOverflow: ContinuousClock.Instant?
    /// That of `FolderUses` when all folders were last looked at.
    private var usesVersion = 0
    var isWatchLimitReached = false

    /// How often another service may be found to have the inbox before that is reported: it may pass.
    private static let lockPatience = 5
    /// How often at most all folders are looked at because events were lost.
    private static let overflowInterval = Duration.seconds(5)

    init(waitsForLock: Bool) { self.waitsForLock = waitsForLock }

    /// Why it is not served, in words; nil where it is. Before that is reported, it is only known that another has it.
    var absence: String? { attachment == nil ? (outage ?? .locked).absence : nil }

    /// Whether an entry of another use of a watched folder has come since the last call.
    mutating func hasNewUses(_ version: Int) -> Bool {
        defer { usesVersion = version }
        return version != usesVersion
    }

    /// Events were lost.
    /// - Returns: until when to wait before all folders are looked at; nil where they are to be now.
    mutating func overflowed(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if let last = lastOverflow, now - last < Self.overflowInterval { return last + Self.overflowInterval }
        lastOverflow = now
        return nil
    }

    /// The inbox can't be served for now.
    /// - Parameter isOurs: whether this service has it still, under the configuration before.
    /// - Returns: whether to report it.
    mutating func failed(_ failure: Attachment.Failure, isOurs: Bool) -> Bool {
        switch failure {
        case .lost: lockedTries = 0
        case .locked:
            // What the reload let go of ends by itself, once its uploads have.
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

    /// All its folders have been looked at, or it is known to be lost.
    mutating func settleWaiters() {
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}

/// Folders whose permissions have changed. However often that happens, it is acted upon once a second.
struct FolderChanges {
    private var changed: Set<RelativePath> = []
    private var last: ContinuousClock.Instant?
    private static let interval = Duration.seconds(1)

    /// - Returns: when to act upon it, where that is not known yet.
    mutating func add(_ folder: RelativePath, at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        defer { changed.insert(folder) }
        return changed.isEmpty ? max(now, last.map { $0 + Self.interval } ?? now) : nil
    }

    /// Takes out the folders to act upon.
    mutating func take(at now: ContinuousClock.Instant) -> Set<RelativePath> {
        defer { changed = [] }
        last = now
        return changed
    }
}

/// Why an inbox is not served.
enum InboxOutage: Sendable, Equatable {
    /// It is missing, or can't be opened.
    case lost
    /// Another service has it.
    case locked

    /// Of a certain inbox, among what holds the service up.
    func holdup(of inbox: String) -> String {
        switch self {
        case .lost: "\(inbox) is unavailable"
        case .locked: "another bitmind-watch uses \(inbox)"
        }
    }

    /// In the place of what there is to say of its files.
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
