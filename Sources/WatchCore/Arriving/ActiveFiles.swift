import BitMindAPI

/// The undecided files of an inbox: those in hand, each with its machine, and those that are put off.
package struct ActiveFiles: Sendable {
    private var machines: [RelativePath: FileMachine] = [:]
    private var window = InboxWindow()
    private var holds: [Hold.Kind: Int] = [:]
    /// How often files that are no longer in hand came back to an upload.
    private var relapses = Relapses()
    /// The last submission number of an ended machine. A later machine for the same path begins after it.
    private var lastSubmission: UInt64 = 0
    /// Files that are put off because they cannot proceed for now.
    package var deferred = DeferredFiles()
    private let rules: SettlingRules

    package init(_ rules: SettlingRules) { self.rules = rules }

    package subscript(path: RelativePath) -> FileMachine? { machines[path] }
    package var paths: [RelativePath] { Array(machines.keys) }
    package var isEmpty: Bool { machines.isEmpty }
    /// The number of files in hand.
    package var handCount: Int { machines.count }
    /// The number of files, including those put off.
    package var count: Int { machines.count + deferred.count }
    /// The number of files that proceed without waiting for a change from outside.
    package var activeCount: Int { window.active }
    package var unreadableCount: Int { holds[.unreadable, default: 0] }
    package var unmovableCount: Int { holds[.unmovable, default: 0] }

    /// Whether more files may be taken in hand.
    /// - Parameter filings: the number of decided files that are being filed, or wait to be filed.
    package func mayTakeMore(beside filings: Int) -> Bool { window.mayTakeMore(beside: filings) }

    // MARK: In hand

    /// A file arrives that is not in hand.
    /// - Returns: the first actions for it.
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

    /// Passes an event to a file's machine. If the file cannot proceed for now, and too many others cannot
    /// either, its machine is dropped and the file is put off.
    /// - Returns: the actions for the file.
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

    /// Drops a file's machine.
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

    /// The paths of held files in folders whose permissions have changed.
    package func held(inside folders: Set<RelativePath>) -> [RelativePath] {
        machines.filter { $0.value.hold != nil && folders.contains(anyAbove: $0.key) }.map(\.key)
    }

    /// When the file that has waited longest was found; nil if no file is in hand.
    package var oldest: ContinuousClock.Instant? { machines.values.map(\.found.instant).min() }

    /// The paths of the oldest files in hand.
    package func oldestPaths(_ most: Int) -> [RelativePath] {
        guard machines.count > most else { return paths }
        return Array(
            machines.sorted { $0.value.found.instant < $1.value.found.instant }.prefix(most).map(\.key))
    }

    // MARK: Relapses

    /// A file that is not in hand would be sent again.
    /// - Returns: the number of relapses of its path, and the end of its wait.
    @discardableResult
    package mutating func relapse(at path: RelativePath, _ now: ContinuousClock.Instant) -> Relapse {
        var relapse = relapses.at(path)
        relapse.add(at: now)
        relapses.remember(relapse, at: path, now: now)
        return relapse
    }

    package func relapse(of path: RelativePath) -> Relapse { relapses.at(path) }

    /// A file was filed. The next file at its path begins without relapses.
    package mutating func filed(_ path: RelativePath, at now: ContinuousClock.Instant) {
        relapses.remember(Relapse(), at: path, now: now)
    }

    // MARK: Not in hand

    /// The kinds that cannot be sent for now may have changed.
    /// - Returns: the folders to scan further, each with its number of files that were put off.
    package mutating func block(_ new: BlockedKinds) -> [RelativePath: Int] {
        var folders: [RelativePath: Int] = [:]
        for kind in window.block(new) {
            folders.merge(deferred.take(DeferredFiles.Reason(kind)), uniquingKeysWith: +)
        }
        return folders
    }
}
