import BitMindAPI
import LinuxSystem
import SystemPackage
import WatchCore

// MARK: - Continuing

extension Filer {
    /// Continues a filing from its files on disk.
    func goOn(_ id: FilingID, in destination: OpenDestination) -> FilingOutcome {
        do throws(SystemCallError) {
            let found = try UnfinishedFiling(id.work, destination: destination, inbox: inbox, stop: stop)
            let end = isOurs(found, id.role) ? goOn(found, as: id) : .foreign
            return FilingOutcome(id, path: found.path, sidecar: found.sidecar, end)
        } catch {
            return FilingOutcome(id, path: nil, .blocked(.destination(id.role), cause: "\(error)"))
        }
    }

    private func isOurs(_ found: UnfinishedFiling, _ role: DestinationRole) -> Bool {
        guard let sidecar = found.sidecar else { return true }
        return sidecar.media.inbox == watch.inbox && role.takes(sidecar.outcome)
    }

    private func goOn(_ found: UnfinishedFiling, as id: FilingID) -> FilingEnd {
        if let cause = found.mediaFailure ?? found.sourceFailure {
            return .blocked(.file(id), cause: cause)
        }
        switch found.evidence.continuation {
        case .report: return .foreign
        case .drop: return clear(found, id)
        case .giveBack: return giveBack(found, id)
        case .resume(let step, let isCopy): return resume(found, as: id, from: step, isCopy: isCopy)
        }
    }

    private func resume(
        _ found: UnfinishedFiling, as id: FilingID, from step: FilingPlan.Step, isCopy: Bool
    ) -> FilingEnd {
        // Not claimed yet. Otherwise each try would copy it, or take it out of the inbox and put it back.
        if step == .flushDecision, found.isSourceAsJudged, let path = found.path,
            let blocked = found.destination.blockerOnWay(to: path)
        {
            return blocked
        }
        guard var filing = found.filing(inbox: inbox, stop: stop) else { return .foreign }
        if let failure = found.removeSecondName(inbox: inbox) {
            return .blocked(.file(id), cause: failure)
        }
        filing.isCopy = isCopy
        filing.isPublished = found.evidence.published == .both
        let plan = isCopy ? FilingPlan.copy : .rename
        return end(of: id, plan.from(step).perform(on: filing, by: execution))
    }

    private func giveBack(_ found: UnfinishedFiling, _ id: FilingID) -> FilingEnd {
        guard var filing = found.filing(inbox: inbox, stop: stop) else { return .foreign }
        filing.isTwin = found.isTwin
        do throws(FilingFault) {
            try filing.retract(keepsDecision: false)
            return .changed
        } catch .crossesMounts {
            // A copy whose source is gone, and which is neither the judged file nor any other known one.
            return .foreign
        } catch {
            return filing.destination.blocker(of: id, at: filing.path, error)
        }
    }

    /// Only the decision is left, and its file is gone.
    private func clear(_ found: UnfinishedFiling, _ id: FilingID) -> FilingEnd {
        do throws(SystemCallError) {
            try found.destination.work.clear(found.work)
            return .gone
        } catch {
            return .blocked(.destination(id.role), cause: "\(error)")
        }
    }
}

// MARK: - Ending

extension Filer {
    func outcome(of id: FilingID, _ progress: FilingProgress) -> FilingOutcome {
        let end = end(of: id, progress)
        return FilingOutcome(id, path: progress.filing.path, sidecar: progress.filing.sidecar, end)
    }

    /// Copies a file that could not be moved, and returns a file that was not published.
    private func end(of id: FilingID, _ progress: FilingProgress) -> FilingEnd {
        var progress = progress
        let destination = progress.filing.destination
        if !progress.filing.isCopy {
            destination.destination.isAcrossMounts = progress.fault == .crossesMounts
        }
        if progress.fault == .crossesMounts {
            progress = FilingPlan.copy.from(.copy).perform(on: progress.filing, by: execution)
        }
        let filing = progress.filing
        guard let fault = progress.fault else {
            return .filed(destination: filing.publishedPath, leavesSource: false)
        }
        if filing.isPublished { return end(of: id, published: filing, fault) }
        do throws(FilingFault) {
            // A decision that could not be flushed cannot be trusted, and is written again.
            try filing.retract(keepsDecision: fault.mayPass && filing.isDecided)
        } catch {
            // This file may be the only one that failed half-way.
            return destination.blocker(of: id, at: filing.path, error)
        }
        return end(of: id, failed: filing, fault)
    }

    /// A published copy counts as filed, even if its source has changed.
    private func end(of id: FilingID, published filing: Filing, _ fault: FilingFault) -> FilingEnd {
        if fault.mayPass { return end(of: id, failed: filing, fault) }
        do throws(SystemCallError) {
            try filing.clear()
            return .filed(destination: filing.publishedPath, leavesSource: true)
        } catch {
            return .blocked(.destination(id.role), cause: "\(error)")
        }
    }

    private func end(of id: FilingID, failed filing: Filing, _ fault: FilingFault) -> FilingEnd {
        guard case .placing = fault else { return fault.end(of: id) }
        return filing.destination.blocker(of: id, at: filing.path, fault)
    }
}

extension FilingFault {
    /// Whether the same filing may succeed later.
    fileprivate var mayPass: Bool {
        switch self {
        case .changed, .gone: false
        case .touched, .unmovable, .destination, .placing, .crossesMounts: true
        }
    }

    /// The end of a filing that failed in this way, and was taken back.
    func end(of id: FilingID) -> FilingEnd {
        switch self {
        case .changed: .changed
        case .gone: .gone
        case .touched: .busy
        case .unmovable(let cause): .blocked(.file(id), cause: cause)
        case .destination(let cause), .placing(let cause, _): .blocked(.destination(id.role), cause: cause)
        case .crossesMounts: .blocked(.destination(id.role), cause: "it cannot be copied across the mount")
        }
    }

    init(_ failure: OpenFailure) {
        switch failure {
        case .gone: self = .gone
        case .special: self = .changed
        case .unreadable(let reason): self = .unmovable(reason)
        }
    }
}
