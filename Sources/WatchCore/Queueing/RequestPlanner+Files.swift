import BitMindAPI

// The files of a request after its end.
extension RequestPlanner {
    func aftermath(_ error: APIError, _ sent: [Candidate], _ ended: Ended) -> Aftermath {
        let isDown = isDown(at: ended.now)
        let isSingle = sent.count == 1 && !ended.assignment.isBatch
        if error.blame == .service, !isDown, isSingle {
            let isOutrun =
                ended.took >= Self.long && lastSuccessBegan[ended.kind].map { $0 > ended.began } ?? false
            if sent[0].setbacks.isFailing || isOutrun {
                return .later(after: Aftermath.backOff(sent[0].setbacks.failures, gate.settings))
            }
        }
        let isRecent = lastSuccess[ended.kind].map { ended.now - $0 < Self.recent } ?? false
        let isCertain = isSingle && isRecent && failuresInARow < Self.mostInARow
        let before = isCertain ? 0 : failuresInARow
        let aftermath = Aftermath.following(
            error, candidates: sent, isBatch: ended.assignment.isBatch,
            successes: successes[ended.kind] ?? 0,
            failuresBefore: isDown || !pace.isTrusted ? Aftermath.patience : before,
            settings: gate.settings)
        // If each try takes as long as a time-out, fewer files per request would cost too much time.
        let isSlow = error.blame == .service && ended.took >= Self.long
        return isSlow && aftermath == .halves ? .alone : aftermath
    }

    mutating func conclude(
        _ sent: [Candidate], _ error: APIError, _ aftermath: Aftermath, _ ended: inout Ended
    ) {
        if sent.isEmpty { return }
        var files = sent.map {
            $0.after(
                error, successes: successes[ended.kind] ?? 0, at: ended.now,
                down: outage.total(at: ended.now))
        }
        switch aftermath {
        case .fail(let code):
            ended.ending.answers += files.map {
                ($0, .decided(ended.outcome.failure(of: $0, code: code, error)))
            }
            return
        case .lookAnew:
            ended.ending.answers += files.map { ($0, .unreadable(error.message)) }
            return
        case .halves, .alone:
            for index in files.indices { files[index].setbacks.isSuspected = true }
        case .later(let wait) where wait > .zero && files.count == 1:
            return later(&files[0], after: wait, error, &ended)
        case .again, .sameAgain, .later: break
        }
        ended.ending.answers += files.map { ($0, .postponed) }
        add(files, aftermath, at: ended.now)
    }

    /// A file that the API fails at alone: it is sent again after a wait, or goes to `failed`.
    private mutating func later(
        _ file: inout Candidate, after wait: Duration, _ error: APIError, _ ended: inout Ended
    ) {
        pace.exonerate(for: file.key)
        if !file.setbacks.isFailing {
            file.setbacks.isFailing = true
            failingTurn = failingTurn ?? ended.now + Self.failingWait
            ended.ending.reports.append(
                .failing(file.key, cause: "\(error)", giveUp: settings.giveUp))
        }
        let failing = file.setbacks.failing(at: ended.now, down: outage.total(at: ended.now))
        if isGivenUp(file, failing, at: ended.now) {
            let message =
                "the API failed for this file \(file.setbacks.failures) times in \(DurationText.rough(failing)), "
                + "but not for other files; the last cause: \(error)"
            ended.ending.answers.append(
                (
                    file,
                    .decided(ended.outcome.failure(of: file, code: .unanswered, error, message: message))
                ))
            return
        }
        ended.ending.answers.append((file, .postponed))
        // If there are few slots, a request that ends with a time-out must not use most of their time.
        var delay = max(wait, ended.took * (8 / settings.concurrency))
        if settings.giveUp > failing { delay = min(delay, settings.giveUp - failing) }
        queue.add(file, notBefore: ended.now + max(delay, settings.retryInitial))
    }

    /// Only if other files have been answered recently: otherwise the API may be down for all.
    private func isGivenUp(_ file: Candidate, _ failing: Duration, at now: Instant) -> Bool {
        guard settings.giveUp > .zero, failing >= settings.giveUp, let last = lastSuccess[file.kind] else {
            return false
        }
        return now - last <= max(settings.giveUp / 2, .seconds(600))
    }

    private mutating func add(_ files: [Candidate], _ aftermath: Aftermath, at now: Instant) {
        switch aftermath {
        case .again: queue.putBack(files)
        case .sameAgain: queue.putBack(group: files)
        case .later: queue.add(files)
        case .alone: for file in files { queue.add(group: [file]) }
        case .halves:
            let middle = files.count / 2
            for half in [files[..<middle], files[middle...]] { queue.add(group: Array(half)) }
        case .fail, .lookAnew: break
        }
    }
}

extension Aftermath {
    /// Whether the failure is attributed to the files alone.
    var blamesFiles: Bool {
        switch self {
        case .halves, .alone: true
        case .later(let wait): wait > .zero
        case .again, .sameAgain, .fail, .lookAnew: false
        }
    }
}
