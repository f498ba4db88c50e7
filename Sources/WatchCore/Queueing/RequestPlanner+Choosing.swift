import BitMindAPI

// Chooses the next request.
extension RequestPlanner {
    mutating func choose(at now: Instant) -> Assignment? {
        let resting = resting.values.reduce(into: Set()) { $0.formUnion($1) }
        let isProbing = isDown(at: now)
        switch pace.turn(inFlight: growing.count, isProbe: isProbing, at: now) {
        case .now: break
        case .at(let instant):
            if !queue.isEmpty { ask(by: instant) }
            return nil
        case .later: return nil
        }
        if isProbing { return probe(except: resting, at: now) }
        let waiting = queue.inboxes.subtracting(resting)
        let served = shares.served(waiting: waiting, slots: settings.concurrency)
        if let assignment = choose(except: resting.union(served), at: now) { return assignment }
        // Slots that the others cannot use, for example without a permission, are free for all.
        return served.isEmpty ? nil : choose(except: resting, at: now)
    }

    /// Whether all requests wait, and single files test whether the service works again.
    func isDown(at now: Instant) -> Bool { gate.pause(at: now)?.reason == .serviceDown }

    private mutating func choose(except barred: Set<InboxID>, at now: Instant) -> Assignment? {
        let waiting = MediaKind.allCases.filter { queue.count(of: $0, except: barred) > 0 }
        let kinds = kindsInTurn(waiting, at: now)
        if let turn = failingTurn, now >= turn, let assignment = failing(kinds, except: barred, at: now) {
            return assignment
        }
        for kind in kinds {
            // A part of a refused batch may have to wait because its endpoint is refused. Other files may
            // then use the other endpoint.
            if queue.hasParts(of: kind), let assignment = part(kind, at: now) { return assignment }
            let passesParts = queue.hasParts(of: kind)
            for standing in standings(of: kind) where queue.hasFiles(of: kind, standing, except: barred) {
                let choice = Choice(kind: kind, standing: standing, passesParts: passesParts)
                if let assignment = lane(choice, except: barred, at: now) { return assignment }
            }
        }
        return failing(kinds, except: barred, at: now)
    }

    /// A kind that cannot be sent for now takes no slots, and is tried last. While requests grow there are
    /// fewer slots.
    private func kindsInTurn(_ waiting: [MediaKind], at now: Instant) -> [MediaKind] {
        let blocked = blockedKinds(at: now)
        let slots = gate.pause(at: now) == nil ? pace.most(of: settings.concurrency) : 1
        let open = turns.order(
            waiting: waiting.filter { !blocked.contains($0) }, videosInFlight: inFlight[.video, default: 0],
            slots: slots)
        return open + waiting.filter(blocked.contains)
    }

    /// A file that the API fails at alone. One is sent at a time, because its request may take as long as a
    /// time-out, and only if no other file can be sent, or if it has waited long.
    private mutating func failing(
        _ kinds: [MediaKind], except barred: Set<InboxID>, at now: Instant
    ) -> Assignment? {
        guard failingInFlight == 0 else { return nil }
        for kind in kinds where queue.hasFiles(of: kind, .failing, except: barred) {
            let choice = Choice(kind: kind, standing: .failing, passesParts: queue.hasParts(of: kind))
            if let assignment = lane(choice, except: barred, at: now) { return assignment }
        }
        return nil
    }

    /// What to take from the queue.
    private struct Choice {
        let kind: MediaKind
        let standing: Standing
        let passesParts: Bool
    }

    /// Files that have failed for an unknown reason, and files that have not, in turn.
    private func standings(of kind: MediaKind) -> [Standing] {
        // If the pace may be too fast, a refusal of a file that has failed gives no evidence.
        lastWasTried.contains(kind) || !pace.isTrusted ? [.fresh, .tried] : [.tried, .fresh]
    }

    /// A part of a refused batch.
    private mutating func part(_ kind: MediaKind, at now: Instant) -> Assignment? {
        let isShared = settings.batch == .auto && queue.nextIsShared(of: kind, bytes: settings.batchBytes)
        var options: [Option] = []
        if isShared {
            switch batching(kind, at: now) {
            case .most(let most): options.append(Option(kind.batchEndpoint, most: most))
            case .trial(let most): options.append(Option(kind.batchEndpoint, most: most, isTrial: true))
            case .wait(let until):
                ask(by: until)
                return nil
            case .no: break
            }
        }
        // A file that a batch endpoint has refused is refused alone, too. A single endpoint that has accepted
        // nothing yet could not show what the cause is.
        let isRefused = queue.lonePart(of: kind)?.setbacks.isRefused ?? false
        if isRefused, !endpoints.hasAccepted(kind.endpoint), mayReplaceSingle(kind),
            !endpoints.refusesMuch(kind.batchEndpoint)
        {
            options.append(Option(kind.batchEndpoint))
        }
        options.append(Option(kind.endpoint))
        for option in options {
            guard let permit = admit(option, isFirst: false, at: now) else { continue }
            let files = queue.take(kind, most: option.most, bytes: settings.batchBytes)
            return assignment(files, permit, option, at: now)
        }
        return nil
    }

    private mutating func lane(
        _ choice: Choice, except barred: Set<InboxID>, at now: Instant
    ) -> Assignment? {
        let portion = portion(choice.kind, except: barred, at: now)
        let isShared =
            settings.batch == .auto && choice.standing != .failing
            && queue.nextIsShared(
                of: choice.kind, bytes: portion, except: barred, passesParts: choice.passesParts,
                standing: choice.standing)
        for option in options(choice, isShared: isShared, at: now) {
            guard let permit = admit(option, isFirst: choice.standing == .fresh, at: now) else { continue }
            let files = queue.take(
                choice.kind, most: option.most, bytes: portion, except: barred,
                passesParts: choice.passesParts, standing: choice.standing)
            guard let assignment = assignment(files, permit, option, at: now) else { continue }
            if choice.standing == .tried {
                lastWasTried.insert(choice.kind)
            } else {
                lastWasTried.remove(choice.kind)
            }
            return assignment
        }
        return nil
    }

    /// The largest number of bytes for the next request of a kind, if files may share one.
    private func portion(_ kind: MediaKind, except barred: Set<InboxID>, at now: Instant) -> Int64 {
        link.portion(
            waiting: queue.bytes(of: kind, except: barred), slots: settings.concurrency,
            isScarce: link.isScarce(requestsPerHour: settings.requestsPerHour, at: now),
            limit: settings.batchBytes, at: now)
    }

    /// A possible endpoint for a request.
    private struct Option {
        let endpoint: Endpoint
        let most: Int
        let isTrial: Bool

        init(_ endpoint: Endpoint, most: Int = 1, isTrial: Bool = false) {
            self.endpoint = endpoint
            self.most = most
            self.isTrial = isTrial
        }
    }

    /// The best first: if a batch may not be sent for now, single files may.
    private mutating func options(
        _ choice: Choice, isShared: Bool, at now: Instant
    ) -> [Option] {
        let kind = choice.kind
        var options: [Option] = []
        if isShared {
            switch batching(kind, at: now) {
            case .most(let allowed): options.append(Option(kind.batchEndpoint, most: allowed))
            case .trial(let allowed):
                options.append(Option(kind.batchEndpoint, most: allowed, isTrial: true))
            case .wait(let until):
                ask(by: until)
                return []
            case .no: break
            }
        }
        // If single files could not be sent for a part of a refused batch, they cannot be sent now.
        if choice.passesParts, choice.standing != .failing { return options }
        options.append(Option(kind.endpoint))
        if !isShared, choice.standing != .failing, canReplaceSingle(kind) {
            options.append(Option(kind.batchEndpoint))
        }
        return options
    }

    private func batching(_ kind: MediaKind, at now: Instant) -> EndpointStates.Batching {
        endpoints.batching(kind, waiting: queue.count(of: kind), at: now)
    }

    /// Whether a single file may be sent as a batch of one: the single endpoint fails, and the batch endpoint
    /// works.
    private func canReplaceSingle(_ kind: MediaKind) -> Bool {
        endpoints.isFailing(kind.endpoint) && mayReplaceSingle(kind)
    }

    private func mayReplaceSingle(_ kind: MediaKind) -> Bool {
        settings.batch == .auto && endpoints.works(kind.batchEndpoint)
    }

    private mutating func admit(_ option: Option, isFirst: Bool, at now: Instant) -> RequestGate.Permit? {
        guard let due = endpoints.due(option.endpoint, isFirst: isFirst, at: now) else { return nil }
        if now < due {
            ask(by: due)
            return nil
        }
        switch gate.admit(option.endpoint, at: now, isFirst: isFirst) {
        case .go(let permit): return permit
        case .wait(let until, _):
            ask(by: until)
            return nil
        }
    }

    private mutating func assignment(
        _ files: [Candidate], _ permit: RequestGate.Permit, _ option: Option, at now: Instant
    ) -> Assignment? {
        guard let first = files.first else {
            _ = gate.record(.abandoned, for: permit, at: now, random: 0)
            return nil
        }
        turns.went(first.kind)
        endpoints.began(permit, isTrial: option.isTrial, at: now)
        return Assignment(candidates: files, permit: permit)
    }
}

// MARK: - While the API is down

extension RequestPlanner {
    /// A single file on its single endpoint. The kinds take turns. The file that failed last is chosen only
    /// if there is no other.
    private mutating func probe(except barred: Set<InboxID>, at now: Instant) -> Assignment? {
        let kinds = MediaKind.allCases.filter { queue.count(of: $0, except: barred) > 0 }
        let inTurn = kinds.filter { $0 != outage.lastKind } + kinds.filter { $0 == outage.lastKind }
        for kind in inTurn {
            let last = kinds.count > 1 ? nil : outage.lastFile
            guard let file = queue.probe(kind, except: barred, notFirst: last) else { continue }
            let option = Option(probeEndpoint(kind))
            guard let permit = admit(option, isFirst: file.setbacks.failures == 0, at: now) else {
                // If the hold stops the kind, and not its endpoint, the kind keeps its turn.
                if isHeldAlone(option.endpoint, at: now) { return nil }
                continue
            }
            let files = queue.takeProbe(kind, except: barred, notFirst: last).map { [$0] } ?? []
            return assignment(files, permit, option, at: now)
        }
        return nil
    }

    /// Whether only the service's outage stops an endpoint, and no state of its own.
    private func isHeldAlone(_ endpoint: Endpoint, at now: Instant) -> Bool {
        gate.pause(of: endpoint, at: now) == nil && !endpoints.isFailing(endpoint)
    }

    /// The single endpoint, unless it fails each time and there is no evidence against batches.
    private func probeEndpoint(_ kind: MediaKind) -> Endpoint {
        let failures = outage.counts[kind.endpoint]?.failures ?? 0
        let isSuspect = failures > (endpoints.hasAccepted(kind.endpoint) ? 2 : 0)
        let isBatchUsable =
            settings.batch == .auto && endpoints.works(kind.batchEndpoint)
            && outage.counts[kind.batchEndpoint] == nil
        return isSuspect && isBatchUsable ? kind.batchEndpoint : kind.endpoint
    }
}
