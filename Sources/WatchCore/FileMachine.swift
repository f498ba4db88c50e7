import BitMindAPI

/// One look at one file, and all that follows from it: what is asked for under one submission is answered
/// under it, and an answer for an earlier one is dropped, so that a late verdict never sticks to new bytes.
package struct Submission: Hashable, Sendable {
    package var number: UInt64

    package init(_ number: UInt64) { self.number = number }
}

/// The way of one file through the service, as a value: events in, actions out, no effects.
///
/// ```text
///             touched, closed                     changed under way
///            ┌──────────────┐      ┌───────────────────────────────────────────┐
///            ▼              │      ▼                                           │
/// arrived → settling ─→ identifying ─→ waiting ─→ uploading ─→ filing ─→ ended │
///                           │             ▲           │           │            │
///                           └──→ held ────┴───────────┴───────────┴────────────┘
/// ```
///
/// A decision is paid for. Where it could not be filed it is kept, whatever is heard of the file, until a look
/// shows that the file is another one: a filing that fails raises events itself, when it puts the file back.
package struct FileMachine: Sendable {
    package enum State: Sendable {
        case settling(Settling)
        case identifying(Settling)
        case waiting(Prospect)
        case uploading(Prospect)
        /// With what was heard of the name meanwhile: another file has it, once this one is filed.
        case filing(Decision, next: Settling? = nil)
        case held(Hold)
        case ended
    }

    package internal(set) var state: State
    /// When the service first heard of the file.
    package internal(set) var found: Timestamp
    /// The same on the clock that only goes forward.
    package internal(set) var foundAt: ContinuousClock.Instant
    package internal(set) var submission: Submission

    let rules: SettlingRules
    /// What is known of the file where it looks unfinished.
    var unfinished: Unfinished?
    /// The file whose bytes could not be read for its upload, and why: a look shows whether it has only changed.
    var doubted: (identity: FileIdentity, reason: String)?
    /// What was decided of the file before something was heard of it that may mean another file, or nothing.
    var kept: Decision?
    /// The hold that was reported last: one is told of when it begins, not at each try in it.
    var told: Hold.Kind?
    /// Whether another file has the name since the last filing.
    var isAnother = false
    /// What was heard of the file during its upload, which goes on: only bytes that are certainly others end it.
    var disturbance: Settling?
    /// Whether a look was asked for because of that.
    var isLookDue = false
    /// How often it has come back to where it would be sent again.
    package internal(set) var relapse: Relapse

    /// A file that was just heard of.
    /// - Parameter earlier: the last submission of an earlier machine for the same path, so that what is still
    ///   answered under one of those is told from the answers for this file.
    /// - Parameter relapse: that of an earlier machine for the same path.
    /// - Returns: the machine, and what to do first.
    package static func arrived(
        _ evidence: Settling.Evidence, rules: SettlingRules, found: Timestamp,
        at now: ContinuousClock.Instant,
        after earlier: Submission = Submission(0), relapse: Relapse = Relapse()
    ) -> (machine: FileMachine, actions: [FileAction]) {
        let settling = Settling(evidence, at: now)
        var machine = FileMachine(
            rules: rules, found: found, foundAt: now, settling: settling, submission: earlier,
            relapse: relapse)
        let actions = machine.settle(settling, at: now)
        return (machine, actions)
    }

    private init(
        rules: SettlingRules, found: Timestamp, foundAt: ContinuousClock.Instant, settling: Settling,
        submission: Submission, relapse: Relapse
    ) {
        self.relapse = relapse
        self.rules = rules
        self.found = found
        self.foundAt = foundAt
        self.submission = submission
        state = .settling(settling)
    }

    /// Why it waits, and takes no part in the service's work for now; nil where it goes on.
    package var hold: Hold? {
        guard case .held(let hold) = state else { return nil }
        return hold
    }

    /// What it looks like, where it looks unfinished and is waited for; nil elsewhere. Such a file takes no part in the
    /// service's work for now.
    package var awaited: Unfinished? {
        switch state {
        case .settling, .identifying: unfinished
        case .waiting, .uploading, .filing, .held, .ended: nil
        }
    }

    /// What was decided of a file that a destination did not take, before something was heard that may mean another
    /// file. A look is to tell by the bytes: else another file would wait for that destination too.
    package var blockedDecision: Decision? {
        switch told {
        case .destination, .place: kept
        case .unreadable, .unmovable, nil: nil
        }
    }

    /// - Returns: what to do now, in that order; nothing once the machine has ended.
    package mutating func handle(_ event: FileEvent, at now: ContinuousClock.Instant) -> [FileAction] {
        if case .ended = state { return [] }
        return switch event {
        case .arrived(let evidence): heard(evidence, at: now)
        case .touched: heard(.written, at: now)
        case .closed: heard(.closed, at: now)
        case .attributesChanged: attributesChanged(at: now)
        case .vanished: vanished(at: now)
        case .movedAway: movedAway(at: now)
        case .due: due(at: now)
        case .looked(let submission, let look): looked(look, under: submission, at: now)
        case .started(let submission): started(submission)
        case .answered(let submission, let answer): answered(answer, under: submission, at: now)
        case .filed(let submission, let result): filed(result, under: submission, at: now)
        case .destinationAvailable(let role): destinationAvailable(role)
        }
    }
}

// MARK: - What the folder says

extension FileMachine {
    private mutating func heard(
        _ evidence: Settling.Evidence, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        let settling = Settling(evidence, at: now)
        if evidence == .found {
            // A scan tells less than any event, and nothing of a file that is known already. But a filing may
            // have missed the file, its folder being elsewhere for a moment: then it is looked for once more.
            if case .filing(let decision, nil) = state { state = .filing(decision, next: settling) }
            return []
        }
        switch state {
        case .settling, .identifying:
            return settle(settling, at: now)
        case .held(let hold):
            kept = hold.decision ?? kept
            return settle(settling, at: now)
        case .waiting:
            return [.withdraw(submission)] + settle(settling, at: now)
        case .uploading:
            return disturbed(settling)
        case .filing(let decision, _):
            // Filing compares the bytes itself before it publishes anything.
            state = .filing(decision, next: settling)
            return []
        case .ended:
            return []
        }
    }

    /// Something is heard of a file that is being sent. A program may have written to it, or have set its times, or
    /// opened and closed it: a look tells whether its size is another, the filing whether its bytes are.
    private mutating func disturbed(_ settling: Settling) -> [FileAction] {
        let looks = disturbance?.writerLooks ?? 0
        disturbance = settling
        disturbance?.writerLooks = looks
        if isLookDue { return [] }
        isLookDue = true
        let due = settling.due(rules)
        // A program that writes all the time costs fewer and fewer looks.
        let wait = looks == 0 ? .zero : disturbance?.nextWriterLook() ?? .zero
        return [.wake(at: max(due, settling.lastHeard + wait))]
    }

    mutating func settle(_ settling: Settling, at now: ContinuousClock.Instant) -> [FileAction] {
        submission.number += 1
        unfinished = nil
        doubted = nil
        disturbance = nil
        isLookDue = false
        let due = max(settling.due(rules), relapse.notBefore ?? now)
        if due <= now { return look(settling) }
        state = .settling(settling)
        return [.wake(at: due)]
    }

    private mutating func look(_ settling: Settling) -> [FileAction] {
        state = .identifying(settling)
        return [.look(submission)]
    }

    private mutating func attributesChanged(at now: ContinuousClock.Instant) -> [FileAction] {
        guard case .held(let hold) = state else { return [] }
        return retry(hold)
    }

    private mutating func vanished(at now: ContinuousClock.Instant) -> [FileAction] {
        switch state {
        case .settling, .identifying, .held:
            if case .held(let hold) = state { kept = hold.decision ?? kept }
            // A filing that failed has put the file back: only a look tells.
            if kept != nil { return settle(Settling(.found, at: now), at: now) }
            return end()
        case .waiting:
            return [.withdraw(submission)] + end()
        case .uploading:
            relapse.add(at: now)
            return [.cancel(submission)] + end()
        case .filing(let decision, _):
            // The filing itself moves the file away.
            state = .filing(decision)
            return []
        case .ended:
            return []
        }
    }

    private mutating func movedAway(at now: ContinuousClock.Instant) -> [FileAction] {
        guard case .uploading(let prospect) = state else { return vanished(at: now) }
        return [.uproot(submission, prospect)] + end()
    }

    mutating func end() -> [FileAction] {
        state = .ended
        return abandonKept() + [.forget]
    }

    mutating func abandonKept() -> [FileAction] {
        guard let decision = kept else { return [] }
        kept = nil
        return [.abandon(decision)]
    }

    private mutating func due(at now: ContinuousClock.Instant) -> [FileAction] {
        switch state {
        case .settling(let settling): look(settling)
        case .held(let hold): retry(hold)
        case .uploading: lookMeanwhile()
        case .identifying, .waiting, .filing, .ended: []
        }
    }
}
