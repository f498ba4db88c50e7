import LinuxSystem
import WatchCore

extension JournalEvent {
    /// What became of a filing that was not finished; nil where there is nothing to tell.
    static func recovered(_ leftover: Recovered) -> JournalEvent? {
        let name = DisplayName(leftover.path?.bytes ?? leftover.work).escaped
        let what: String? =
            switch leftover.end {
            case .nothing: nil
            case .filed: "an interrupted filing has been finished: \(name)"
            case .givenBack: "an interrupted filing was taken back, the file is in the inbox again: \(name)"
            case .dropped:
                "a decision was forgotten, for its file is gone, changed, or was never claimed: \(name)"
            case .stranger:
                "\(name) in .bitmind-watch is not the service's, or not to be understood; it is left there"
            case .stuck(let reason, _):
                "an interrupted filing can't go on (\(reason)): \(name); it is tried again later"
            }
        let fields = leftover.path.map { [Field.file($0)] } ?? []
        return what.map { JournalEvent(.recovered, $0, fields: fields) }
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
