import LinuxSystem
import WatchCore

// The reports of an inbox, to the journal and for `status`.
extension Inbox {
    /// The largest number of files in a report.
    private static let mostPlaces = 32_768
    private static let reportInterval = Duration.seconds(1)

    // MARK: The journal

    /// Reports once that files have waited unusually long. The report can be repeated once no file has.
    func checkDelay() {
        guard let oldest else {
            reports.isDelayed = false
            return
        }
        let longest = now - oldest
        let isLong = longest >= watch.warnAfter
        if isLong, !reports.isDelayed {
            let event = JournalEvent.delayed(
                delayedFiles, inbox: watch.inbox, limit: watch.warnAfter,
                requests: context.status.requestHoldups)
            if let event { context.journal.record(event) }
        }
        reports.isDelayed = isLong
        // While the state lasts, a check from time to time is enough.
        let wait = isLong ? watch.warnAfter : max(.seconds(1), watch.warnAfter - longest)
        timetable.set(.delay, at: now + wait)
    }

    /// When the file that has waited longest was found; nil if none waits.
    var oldest: ContinuousClock.Instant? { [files.oldest, filings.oldest].compactMap(\.self).min() }

    private var delayedFiles: DelayedFiles {
        let limit = now - watch.warnAfter
        var delayed = DelayedFiles()
        for path in files.paths {
            guard let machine = files[path], machine.found.instant <= limit else { continue }
            delayed.add(FilePlace(machine, path: path, found: machine.found.date(at: moment), nextTry: nil))
        }
        for place in filings.places(foundBefore: limit, at: moment) { delayed.add(place) }
        return delayed
    }

    /// Reports once an entry that is not a regular file, whether found by a scan or an event.
    func reportSpecial(_ path: RelativePath, _ name: String?) {
        guard let name, reports.isNew(path) else { return }
        reports.troubles.add(.special, .init(path, name), at: now)
    }

    /// Reports once a folder whose entries have paths that are too long for the kernel.
    func reportTooDeep(_ path: RelativePath) {
        guard reports.isNew(path.folder) else { return }
        let reason = "the path is longer than \(GroupedNumber(RelativePath.mostBytes)) bytes"
        reports.troubles.add(.tooDeep, .init(path, reason), at: now)
    }

    /// Reports the files and folders that cannot proceed.
    func reportTroubles() {
        let counts = troubleCounts
        for event in reports.troubles.report(at: now, present: { counts[$0] ?? 0 }) {
            context.journal.record(event)
        }
    }

    private var troubleCounts: [TroubleReports.Kind: Int] {
        [
            .unreadable: files.unreadableCount, .unmovable: files.unmovableCount + filings.unmovableCount,
            .unlistable: attendance.attachment?.folders.unlisted.count ?? 0,
        ]
    }

    // MARK: The status

    func updateStatus() {
        let isNews = context.status.update(id, waiting: waitingCount, holdups: holdups)
        if isNews { reportSoon() }
    }

    /// Requests a full report, which costs more; at most once a second.
    func reportSoon() {
        if reports.isDue { return }
        reports.isDue = true
        timetable.set(.report, at: now + Self.reportInterval)
    }

    func report() {
        reports.isDue = false
        let absence = attendance.absence
        var report = InboxReport(
            inbox: watch.inbox,
            destinations: Dictionary(
                uniqueKeysWithValues: watch.folders.map { ($0.role.rawValue, $0.path) }),
            isLost: absence != nil, absence: absence, folders: folderCount, waiting: waitingCount,
            ignored: watch.ignore.map(\.description), isRecursive: watch.recursive,
            unreadable: attendance.attachment?.folders.unlistedPaths ?? [],
            files: (places + filings.places(at: moment))
                .sorted { ($0.found, $0.path.count) < ($1.found, $1.path.count) })
        if files.deferred.count > 0 {
            report.putOff = files.deferred.byFolder.prefix(InboxReports.mostReported)
                .map { FolderPutOff(folder: $0.key, reason: $0.value) }
        }
        context.status.update(id, report: report)
    }

    /// The number of files that wait, or are being filed.
    private var waitingCount: Int {
        max(0, files.count - account.count) + filings.count
            + (attendance.attachment?.folders.backlogCount ?? 0)
    }

    /// The places of the files in hand; if there are very many, of the oldest ones.
    private var places: [FilePlace] {
        files.oldestPaths(Self.mostPlaces).compactMap { path in
            files[path].map { machine in
                FilePlace(
                    machine, path: path, found: machine.found.date(at: moment),
                    nextTry: nextTry(of: machine, at: path))
            }
        }
    }

    /// When a waiting file is looked at again, if known.
    private func nextTry(of machine: FileMachine, at path: RelativePath) -> Timestamp? {
        let isKnown = machine.hold != nil || machine.changes != nil
        let next = machine.awaited?.until ?? (isKnown ? timetable[.file(path)] : nil)
        return next.map { context.time.date.advanced(by: $0 - now) }
    }

    private var holdups: [StatusBoard.Holdup] {
        let lost =
            attendance.outage.map { [StatusBoard.Holdup(.inboxLost, $0.holdup(of: watch.inbox))] } ?? []
        return lost + placeHoldups + troubleHoldups
    }

    private var placeHoldups: [StatusBoard.Holdup] {
        let all = filings.blockedPlaces
        let folders = all.filter { !$0.folder.isRoot }
        let more = folders.count > 1 ? " and \(GroupedNumber(folders.count - 1)) more folders" : ""
        return all.filter(\.folder.isRoot).map { holdup(of: $0) }
            + folders.prefix(1).map { holdup(of: $0, more) }
    }

    private func holdup(of place: DestinationPlace, _ more: String = "") -> StatusBoard.Holdup {
        StatusBoard.Holdup(
            .destinationUnavailable, "cannot file to \(DisplayName(folderPath(of: place)).escaped)\(more)")
    }

    private var troubleHoldups: [StatusBoard.Holdup] {
        let words: [(TroubleReports.Kind, one: String, many: String)] = [
            (.unreadable, "file cannot be read", "files cannot be read"),
            (.unmovable, "file cannot be moved", "files cannot be moved"),
            (.unlistable, "folder cannot be listed", "folders cannot be listed"),
        ]
        let counts = troubleCounts
        return words.compactMap { kind, one, many in
            guard let count = counts[kind], count > 0 else { return nil }
            return StatusBoard.Holdup(nil, "\(GroupedNumber(count)) \(count == 1 ? one : many)")
        }
    }

    /// An absolute path.
    func folderPath(of place: DestinationPlace) -> [UInt8] {
        let path = Array((destinations[place.role]?.path ?? place.role.rawValue).utf8)
        return place.folder.isRoot ? path : path + [UInt8(ascii: "/")] + place.folder.bytes
    }
}
