import BitMindAPI

/// The files of an inbox of which nothing is decided yet: those in hand, each with its machine, and those that are
/// remembered by their folders alone.
package struct ActiveFiles: Sendable {
    private var machines: [RelativePath: FileMachine] = [:]
    private var window = InboxWindow()
    private var holds: [Hold.Kind: Int] = [:]
    /// How often files that are in hand no more came back to an upload.
    private var relapses = Relapses()
    /// The last number of a machine that has gone: a later one for the same path begins after it.
    private var lastSubmission: UInt64 = 0
    /// Files that are not in hand, for they can't go for now.
    package var deferred = DeferredFiles()
    private let rules: SettlingRules

    package init(_ rules: SettlingRules) { self.rules = rules }

    package subscript(path: RelativePath) -> FileMachine? { machines[path] }
    package var paths: [RelativePath] { Array(machines.keys) }
    package var isEmpty: Bool { machines.isEmpty }
    /// How many are in hand.
    package var handCount: Int { machines.count }
    /// How many there are, those that are not in hand included.
    package var count: Int { machines.count + deferred.count }
    /// How many go on by themselves.
    package var activeCount: Int { window.active }
    package var unreadableCount: Int { holds[.unreadable, default: 0] }
    package var unmovableCount: Int { holds[.unmovable, default: 0] }

    /// Whether more may be taken.
    /// - Parameter filings: how many decided files are being filed, or wait for that.
    package func mayTakeMore(beside filings: Int) -> Bool { window.mayTakeMore(beside: filings) }

    // MARK: In hand

    /// A file comes that is not in hand.
    /// - Returns: what to do first.
    package mutating func arrived(
        _ evidence: Settling.Evidence, at path: RelativePath, _ now: FoundTime
    ) -> [FileAction] {
        let (machine, actions) = FileMachine.arrived(
            evidence, rules: rules, found: now.date, at: now.instant, after: Submission(lastSubmission),
            relapse: relapses.at(path))
        machines[path] = machine
        count(machine, 1)
        return actions
    }

    /// Moves a file's machine on. A file that can't go for now, as too many others can't, is let go of, and its folder
    /// remembered.
    /// - Returns: what to do for it.
    package mutating func handle(
        _ event: FileEvent, at path: RelativePath, _ now: ContinuousClock.Instant
    ) -> [FileAction] {
        guard var machine = machines.removeValue(forKey: path) else { return [] }
        let before = machine
        let actions = machine.handle(event, at: now)
        machines[path] = machine
        count(before, -1)
        count(machine, 1)
        guard machine.stage != before.stage, let reason = window.deferral(of: machine.stage) else {
            return actions
        }
        deferred.add(reason, in: path.folder, at: now)
        return [.forget]
    }

    /// Lets go of a file's machine.
    package mutating func forget(_ path: RelativePath, at now: ContinuousClock.Instant) {
        guard let machine = machines.removeValue(forKey: path) else { return }
        count(machine, -1)
        relapses.remember(machine.relapse, at: path, now: now)
        lastSubmission = max(lastSubmission, machine.submission.number)
    }

    private mutating func count(_ machine: FileMachine, _ change: Int) {
        window.count(machine.stage, change)
        if let kind = machine.hold?.kind { holds[kind, default: 0] += change }
    }

    /// The paths of files that are held in folders whose permissions have changed.
    package func held(inside folders: Set<RelativePath>) -> [RelativePath] {
        machines.filter { $0.value.hold != nil && folders.contains(anyAbove: $0.key) }.map(\.key)
    }

    /// When the file was found that has waited for the longest time; nil where there is none.
    package var oldest: ContinuousClock.Instant? { machines.values.map(\.found.instant).min() }

    /// The paths of the oldest ones.
    package func oldestPaths(_ most: Int) -> [RelativePath] {
        guard machines.count > most else { return paths }
        return Array(
            machines.sorted { $0.value.found.instant < $1.value.found.instant }.prefix(most).map(\.key))
    }

    // MARK: Relapses

    /// What lies at a path would be sent again, though it is not in hand.
    /// - Returns: how often that was, and until when it waits.
    @discardableResult
    package mutating func relapse(at path: RelativePath, _ now: ContinuousClock.Instant) -> Relapse {
        var relapse = relapses.at(path)
        relapse.add(at: now)
        relapses.remember(relapse, at: path, now: now)
        return relapse
    }

    package func relapse(of path: RelativePath) -> Relapse { relapses.at(path) }

    /// A file was filed: what comes to its path begins with no relapse.
    package mutating func filed(_ path: RelativePath, at now: ContinuousClock.Instant) {
        relapses.remember(Relapse(), at: path, now: now)
    }

    // MARK: Not in hand

    /// Which kinds can't be sent for now has changed, or may have.
    /// - Returns: the folders to read on, with how many files each has that were put off.
    package mutating func block(_ new: BlockedKinds) -> [RelativePath: Int] {
        var folders: [RelativePath: Int] = [:]
        for kind in window.block(new) {
            folders.merge(deferred.take(DeferredFiles.Reason(kind)), uniquingKeysWith: +)
        }
        return folders
    }
}
