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
///             touched, closed          changed during the upload
///            ┌──────────────┐      ┌───────────────────────────┐
///            ▼              │      ▼                           │
/// arrived → settling ─→ identifying ─→ waiting ─→ uploading ───┴─→ decided
///                           │  ▲
///                           ▼  │
///                           held
/// ```
///
/// A machine ends at the decision: `Filings` has the file from there on.
package struct FileMachine: Sendable {
    package enum State: Sendable {
        case settling(Settling)
        case identifying(Settling)
        case waiting(Prospect)
        case uploading(Prospect)
        case held(Hold)
        /// Decided, or gone.
        case ended
    }

    package internal(set) var state: State
    /// When the service found the file.
    package let found: FoundTime
    package internal(set) var submission: Submission

    let rules: SettlingRules
    /// What is known of the file where it looks unfinished.
    var unfinished: Unfinished?
    /// The file whose bytes could not be read for its upload, and why: a look shows whether it has only changed.
    var doubted: (identity: FileIdentity, reason: String)?
    /// The verdict on a file to which something happened during its upload: a look shows whether it is another one.
    var kept: Decision?
    /// The hold that was reported last: a hold is reported when it begins, not at each try.
    var reported: Hold.Kind?
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
            rules: rules, found: FoundTime(found, now), settling: settling, submission: earlier,
            relapse: relapse)
        let actions = machine.settle(settling, at: now)
        return (machine, actions)
    }

    private init(
        rules: SettlingRules, found: FoundTime, settling: Settling, submission: Submission, relapse: Relapse
    ) {
        self.relapse = relapse
        self.rules = rules
        self.found = found
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
        case .waiting, .uploading, .held, .ended: nil
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
        }
    }
}

// MARK: - What the folder says

extension FileMachine {
    private mutating func heard(
        _ evidence: Settling.Evidence, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        // A scan tells less than any event, and nothing of a file that is known already.
        if evidence == .found { return [] }
        let settling = Settling(evidence, at: now)
        return switch state {
        case .settling, .identifying, .held: settle(settling, at: now)
        case .waiting: [.withdraw(submission)] + settle(settling, at: now)
        case .uploading: disturbed(settling)
        case .ended: []
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
            // The event may be of a filing before, which has put its file back: a verdict is kept until a look.
            return kept == nil ? end() : settle(Settling(.found, at: now), at: now)
        case .waiting:
            return [.withdraw(submission)] + end()
        case .uploading:
            relapse.add(at: now)
            return [.cancel(submission)] + end()
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
        return giveUpKept() + [.forget]
    }

    mutating func giveUpKept() -> [FileAction] {
        guard let decision = kept else { return [] }
        kept = nil
        return [.keep(decision)]
    }

    private mutating func due(at now: ContinuousClock.Instant) -> [FileAction] {
        switch state {
        case .settling(let settling): look(settling)
        case .held(let hold): retry(hold)
        case .uploading: lookMeanwhile()
        case .identifying, .waiting, .ended: []
        }
    }
}
