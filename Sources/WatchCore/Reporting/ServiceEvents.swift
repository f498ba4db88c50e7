package import BitMindAPI

// MARK: - The entries of states, logged when they begin and when they end

/// Why all folders of an inbox are scanned again.
package enum RescanReason: String, Sendable, CaseIterable {
    /// The kernel's event queue, or the service's own, was full.
    case overflow
    case interval
    /// The inbox did not exist for a while.
    case recovery
}

extension JournalEvent {
    /// - Parameters:
    ///   - inboxes: the absolute paths of the inboxes.
    package static func started(version: String, configuration: String, inboxes: [String]) -> JournalEvent {
        let names = inboxes.map { DisplayName($0.utf8).escaped }.joined(separator: ", ")
        return JournalEvent(
            .started,
            "bitmind-watch \(version) started with \(DisplayName(configuration.utf8).escaped): \(names)")
    }

    package static func ready(inboxes: Int, folders: Int, waiting: Int) -> JournalEvent {
        JournalEvent(
            .ready,
            "ready: \(count(inboxes, "inbox", "inboxes")) with \(count(folders, "folder", "folders")) watched, "
                + "\(count(waiting, "file", "files")) waiting")
    }

    /// - Parameter errors: one per line.
    package static func reloadRefused(_ errors: String) -> JournalEvent {
        let lines = errors.split(separator: "\n").joined(separator: "; ")
        return JournalEvent(
            .reloadRefused, "the new configuration is wrong, the old one stays in use: \(lines)",
            fields: [.error(errors)])
    }

    package static func stopping() -> JournalEvent {
        JournalEvent(
            .stopping, "stopping: no new requests, uploads in flight get 20 s, other files stay in the inbox"
        )
    }

    package static func stopped(_ status: ServiceStatus) -> JournalEvent {
        JournalEvent(
            .stopped,
            "stopped: \(GroupedNumber(status.ai + status.human)) filed, \(GroupedNumber(status.failed)) failed, "
                + "\(GroupedNumber(status.waiting)) left in the inbox")
    }

    package static func rescan(_ inbox: String, _ reason: RescanReason) -> JournalEvent {
        switch reason {
        case .overflow:
            JournalEvent(
                .rescan,
                "events of \(DisplayName(inbox.utf8).escaped) were lost: the event queue was full "
                    + "(fs.inotify.max_queued_events); all its folders are scanned again",
                fields: [.error("overflow")])
        case .recovery:
            JournalEvent(
                .rescan,
                "scanning all folders of \(DisplayName(inbox.utf8).escaped): it is available again",
                fields: [.error("recovery")])
        case .interval:
            JournalEvent(
                .rescan, "scanning all folders of \(DisplayName(inbox.utf8).escaped)",
                fields: [.error("interval")], level: .debug)
        }
    }

    /// Files have waited long.
    /// - Parameters:
    ///   - limit: the wait after which a file is included.
    ///   - requests: what holds up requests, in words.
    /// - Returns: nil if there are no such files.
    package static func delayed(
        _ files: DelayedFiles, inbox: String, limit: Duration, requests: [String]
    ) -> JournalEvent? {
        guard let oldest = files.oldest else { return nil }
        let reasons = files.reasons(requests: requests)
        return JournalEvent(
            .delayed,
            "\(count(files.count, "file", "files")) in \(DisplayName(inbox.utf8).escaped) "
                + "\(files.count == 1 ? "has" : "have") waited longer than \(DurationText.rough(limit)): \(reasons). "
                + "The oldest is \(DisplayName(oldest.path.bytes).escaped), found at \(oldest.found.timeOfDay) UTC",
            fields: [.file(oldest.path), .error(reasons)])
    }

    package static func inboxLost(_ inbox: String, _ reason: String) -> JournalEvent {
        JournalEvent(
            .inboxLost,
            "the inbox \(DisplayName(inbox.utf8).escaped) is unavailable: \(reason); it is watched again as soon as "
                + "it is available, other inboxes go on",
            fields: [.error(reason)])
    }

    package static func inboxLocked(_ reason: InboxLocked) -> JournalEvent {
        JournalEvent(
            .inboxLost, "\(reason); this service takes over when the other one ends, other inboxes go on",
            fields: [.error("\(reason)")])
    }

    package static func inboxBack(_ inbox: String) -> JournalEvent {
        JournalEvent(.inboxBack, "the inbox \(DisplayName(inbox.utf8).escaped) is available again")
    }

    package static func destinationUnavailable(
        _ role: DestinationRole, path: String, _ reason: String
    ) -> JournalEvent {
        JournalEvent(
            .destinationUnavailable,
            "cannot file to \(DisplayName(path.utf8).escaped): \(reason); its files stay in the inbox until "
                + "the folder can be written to",
            fields: [.destination(Array(path.utf8)), .error(reason)])
    }

    package static func destinationAvailable(_ role: DestinationRole, path: String) -> JournalEvent {
        JournalEvent(
            .destinationAvailable, "filing to \(DisplayName(path.utf8).escaped) works again",
            fields: [.destination(Array(path.utf8))])
    }

    /// A file cannot be put into its place, although its destination can be written to.
    /// - Parameters:
    ///   - file: the first file that waits for the place.
    ///   - folder: the absolute path of the folder that is the cause.
    package static func placeUnavailable(
        _ file: RelativePath, folder: [UInt8], _ reason: String
    ) -> JournalEvent {
        JournalEvent(
            .destinationUnavailable,
            "cannot file \(DisplayName(file.bytes).escaped) to \(DisplayName(folder).escaped): \(reason); files for "
                + "this folder stay in the inbox and are retried, other files go on. Check that the service's user "
                + "may write to the folder, and that its disk has free space",
            fields: [.file(file), .destination(folder), .error(reason)])
    }

    /// The state that `placeUnavailable` reported is over.
    /// - Parameter isFiled: whether its last file was filed; otherwise the file is gone, or goes elsewhere.
    package static func placeAvailable(folder: [UInt8], isFiled: Bool) -> JournalEvent {
        let name = DisplayName(folder).escaped
        return JournalEvent(
            .destinationAvailable,
            isFiled ? "filing to \(name) works again" : "no file waits for \(name) now",
            fields: [.destination(folder)])
    }

    /// - Parameters:
    ///   - needed: the number of folders to watch.
    ///   - unwatched: the number of them that are not watched; 0 when all are watched again.
    package static func watchLimit(_ inbox: String, needed: Int, allowed: Int?, unwatched: Int)
        -> JournalEvent
    {
        let name = DisplayName(inbox.utf8).escaped
        if unwatched == 0 {
            return JournalEvent(.watchLimit, "all folders of \(name) are watched again", level: .notice)
        }
        let limit = allowed.map { " of \(GroupedNumber($0))" } ?? ""
        return JournalEvent(
            .watchLimit,
            "\(GroupedNumber(unwatched)) of the \(GroupedNumber(needed)) folders of \(name) are not watched: the "
                + "limit\(limit) for fs.inotify.max_user_watches is too low; the service scans these folders every "
                + "5 s. Raise the limit with sysctl"
        )
    }

    /// No folder of an inbox can be watched.
    /// - Parameter allowed: the largest number of inboxes that one user may watch, if known.
    package static func instanceLimit(_ inbox: String, allowed: Int?) -> JournalEvent {
        let limit = allowed.map { " of \(GroupedNumber($0))" } ?? ""
        return JournalEvent(
            .watchLimit,
            "\(DisplayName(inbox.utf8).escaped) is not watched: the limit\(limit) for "
                + "fs.inotify.max_user_instances is reached; the service scans its folders every 5 s. Raise the "
                + "limit with sysctl, then restart the service"
        )
    }

    package static func unreadableFolder(_ path: RelativePath, reason: String) -> JournalEvent {
        JournalEvent(
            .unreadable,
            "cannot read the folder \(DisplayName(path.bytes).escaped): \(reason); its files wait until the "
                + "service may read it",
            fields: [.file(path), .error(reason)])
    }

    /// - Parameter use: the other use of the folder.
    package static func usedFolder(_ path: RelativePath, inbox: String, use: String) -> JournalEvent {
        JournalEvent(
            .skipped,
            "skipped the folder \(DisplayName(path.bytes).escaped) of \(DisplayName(inbox.utf8).escaped), with "
                + "everything in it: it is \(use), by a symbolic link or a mount; use separate folders, none inside "
                + "another",
            fields: [.file(path), .error(use)], level: .error)
    }

    private static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(GroupedNumber(number)) \(number == 1 ? one : many)"
    }
}

// MARK: - The states of the gate

extension JournalEvent {
    /// The entry for a report of the planner; nil if it needs no entry.
    /// - Parameters:
    ///   - now, date: the same moment, by both clocks.
    package static func planner(
        _ report: PlannerReport, at now: ContinuousClock.Instant, date: Timestamp
    ) -> JournalEvent? {
        switch report {
        case .gate(let change, let cause): return gate(change, at: now, date: date, cause: cause)
        case .cause(let reason, let cause, let until):
            return gate(.paused(reason, until: until), at: now, date: date, cause: cause)
        case .failing(let file, let cause, let giveUp):
            let end = giveUp > .zero ? ", and goes to failed/ after \(DurationText.rough(giveUp))" : ""
            return JournalEvent(
                .delayed,
                "the API fails for \(DisplayName(file.path.bytes).escaped), but not for other files: \(cause); "
                    + "the file is retried alone, at growing intervals\(end)",
                fields: [.file(file.path), .error(cause)])
        }
    }

    /// The entry for a change in what holds up requests; nil if it needs none.
    /// - Parameters:
    ///   - now, date: the same moment, by both clocks.
    ///   - cause: what the server, the library or the kernel reported.
    package static func gate(
        _ change: GateChange, at now: ContinuousClock.Instant, date: Timestamp, cause: String? = nil
    ) -> JournalEvent? {
        switch change {
        case .paused(let reason, let until):
            reason.begun(until: until.map { date.advanced(by: $0 - now) }, cause: cause)
        case .resumed(let reason): reason.ended
        case .askStatus: nil
        }
    }
}

extension RequestGate.PauseReason {
    /// For `STATUS=`: `rate-limited until 19:42:10: ` and the cause.
    /// - Parameters:
    ///   - until: nil while a trial shows whether it is over.
    ///   - isDue: whether that time has passed, and no file waits that could show whether it is over.
    ///   - isEnding: whether it is over, and requests still grow.
    ///   - cause: what the server, the library or the kernel reported; nil if not known.
    package func text(
        until: Timestamp?, isDue: Bool = false, isEnding: Bool = false, cause: String? = nil
    ) -> String {
        let what =
            switch self {
            case .rateLimited: "rate-limited"
            case .credentialsRefused: "credentials refused"
            case .serviceDown: "the API is unavailable"
            case .forbidden(let endpoint): "\(endpoint.path) refused"
            case .permissionMissing(let endpoint): "no permission for \(endpoint.path)"
            case .endpointFailing(let endpoint): "\(endpoint.path) fails"
            case .endpointResting(let endpoint): "\(endpoint.path) paused"
            case .hourlyBudget: "limited by requests_per_hour"
            }
        if isEnding { return "\(what): it answers again, the number of requests grows step by step" }
        let why = cause.map { ": \($0)" } ?? ""
        if isDue { return "\(what), retried with the next file\(why)" }
        return (until.map { "\(what) until \($0.timeOfDay)" } ?? "\(what), retrying") + why
    }

    /// Whether it ends after a time without any other change, because the API has requested a pause.
    package var endsByItself: Bool {
        switch self {
        case .rateLimited, .forbidden, .hourlyBudget: true
        case .credentialsRefused, .serviceDown, .permissionMissing, .endpointFailing, .endpointResting: false
        }
    }

    /// The name in the metrics; nil if it is not a state.
    package var name: PauseName? {
        switch self {
        case .rateLimited: .rateLimited
        case .credentialsRefused: .credentialsRefused
        case .serviceDown: .apiUnavailable
        case .forbidden, .permissionMissing: .permissionMissing
        case .endpointFailing, .endpointResting: .endpointResting
        case .hourlyBudget: nil
        }
    }

    fileprivate func begun(until: Timestamp?, cause: String?) -> JournalEvent? {
        guard
            let (kind, message) = news(
                why: cause.map { ": \($0)" } ?? "",
                next: until.map { ", next try at \($0.timeOfDay) UTC" } ?? "")
        else { return nil }
        return JournalEvent(kind, message, fields: cause.map { [.error($0)] } ?? [])
    }

    /// The entry when it begins; nil if there is none.
    private func news(why: String, next: String) -> (EventKind, String)? {
        switch self {
        case .rateLimited:
            return (.rateLimited, "the API limits the rate, all requests pause\(why)\(next)")
        case .credentialsRefused:
            return (
                .credentialsRefused,
                "the API refused the credentials, or there are none\(why); files stay in the inbox\(next). Store "
                    + "valid credentials, or ask BitMind whether the account is active"
            )
        case .serviceDown:
            return (.apiUnavailable, "the API is unavailable\(why); files stay in the inbox\(next)")
        case .forbidden(let endpoint):
            return (
                .permissionMissing,
                "the API refused \(endpoint.path)\(why); files that need it stay in the inbox\(next). Ask "
                    + "BitMind whether the account may use it"
            )
        case .permissionMissing(let endpoint):
            return (
                .permissionMissing,
                "the account has no permission for \(endpoint.path)\(why); \(Self.effect(ofMissing: endpoint)). "
                    + "Ask BitMind for the permission"
            )
        case .endpointFailing(let endpoint):
            return (
                .endpointResting,
                "\(endpoint.path) fails while other endpoints work\(why); its files stay in the inbox\(next)"
            )
        case .endpointResting(let endpoint):
            return (
                .endpointResting,
                "\(endpoint.path) fails while single files work\(why); it is paused, its files are sent one by "
                    + "one\(next). Check whether a proxy or a firewall limits large requests"
            )
        case .hourlyBudget:
            return nil
        }
    }

    /// The files of a batch are sent one by one instead.
    private static func effect(ofMissing endpoint: Endpoint) -> String {
        let isBatch = [Endpoint.batchImage, .batchVideo].contains(endpoint)
        return isBatch ? "files are sent one by one" : "files that need it stay in the inbox"
    }

    fileprivate var ended: JournalEvent? {
        switch self {
        case .hourlyBudget: nil
        case .rateLimited: JournalEvent(.rateLimited, "the rate limit is over, requests resume")
        case .credentialsRefused: JournalEvent(.apiAvailable, "the API accepts the credentials")
        case .serviceDown: JournalEvent(.apiAvailable, "the API is available again")
        case .forbidden(let endpoint):
            JournalEvent(.permissionMissing, "the API accepts \(endpoint.path) again", level: .notice)
        case .endpointFailing(let endpoint), .endpointResting(let endpoint):
            JournalEvent(.endpointResting, "\(endpoint.path) works again", level: .notice)
        case .permissionMissing(let endpoint):
            JournalEvent(
                .permissionMissing, "the account has permission for \(endpoint.path) now", level: .notice)
        }
    }
}

extension Timestamp {
    /// Hours, minutes and seconds, UTC: `19:42:10`.
    package var timeOfDay: String {
        String(description.dropFirst(11).prefix(8))
    }
}
