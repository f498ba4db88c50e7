package import BitMindAPI

// The planner's state, for reports.
extension RequestPlanner {
    /// Why requests wait.
    package struct Pause: Sendable, Hashable {
        package let reason: RequestGate.PauseReason
        /// Nil while a trial shows whether the pause is over.
        package let until: Instant?
        /// What the server, the library or the kernel reported, if known.
        package let cause: String?
        /// Whether it is over, and requests still grow.
        package let isEnding: Bool

        init(
            _ reason: RequestGate.PauseReason, until: Instant?, cause: String? = nil, isEnding: Bool = false
        ) {
            self.reason = reason
            self.until = until
            self.cause = cause
            self.isEnding = isEnding
        }

        /// Whether its end has come.
        package func isDue(at now: Instant) -> Bool { until.map { $0 <= now } ?? false }
    }

    /// All pauses, of all requests or of some.
    package func pauses(at now: Instant) -> [Pause] {
        let all = [gate.pause(at: now)].compactMap(\.self).map(pause)
        let gone = ending.filter { reason in !all.contains { $0.reason == reason } }
        return all + gone.map { Pause($0, until: nil, isEnding: true) }
            + Endpoint.allCases.compactMap { pause(of: $0, at: now) }
    }

    private func pause(of endpoint: Endpoint, at now: Instant) -> Pause? {
        if let pause = gate.pause(of: endpoint, at: now) { return self.pause(pause) }
        return endpoints.pause(of: endpoint, at: now)
            .map { Pause($0.reason, until: $0.until, cause: $0.cause) }
    }

    private func pause(_ pause: (reason: RequestGate.PauseReason, until: Instant?)) -> Pause {
        Pause(pause.reason, until: pause.until, cause: causes[pause.reason])
    }

    /// A waiting file's position in the queue.
    package struct QueuePosition: Sendable {
        /// The number of files before it.
        package let before: Int
        /// The pause of files of its kind; nil if there is none.
        package let pause: Pause?
        /// For a file that the API fails at alone: the cause, and when it is sent again.
        package var failing: (cause: String, until: Instant)?
    }

    /// The position of each file.
    package func positions(at now: Instant) -> [FileKey: QueuePosition] {
        var positions: [FileKey: QueuePosition] = [:]
        for kind in MediaKind.allCases {
            let pause = pause(of: kind, at: now)
            for (key, before) in queue.positions(of: kind) {
                positions[key] = QueuePosition(before: before, pause: pause)
            }
        }
        for (file, until) in queue.delayedFiles {
            let cause = file.setbacks.cause ?? ""
            positions[file.key] = QueuePosition(before: 0, pause: nil, failing: (cause, until))
        }
        return positions
    }

    /// The kinds that cannot be sent for now while others can: they lack a permission, or their endpoint
    /// fails.
    package func blockedKinds(at now: Instant) -> Set<MediaKind> {
        Set(
            MediaKind.allCases.filter { kind in
                pause(of: kind.endpoint, at: now) != nil
                    && !(settings.batch == .auto && endpoints.works(kind.batchEndpoint)
                        && gate.pause(of: kind.batchEndpoint, at: now) == nil)
            })
    }

    private func pause(of kind: MediaKind, at now: Instant) -> Pause? {
        if let pause = gate.pause(at: now) { return self.pause(pause) }
        let mayShare =
            settings.batch == .auto && queue.nextIsShared(of: kind, bytes: settings.batchBytes)
        let ways = mayShare ? [kind.batchEndpoint, kind.endpoint] : [kind.endpoint]
        let pauses = ways.map { pause(of: $0, at: now) }
        return pauses.contains { $0 == nil } ? nil : pauses.last ?? nil
    }
}
