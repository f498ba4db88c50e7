import BitMindAPI
import WatchCore

/// The filings of an inbox under test, with their clock and what they asked for last.
final class FilingsBench {
    static let path = RelativePath(Array("trip/photo.jpg".utf8))
    static let folder = DestinationPlace(.ai, RelativePath(Array("trip".utf8)))

    var filings = Filings(quiet: .seconds(1))
    private(set) var now = FoundTime(MachineBench.epoch, .now)
    /// The last actions.
    private(set) var asked: [FilingAction] = []

    init() {}

    static func path(_ number: Int) -> RelativePath { RelativePath(Array("trip/photo-\(number).jpg".utf8)) }

    static func decision(inode: UInt64 = 7, size: Int64 = 1000) -> Decision {
        .sample(.sample(inode: inode, size: size))
    }

    static func id(_ decision: Decision = decision(), _ path: RelativePath = path) -> FilingID {
        FilingID(.ai, WorkName(decision.prospect.identity, path: path, inbox: "/inbox"))
    }

    /// A file is decided.
    @discardableResult
    func decide(_ path: RelativePath = path, _ decision: Decision = decision()) -> FilingID {
        let id = Self.id(decision, path)
        asked = []
        filings.decided(FilingOrder(path: path, decision: decision, found: now), as: id)
        return id
    }

    /// What a thread takes on now.
    func begin(alone: Bool = false) -> (bulk: FilingLanes.Bulk, jobs: [FilingJob])? {
        filings.next { _ in alone }
    }

    /// Has all that waits for a thread end so.
    /// - Returns: how many were tried.
    @discardableResult
    func tryAll(_ end: (FilingJob) -> FilingEnd) -> Int {
        asked = []
        var count = 0
        while let (bulk, jobs) = begin() {
            count += jobs.count
            finish(bulk, jobs, end)
        }
        return count
    }

    func finish(_ bulk: FilingLanes.Bulk, _ jobs: [FilingJob], _ end: (FilingJob) -> FilingEnd) {
        asked += filings.ended(
            bulk, jobs.map { FilingOutcome($0.id, path: $0.order?.path, end($0)) }, at: now)
    }

    /// A file is decided, and its first try ends so.
    @discardableResult
    func decide(_ path: RelativePath = path, ending end: (FilingID) -> FilingEnd) -> FilingID {
        let id = decide(path)
        tryAll { end($0.id) }
        return id
    }

    func pass(_ time: Duration) {
        now = FoundTime(now.date.advanced(by: time), now.instant + time)
    }

    /// Lets time pass until something is due.
    func comeDue() {
        if let due = filings.nextDue { pass(max(.zero, due - now.instant)) }
        asked = filings.due(at: now.instant)
    }

    func probed(_ role: DestinationRole = .ai, failure: String? = nil) {
        asked = filings.probed(role, failure: failure, at: now)
    }

    func found(_ outcomes: [FilingOutcome], in role: DestinationRole = .ai) {
        asked = filings.found(outcomes, in: role, at: now)
    }

    func happens(_ event: FileEvent, at path: RelativePath = path) -> Bool {
        filings.heard(event, at: path)
    }

    func isThere(_ id: FilingID, as file: FileIdentity? = nil) {
        filings.isThere(id, file, at: now.instant)
    }

    func isElsewhere(_ ids: [FilingID]) { asked = filings.isElsewhere(ids) }

    func forget() { asked = filings.forget() }

    func permissionsChanged(in folder: RelativePath) {
        filings.permissionsChanged(in: [folder])
    }

    var place: FilePlace? { filings.places(at: now).first }

    /// How long until something is tried.
    var dueIn: Duration? { filings.nextDue.map { $0 - now.instant } }

    static let filed = FilingEnd.filed(destination: [], leavesSource: false)
    static func full(_ id: FilingID) -> FilingEnd { .blocked(.destination(.ai), cause: "no space") }
    static func barred(_ id: FilingID) -> FilingEnd { .blocked(.folder(folder), cause: "not a folder") }
    static func stuck(_ id: FilingID) -> FilingEnd { .blocked(.file(id), cause: "immutable") }
}

extension [FilingAction] {
    var reports: [FilingReport] { compactMap { if case .report(let report) = $0 { report } else { nil } } }
}
