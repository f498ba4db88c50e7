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

    package private(set) var state: State
    /// When the service first heard of the file.
    package let found: Timestamp
    package private(set) var submission = Submission(0)

    private let rules: SettlingRules
    private var cutShortSince: ContinuousClock.Instant?

    /// A file that was just heard of.
    /// - Returns: the machine, and what to do first.
    package static func arrived(
        _ evidence: Settling.Evidence, rules: SettlingRules, found: Timestamp, at now: ContinuousClock.Instant
    ) -> (machine: FileMachine, actions: [FileAction]) {
        var machine = FileMachine(rules: rules, found: found, settling: Settling(evidence, at: now))
        let actions = machine.settle(Settling(evidence, at: now), at: now)
        return (machine, actions)
    }

    private init(rules: SettlingRules, found: Timestamp, settling: Settling) {
        self.rules = rules
        self.found = found
        state = .settling(settling)
    }

    /// Whether it waits for permissions of its own, and so takes no part in the service's work for now.
    package var isHeldByItself: Bool {
        guard case .held(let hold) = state else { return false }
        return hold.isFilesOwn
    }

    package mutating func handle(_ event: FileEvent, at now: ContinuousClock.Instant) -> [FileAction] {
        switch event {
        case .arrived(let evidence): heard(evidence, at: now)
        case .touched: heard(.written, at: now)
        case .closed: heard(.closed, at: now)
        case .attributesChanged: attributesChanged(at: now)
        case .vanished: vanished()
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
        // A scan tells less than any event, and nothing of a file that is known already.
        if evidence == .found, isKnown { return [] }
        let settling = Settling(evidence, at: now)
        switch state {
        case .settling, .identifying, .ended:
            return settle(settling, at: now)
        case .held(let hold):
            return hold.abandonment + settle(settling, at: now)
        case .waiting:
            return [.withdraw(submission)] + settle(settling, at: now)
        case .uploading:
            return [.cancel(submission), .report(.changed)] + settle(settling, at: now)
        case .filing(let decision, _):
            // Filing compares the bytes itself before it publishes anything.
            state = .filing(decision, next: settling)
            return []
        }
    }

    private var isKnown: Bool {
        if case .ended = state { false } else { true }
    }

    private mutating func settle(_ settling: Settling, at now: ContinuousClock.Instant) -> [FileAction] {
        submission.number += 1
        cutShortSince = nil
        let due = settling.due(rules)
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

    private mutating func vanished() -> [FileAction] {
        switch state {
        case .settling, .identifying, .ended:
            state = .ended
            return [.forget]
        case .held(let hold):
            state = .ended
            return hold.abandonment + [.forget]
        case .waiting:
            state = .ended
            return [.withdraw(submission), .forget]
        case .uploading:
            state = .ended
            return [.cancel(submission), .forget]
        case .filing(let decision, _):
            // The filing itself moves the file away.
            state = .filing(decision)
            return []
        }
    }

    private mutating func due(at now: ContinuousClock.Instant) -> [FileAction] {
        switch state {
        case .settling(let settling): look(settling)
        case .held(let hold): retry(hold)
        case .identifying, .waiting, .uploading, .filing, .ended: []
        }
    }
}

// MARK: - What a look at the file says

extension FileMachine {
    private mutating func looked(
        _ look: Look, under answered: Submission, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        guard answered == submission, case .identifying(let settling) = state else { return [] }
        switch look {
        case .gone:
            state = .ended
            return [.forget]
        case .special(let kind):
            state = .ended
            return [.report(.skipped(kind)), .forget]
        case .unreadable(let reason):
            return hold(.unreadable(reason), at: now)
        case .file(let sighting):
            return saw(sighting, settling: settling, at: now)
        }
    }

    private mutating func saw(
        _ sighting: Sighting, settling: Settling, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        if sighting.openForWriting == true {
            var later = settling
            // A file that is written to is no link, whatever the first event was.
            if later.evidence == .created { later.evidence = .written }
            let due = now + later.nextWriterLook()
            state = .settling(later)
            return [.wake(at: due)]
        }
        if let due = quietDue(sighting, settling: settling, at: now), due > now {
            var later = settling
            if later.evidence == .created { later.evidence = .written }
            state = .settling(later)
            return [.wake(at: due)]
        }
        guard sighting.movable else { return hold(.unmovable("the folder's permissions"), at: now) }
        switch sighting.identification {
        case .empty:
            return fail(.empty, "the file is empty", sighting, type: nil)
        case .unsupported(let format):
            let message = "\(format) is not a format that the API takes; it takes JPEG, PNG, WebP, MP4, MOV and AVI"
            return fail(.unsupportedType, message, sighting, type: nil)
        case .media(let type, _) where sighting.identity.size > type.kind.maximumFileSize:
            let limit = type.kind.maximumFileSize / 1_000_000
            let message = "the file has \(sighting.identity.size) bytes; the API takes \(type.kind.rawValue)s "
                + "of at most \(limit) MB"
            return fail(.tooLarge, message, sighting, type: type)
        case .media(let type, let complete):
            if !complete, let wait = cutShortWait(at: now) {
                state = .settling(settling)
                return [.wake(at: wait)]
            }
            let prospect = Prospect(sighting, type: type, complete: complete)
            state = .waiting(prospect)
            return [.enqueue(submission, prospect)]
        }
    }

    /// When the file will have been quiet for long enough; nil if it is complete by the way it came.
    private func quietDue(
        _ sighting: Sighting, settling: Settling, at now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        switch settling.evidence {
        case .movedIn:
            return nil
        case .created where sighting.openForWriting == false && sighting.identity.size > 0:
            return nil
        case .created, .written, .closed:
            return settling.lastHeard + rules.quiet
        case .found:
            // A stamp in the future says nothing but that clocks differ; the wait then begins when it was found.
            guard sighting.age >= .zero else { return settling.lastHeard + rules.quiet }
            return sighting.age >= rules.quiet ? nil : now + (rules.quiet - sighting.age)
        }
    }

    /// When to look again at a file that looks cut short; nil once it was waited for long enough.
    private mutating func cutShortWait(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let since = cutShortSince ?? now
        cutShortSince = since
        let end = since + rules.cutShort
        guard now < end else { return nil }
        return min(end, now + max(rules.quiet, .seconds(1)))
    }

    private mutating func fail(
        _ code: Sidecar.FailureCode, _ message: String, _ sighting: Sighting, type: MediaType?
    ) -> [FileAction] {
        let decision = Decision(
            outcome: .failed(Sidecar.Failure(code: code, message: message)),
            prospect: Prospect(sighting, type: type, complete: true), request: nil)
        state = .filing(decision)
        return [.file(submission, decision)]
    }
}

// MARK: - What the API and the filing say

extension FileMachine {
    private mutating func started(_ answered: Submission) -> [FileAction] {
        guard answered == submission, case .waiting(let prospect) = state else { return [] }
        state = .uploading(prospect)
        return []
    }

    private mutating func answered(
        _ answer: Answer, under answered: Submission, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        guard answered == submission else { return [] }
        let prospect: Prospect
        switch state {
        case .uploading(let uploading): prospect = uploading
        case .waiting(let waiting): prospect = waiting
        default: return []
        }
        switch answer {
        case .decided(let decision):
            state = .filing(decision)
            return [.file(submission, decision)]
        case .postponed:
            state = .waiting(prospect)
            return []
        case .changed:
            return [.report(.changed)] + settle(Settling(.written, at: now), at: now)
        case .gone:
            state = .ended
            return [.forget]
        case .unreadable(let reason):
            return hold(.unreadable(reason), at: now)
        }
    }

    private mutating func filed(
        _ result: FilingResult, under answered: Submission, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        guard answered == submission, case .filing(let decision, let next) = state else { return [] }
        switch result {
        case .filed, .gone:
            if let next { return settle(next, at: now) }
            state = .ended
            return [.forget]
        case .changed:
            return [.report(.changed)] + settle(Settling(.written, at: now), at: now)
        case .unmovable(let reason):
            return hold(.unmovable(reason, decision), at: now)
        case .destinationUnavailable(let role, let reason):
            return hold(.destination(role, reason, decision), at: now)
        }
    }

    private mutating func destinationAvailable(_ role: DestinationRole) -> [FileAction] {
        guard case .held(let hold) = state, case .destination(role, _, let decision) = hold.reason else { return [] }
        state = .filing(decision)
        return [.file(submission, decision)]
    }

    private mutating func hold(_ reason: Hold.Reason, at now: ContinuousClock.Instant) -> [FileAction] {
        let hold = Hold(reason: reason, since: now)
        state = .held(hold)
        var actions: [FileAction] = [.report(.held(reason))]
        // A destination's return is told to all files that wait for it; the others are tried by themselves.
        if let next = hold.retryDelay { actions.append(.wake(at: now + next)) }
        return actions
    }

    private mutating func retry(_ hold: Hold) -> [FileAction] {
        switch hold.reason {
        case .unmovable(_, let decision?):
            state = .filing(decision)
            return [.file(submission, decision)]
        case .unreadable, .unmovable:
            submission.number += 1
            state = .identifying(Settling(.movedIn, at: hold.since))
            return [.look(submission)]
        case .destination:
            return []
        }
    }
}
