import BitMindAPI

/// One look at one file, with everything that follows from it. A request made under a submission is answered
/// under the same one. An answer to an earlier submission is dropped, so that a late verdict never applies to
/// new bytes.
package struct Submission: Hashable, Sendable {
    package var number: UInt64

    package init(_ number: UInt64) { self.number = number }
}

/// The path of one file through the service, as a value: events in, actions out, no side effects.
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
/// A machine ends with the decision. `Filings` has the file from then on.
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
    /// What is known of the file if it looks unfinished.
    var unfinished: Unfinished?
    /// The file whose bytes could not be read for its upload, and the reason. A look shows whether the file
    /// has changed.
    var doubted: (identity: FileIdentity, reason: String)?
    /// The verdict on a file that had an event during its upload. A look shows whether the file has changed.
    var kept: Decision?
    /// The hold that was reported last. A hold is reported when it begins, not at each retry.
    var reported: Hold.Kind?
    /// The events of the file during its upload, which continues. The upload ends only if the bytes have
    /// certainly changed.
    var disturbance: Settling?
    /// Whether a look was requested because of such an event.
    var isLookDue = false
    /// How often the file has come back to where it would be sent again.
    package internal(set) var relapse: Relapse

    /// A new file.
    /// - Parameter earlier: the last submission of an earlier machine for the same path. The new machine's
    ///   submissions begin after it, so that late answers to earlier ones are recognised.
    /// - Parameter relapse: the relapse of an earlier machine for the same path.
    /// - Returns: the machine, and its first actions.
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

    /// Why the file is held and does not proceed for now; nil if it is not held.
    package var hold: Hold? {
        guard case .held(let hold) = state else { return nil }
        return hold
    }

    /// What the file looks like, if it looks unfinished and the service waits for its rest; nil otherwise.
    /// Such a file does not proceed for now.
    package var awaited: Unfinished? {
        switch state {
        case .settling, .identifying: unfinished
        case .waiting, .uploading, .held, .ended: nil
        }
    }

    /// How often the file has come back from an upload or its filing, while it waits longer for that; nil elsewhere.
    package var changes: Int? {
        guard case .settling(let settling) = state, settling.writerLooks == 0, relapse.count > 1 else {
            return nil
        }
        return relapse.count
    }

    /// - Returns: the actions, in order; none once the machine has ended.
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

// MARK: - Events of the folder

extension FileMachine {
    private mutating func heard(
        _ evidence: Settling.Evidence, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        // A scan gives less information than an event, and none about a file that is already known.
        if evidence == .found { return [] }
        let settling = Settling(evidence, at: now)
        return switch state {
        case .settling, .identifying, .held: settle(settling, at: now)
        case .waiting: [.withdraw(submission)] + settle(settling, at: now)
        case .uploading: disturbed(settling)
        case .ended: []
        }
    }

    /// An event occurs for a file that is being sent. A program may have written to it, set its times, or
    /// opened and closed it. A look shows whether its size has changed, the filing whether its bytes have.
    private mutating func disturbed(_ settling: Settling) -> [FileAction] {
        let looks = disturbance?.writerLooks ?? 0
        disturbance = settling
        disturbance?.writerLooks = looks
        if isLookDue { return [] }
        isLookDue = true
        let due = settling.due(rules)
        // For a program that writes all the time, the looks become less frequent.
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
            // The event may come from an earlier filing that put its file back, so a verdict is kept until a
            // look.
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
