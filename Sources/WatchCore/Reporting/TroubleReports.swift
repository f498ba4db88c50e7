/// The files and folders of an inbox that cannot proceed: a few are reported one by one, many in one entry
/// with their number and the first names.
package struct TroubleReports: Sendable {
    /// What is wrong with a file or a folder, apart from the cause.
    package enum Kind: Int, Sendable, CaseIterable {
        case unreadable
        case unmovable
        /// An entry that is not a regular file.
        case special
        /// A folder that cannot be listed.
        case unlistable
        /// An entry whose path is too long for the kernel.
        case tooDeep
    }

    /// One file or folder, and the cause.
    package struct Trouble: Sendable, Equatable {
        package var path: RelativePath
        package var reason: String

        package init(_ path: RelativePath, _ reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    private struct Group: Sendable {
        /// The first of the unreported ones, and their number.
        var new: [Trouble] = []
        var newCount = 0
        /// The names in the last entry.
        var named: [Trouble] = []
        var due: ContinuousClock.Instant?
        var interval = TroubleReports.firstInterval
        var repetition = TroubleReports.repetition
        var lastReport: ContinuousClock.Instant?
    }

    private var groups: [Kind: Group] = [:]

    /// The largest number of a kind that are reported one by one.
    package static let mostAlone = 10
    /// How long to collect others for a shared entry. The time doubles with each entry, and so does the time
    /// until an entry is repeated.
    package static let firstInterval = Duration.seconds(1)
    /// The shortest time until an entry is repeated, and the longest until new ones are reported.
    package static let repetition = Duration.seconds(600)
    package static let mostInterval = Duration.seconds(86_400)

    package init() {}

    /// When the next report is due; nil if there is none.
    package var due: ContinuousClock.Instant? { groups.values.compactMap(\.due).min() }

    /// Adds a file or folder that was not reported yet.
    package mutating func add(_ kind: Kind, _ trouble: Trouble, at now: ContinuousClock.Instant) {
        var group = groups[kind] ?? Group()
        if group.due == nil, let last = group.lastReport, now - last > Self.repetition { group = Group() }
        if group.new.count < Self.mostAlone { group.new.append(trouble) }
        group.newCount += 1
        let soon = now + min(group.interval, Self.repetition)
        group.due = min(group.due ?? soon, soon)
        groups[kind] = group
    }

    /// Removes and returns what to report now.
    /// - Parameter present: the current number of files and folders of a kind. While there are many, the
    ///   entry is repeated.
    package mutating func report(
        at now: ContinuousClock.Instant, present: (Kind) -> Int
    ) -> [JournalEvent] {
        Kind.allCases.flatMap { kind in
            guard let group = groups[kind], let due = group.due, due <= now else { return [JournalEvent]() }
            return report(kind, group, count: present(kind), at: now)
        }
    }

    private mutating func report(
        _ kind: Kind, _ group: Group, count: Int, at now: ContinuousClock.Instant
    ) -> [JournalEvent] {
        let isRepeated = count > Self.mostAlone
        guard group.newCount > 0 || isRepeated else {
            groups[kind] = nil
            return []
        }
        var next = group
        next.named = group.newCount > 0 ? group.new : group.named
        (next.new, next.newCount) = ([], 0)
        next.interval = min(group.interval * 2, Self.mostInterval)
        next.due = isRepeated ? now + group.repetition : nil
        if isRepeated { next.repetition = min(group.repetition * 2, Self.mostInterval) }
        next.lastReport = now
        groups[kind] = next
        if 1...Self.mostAlone ~= group.newCount { return group.new.map { .trouble(kind, $0) } }
        return [.troubles(kind, next.named, count: max(count, group.newCount))]
    }
}

extension JournalEvent {
    /// The entry for one file or folder.
    static func trouble(_ kind: TroubleReports.Kind, _ trouble: TroubleReports.Trouble) -> JournalEvent {
        let name = beginning(of: trouble.path)
        let reason = trouble.reason
        let fields: [Field] = [.file(trouble.path), .error(reason)]
        switch kind {
        case .unreadable:
            return JournalEvent(
                .unreadable,
                "cannot read \(name): \(reason); it stays in the inbox until the service may read it",
                fields: fields)
        case .unmovable:
            return JournalEvent(
                .unmovable,
                "cannot move \(name) out of the inbox: \(reason); the file stays there until it can be moved",
                fields: fields)
        case .special:
            return JournalEvent(
                .skipped, "skipped \(name): it is \(reason), not a regular file", fields: fields)
        case .unlistable:
            return .unreadableFolder(trouble.path, reason: reason)
        case .tooDeep:
            return JournalEvent(
                .skipped,
                "skipped \(name), with everything in it: \(reason); give its folders shorter names",
                fields: [.error(reason)])
        }
    }

    /// The entry for many files or folders.
    /// - Parameters:
    ///   - first: the first of them; not empty.
    ///   - count: their number.
    static func troubles(
        _ kind: TroubleReports.Kind, _ first: [TroubleReports.Trouble], count: Int
    ) -> JournalEvent {
        let number = GroupedNumber(count)
        let shown = first.prefix(3).map { beginning(of: $0.path) }
        let more = count > shown.count ? " and \(GroupedNumber(count - shown.count)) more" : ""
        let names = shown.joined(separator: ", ") + more
        let reason = first.first?.reason ?? ""
        let fields: [Field] = (first.first.map { [.file($0.path)] } ?? []) + [.error(reason)]
        switch kind {
        case .unreadable:
            return JournalEvent(
                .unreadable,
                "cannot read \(number) files (\(names)): \(reason); they stay in the inbox until the service may "
                    + "read them", fields: fields)
        case .unmovable:
            return JournalEvent(
                .unmovable,
                "cannot move \(number) files out of the inbox (\(names)): \(reason); they stay there until they "
                    + "can be moved", fields: fields)
        case .special:
            return JournalEvent(
                .skipped,
                "skipped \(number) entries (\(names)): they are not regular files; the first is \(reason)",
                fields: fields)
        case .unlistable:
            return JournalEvent(
                .unreadable,
                "cannot read \(number) folders (\(names)): \(reason); their files wait until the service may read "
                    + "them", fields: fields)
        case .tooDeep:
            return JournalEvent(
                .skipped,
                "skipped \(number) entries (\(names)): \(reason); give their folders shorter names",
                fields: [.error(reason)])
        }
    }

    /// A path for people; only the beginning of a very long one.
    private static func beginning(of path: RelativePath) -> String {
        let most = 300
        return DisplayName(Array(path.bytes.prefix(most))).escaped + (path.bytes.count > most ? "…" : "")
    }
}
