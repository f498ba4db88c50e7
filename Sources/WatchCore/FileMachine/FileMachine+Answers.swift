import BitMindAPI

// MARK: - Results of looks

extension FileMachine {
    mutating func looked(
        _ look: Look, under answered: Submission, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        guard answered == submission else { return [] }
        if case .uploading(let prospect) = state { return looked(look, meanwhile: prospect, at: now) }
        guard case .identifying(let settling) = state else { return [] }
        switch look {
        case .gone:
            return end()
        case .special(let kind):
            return [.report(.skipped(kind))] + end()
        case .unreadable(let reason):
            return hold(.unreadable(reason), at: now)
        case .file(let sighting):
            // The filing continues with it.
            if sighting.isDecided { return end() }
            if let doubted {
                self.doubted = nil
                guard doubted.identity == sighting.identity else {
                    let isCut = doubted.identity.size != sighting.identity.size
                    return relapsed(isCut ? .size : .bytes, Settling(.written, at: now), at: now)
                }
                relapse.add(at: now)
                return hold(.unreadable(doubted.reason), at: now)
            }
            if let wait = settleOn(sighting, settling: settling, at: now) { return wait }
            return saw(sighting, settling: settling, at: now)
        }
    }

    mutating func lookMeanwhile() -> [FileAction] {
        isLookDue = false
        return disturbance == nil ? [] : [.look(submission)]
    }

    /// Handles a look during the upload. The upload ends if the bytes have certainly changed.
    private mutating func looked(
        _ look: Look, meanwhile prospect: Prospect, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        switch look {
        case .gone: return [.uproot(submission, prospect)] + end()
        case .special(let kind): return [.cancel(submission), .report(.skipped(kind))] + end()
        case .unreadable: return []
        case .file(let sighting):
            if sighting.identity.size != prospect.identity.size {
                let settling = disturbance ?? Settling(.written, at: now)
                return [.cancel(submission)] + relapsed(.size, settling, at: now)
            }
            guard sighting.openForWriting == true, var settling = disturbance else { return [] }
            let wait = settling.nextWriterLook()
            disturbance = settling
            isLookDue = true
            return [.wake(at: now + wait)]
        }
    }

    /// The file comes back to where it would be sent again.
    private mutating func relapsed(
        _ cause: ChangeCause, _ settling: Settling, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        let wait = relapse.add(at: now)
        return [.report(.changed(cause, times: relapse.count, wait: wait))] + settle(settling, at: now)
    }

    /// The actions while the file is being written; nil once it is complete by its events.
    private mutating func settleOn(
        _ sighting: Sighting, settling: Settling, at now: ContinuousClock.Instant
    ) -> [FileAction]? {
        var later = settling
        // A file that is written to is not a link, even if the first event looked like one.
        if later.evidence == .created { later.evidence = .written }
        if sighting.openForWriting == true {
            later.lastWriter = now
            let due = now + later.nextWriterLook()
            state = .settling(later)
            return [.wake(at: due)]
        }
        if let due = quietDue(sighting, settling: settling, at: now), due > now {
            state = .settling(later)
            return [.wake(at: due)]
        }
        return nil
    }

    private mutating func saw(
        _ sighting: Sighting, settling: Settling, at now: ContinuousClock.Instant
    ) -> [FileAction] {
        if let decision = kept {
            if decision.mayBe(about: sighting.identity) {
                kept = nil
                return file(decision)
            }
            return giveUpKept() + saw(sighting, settling: settling, at: now)
        }
        switch sighting.paid {
        case .decided(let decision) where decision.mayBe(about: sighting.identity):
            return [.adopt(submission)] + file(decision)
        case .uploading(let prospect) where prospect.identity.size == sighting.identity.size:
            state = .uploading(prospect)
            // Whether it is still the file that was sent is checked once there is a verdict.
            disturbance = settling
            return [.adopt(submission)]
        case .decided, .uploading, nil: break
        }
        if let obstacle = sighting.obstacle { return hold(.unmovable(obstacle), at: now) }
        if let wait = waitForRest(sighting, settling: settling, at: now) { return wait }
        return sendOrFail(sighting)
    }

    /// Queues a complete file, or fails one that the API does not take.
    private mutating func sendOrFail(_ sighting: Sighting) -> [FileAction] {
        switch sighting.identification {
        case .empty:
            return fail(.empty, "the file is empty", Prospect(sighting, type: nil, complete: true))
        case .unsupported(let format):
            let message =
                "\(format) is not a format that the API takes; it takes \(MediaType.names("and"))"
            return fail(.unsupportedType, message, Prospect(sighting, type: nil, complete: true))
        case .media(let type, let complete) where sighting.isTooLarge:
            let limit = type.kind.maximumFileSize / 1_000_000
            let message =
                "the file has \(sighting.identity.size) bytes; the API takes \(type.kind.rawValue)s "
                + "of at most \(limit) MB"
            return fail(.tooLarge, message, Prospect(sighting, type: type, complete: complete))
        case .media(let type, let complete):
            let prospect = Prospect(sighting, type: type, complete: complete)
            state = .waiting(prospect)
            return [.enqueue(submission, prospect)]
        }
    }

    /// When the file will have been quiet long enough; nil if it is complete by the way it arrived.
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
            // A stamp in the future only shows that clocks differ. The wait then begins when the file was
            // found.
            guard sighting.age >= .zero else { return settling.lastHeard + rules.quiet }
            return sighting.age >= rules.quiet ? nil : now + (rules.quiet - sighting.age)
        }
    }

    /// The actions while the service waits for the rest of a file that looks unfinished; nil if the file
    /// looks complete, or the wait is over.
    ///
    /// The wait begins with the last sign of a writer: an event, a look while the file was open, or its
    /// change time, which nobody can set. A rename or a chmod moves the change time, which at most makes the
    /// wait longer. A file that was in place for a long time is therefore not waited for again. A change time
    /// in the future is ignored.
    private mutating func waitForRest(
        _ sighting: Sighting, settling: Settling, at now: ContinuousClock.Instant
    ) -> [FileAction]? {
        guard sighting.identification.looksUnfinished, !sighting.isTooLarge else { return nil }
        var wait: Unfinished
        if let known = unfinished {
            wait = known
            wait.identity = sighting.identity
            wait.identification = sighting.identification
        } else {
            let changed = now - max(.zero, sighting.unchangedFor)
            let lastSign = max(settling.lastWriter ?? changed, changed)
            wait = Unfinished(
                identity: sighting.identity, identification: sighting.identification,
                until: lastSign + rules.cutShort)
        }
        guard now < wait.until else { return nil }
        let next = wait.nextLook(rules, at: now)
        unfinished = wait
        state = .settling(settling)
        return [.wake(at: next)]
    }

    private mutating func fail(
        _ code: Sidecar.FailureCode, _ message: String, _ prospect: Prospect
    ) -> [FileAction] {
        let failure = Sidecar.Failure(code: code, message: message)
        return file(Decision(outcome: .failed(failure), prospect: prospect, request: nil))
    }

    private mutating func file(_ decision: Decision) -> [FileAction] {
        state = .ended
        return [.file(decision), .forget]
    }
}

// MARK: - Answers of the API

extension FileMachine {
    mutating func started(_ answered: Submission) -> [FileAction] {
        guard answered == submission, case .waiting(let prospect) = state else { return [] }
        state = .uploading(prospect)
        isLookDue = false
        return []
    }

    mutating func answered(
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
            guard let settling = disturbance, decision.request?.sha256 != nil else { return file(decision) }
            // The file may have been written to in the meantime. Once it is quiet, its bytes are compared.
            kept = decision
            return settle(settling, at: now)
        case .unsent:
            return settle(Settling(.found, at: now), at: now)
        case .postponed:
            state = .waiting(prospect)
            return []
        case .changed:
            return relapsed(.sizeBefore, Settling(.written, at: now), at: now)
        case .gone:
            return end()
        case .unreadable(let reason):
            let look = settle(Settling(.found, at: now), at: now)
            doubted = (prospect.identity, reason)
            return look
        }
    }

    private mutating func hold(_ reason: Hold.Reason, at now: ContinuousClock.Instant) -> [FileAction] {
        let hold = Hold(reason: reason, since: now)
        state = .held(hold)
        let isNews = hold.kind != reported
        reported = hold.kind
        let wait = max(Hold.retryInterval, relapse.notBefore.map { $0 - now } ?? .zero)
        return (isNews ? [.report(.held(reason))] : []) + [.wake(at: now + wait)]
    }

    mutating func retry(_ hold: Hold) -> [FileAction] {
        submission.number += 1
        state = .identifying(Settling(.found, at: hold.since))
        return [.look(submission)]
    }
}
