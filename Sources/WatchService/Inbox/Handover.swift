import WatchCore

/// What an inbox reports to the dispatcher at the end of a turn.
struct Handover {
    private var added: [Candidate] = []
    private var withdrawn: [FileKey] = []
    /// Why the inbox's files are not sent for now.
    private var rests: Set<RequestPlanner.RestReason> = []

    /// The number of unfiled verdicts from which no more are requested, and below which requests continue. A
    /// verdict is paid for, and safe only once it is filed.
    private static let manyFilings = 128
    private static let fewFilings = 64

    mutating func add(_ candidate: Candidate) { added.append(candidate) }

    mutating func withdraw(_ key: FileKey) {
        if let index = added.lastIndex(where: { $0.key == key }) { added.remove(at: index) }
        withdrawn.append(key)
    }

    mutating func withdrawAll(_ keys: [FileKey]) {
        added = []
        withdrawn += keys
    }

    /// Removes and returns the files added and withdrawn since the last turn; nil if there are none.
    mutating func takeFiles() -> (added: [Candidate], withdrawn: [FileKey])? {
        if added.isEmpty, withdrawn.isEmpty { return nil }
        defer { (added, withdrawn) = ([], []) }
        return (added, withdrawn)
    }

    /// The reasons for which the inbox's files begin or cease to rest.
    mutating func changes(with filings: Filings) -> [(reason: RequestPlanner.RestReason, rests: Bool)] {
        let many = rests.contains(.filing) ? Self.fewFilings : Self.manyFilings
        let now: [(reason: RequestPlanner.RestReason, rests: Bool)] = [
            (.lackingCall, filings.isCallLacking), (.filing, filings.activeCount >= many),
        ]
        let changes = now.filter { $0.rests != rests.contains($0.reason) }
        for (reason, isResting) in changes {
            if isResting { rests.insert(reason) } else { rests.remove(reason) }
        }
        return changes
    }
}
