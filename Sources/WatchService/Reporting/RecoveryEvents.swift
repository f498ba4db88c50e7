import LinuxSystem
import WatchCore

extension JournalEvent {
    /// The entry for a filing that an earlier run began; nil if its blocker is reported instead, or nothing
    /// was left of it.
    static func resumed(_ outcome: FilingOutcome) -> JournalEvent? {
        guard let path = outcome.path else { return nil }
        let name = DisplayName(path.bytes).escaped
        let text: String
        switch outcome.end {
        case .filed: text = "finished the interrupted filing of \(name)"
        case .changed: text = "took back the interrupted filing of \(name): the file has changed"
        case .gone: text = "dropped the interrupted filing of \(name): the file no longer exists"
        case .foreign:
            text = "\(name) in .bitmind-watch is a foreign file, or damaged; it is left there"
        case .busy, .blocked: return nil
        }
        return JournalEvent(.recovered, text, fields: [.file(path)])
    }
}

extension InotifyLimits {
    /// The largest number of folders that one user may watch; nil if a sandbox hides it.
    static var allowedWatches: Int? {
        do throws(SystemCallError) { return try maxUserWatches } catch { return nil }
    }

    /// The largest number of inboxes that one user may watch; nil if a sandbox hides it.
    static var allowedInstances: Int? {
        do throws(SystemCallError) { return try maxUserInstances } catch { return nil }
    }
}
