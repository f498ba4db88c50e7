import LinuxSystem
import WatchCore

extension JournalEvent {
    /// What came of a filing that an earlier run has begun; nil where its blocker is reported, or nothing was left of it.
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
    /// How many folders one user may watch; nil where a sandbox hides it.
    static var allowedWatches: Int? {
        do throws(SystemCallError) { return try maxUserWatches } catch { return nil }
    }

    /// How many inboxes one user may watch; nil where a sandbox hides it.
    static var allowedInstances: Int? {
        do throws(SystemCallError) { return try maxUserInstances } catch { return nil }
    }
}
