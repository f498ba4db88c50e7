import DequeModule
import LinuxSystem
import WatchCore

// What an inbox has done by its filing threads, and what came of it.
extension Inbox {
    func file(_ decision: Decision, _ submission: Submission, _ path: RelativePath) {
        if isLeftToLeftover(decision, path) { return handle(.filed(submission, .gone), for: path) }
        let role = Routing(watch).role(of: decision.outcome)
        guard destinationStates.isAvailable(role) else {
            return handle(.filed(submission, .destinationUnavailable(role, "it is not available")), for: path)
        }
        if let (place, reason) = barred.rest(of: .file(path), in: role, at: now) {
            return handle(.filed(submission, .placeUnavailable(place, reason)), for: path)
        }
        guard let machine = machines[path] else { return }
        filings.add(
            FilingOrder(path: path, submission: submission, decision: decision, found: machine.found),
            to: role)
    }

    /// Has the threads file what waits for that, as much at once as is good.
    func beginFilings() {
        while let (role, orders) = filings.next(isAlone: { destinations[$0]?.isAcrossMounts == true }) {
            guard let filer = attachment?.filer else {
                mailbox.post([.filed(role, orders, orders.map { _ in Filed(.gone) })])
                continue
            }
            threads.submit { [mailbox] in
                mailbox.post([.filed(role, orders, filer.file(orders, to: role))])
            }
        }
    }

    /// Tries whether a destination can be written to again, and deals with what was left there.
    func probe(_ role: DestinationRole) {
        guard let filer = attachment?.filer else {
            return destinationFailed(role, "the inbox is not there")
        }
        errandsUnderWay += 1
        let known = searched.contains(role) ? leftovers.begin(leftoversWaiting(for: role)) : nil
        threads.submit { [mailbox] in
            do throws(SystemCallError) {
                try filer.probe(role)
                let recovered =
                    if let known { filer.resume(known, in: role) } else { try filer.recover(role) }
                mailbox.post([.probed(role, failure: recovered.destinationsFault, recovered: recovered)])
            } catch {
                let failure = "\(error)"
                let stuck = known?.map { $0.tried(.stuck(failure, by: .destination)) }
                mailbox.post([.probed(role, failure: failure, recovered: stuck)])
            }
        }
    }

    /// Filings have come to their end.
    func ended(_ orders: [FilingOrder], _ ends: [Filed], _ role: DestinationRole) {
        filings.ended(orders, role)
        for (order, filed) in zip(orders, ends) { ended(order, filed, role) }
    }

    private func ended(_ order: FilingOrder, _ filed: Filed, _ role: DestinationRole) {
        let hadBegun = noteBegun(order, filed.result)
        switch filed.result {
        case .filed:
            if let sidecar = filed.sidecar {
                let took = machines[order.path].map { now - $0.foundAt }
                context.journal.record(.filed(sidecar, to: filed.destination, took: took))
                context.status.filed(sidecar, took: took)
            }
            leave(.file(order.path), isFiled: true)
            emptied(by: order.path)
            // What was under way when it failed proves nothing.
            if destinationStates.isOnProbation(role) { destinationWorks(role) }
        case .destinationUnavailable(let role, let reason):
            // Filings that were under way when it went are no tries, and put off none.
            if destinationStates.isAvailable(role) { destinationFailed(role, reason) }
        case .placeUnavailable(let place, let reason):
            placeFailed(.file(order.path), order.path, at: place, reason)
        case .gone: keepUprooted(order.decision)
        case .changed, .touched, .unmovable: break
        }
        handle(.filed(order.submission, filed.result), for: order.path)
        if filed.leavesSource {
            relapsed(order.path)
            heard(.arrived(.found), of: order.path)
        } else if hadBegun {
            // What was filed may have lain in the working folder, and another file may have had the name since.
            heard(.arrived(.found), of: order.path)
        }
    }

    func destinationFailed(_ role: DestinationRole, _ reason: String) {
        if reason.namesLackingCall { lacking.insert(role) }
        let (isNews, delay) = destinationStates.failed(role)
        if isNews {
            context.journal.record(
                .destinationUnavailable(role, path: destinations[role]?.path ?? "", reason))
        }
        deadlines.set(.destination(role), at: now + delay)
        reportSoon()
        for order in filings.removeAll(role) {
            handle(.filed(order.submission, .destinationUnavailable(role, reason)), for: order.path)
        }
    }

    func probed(_ role: DestinationRole, failure: String?, recovered leftovers: [Recovered]?) {
        if leftovers != nil, attachment != nil { searched.insert(role) }
        report(leftovers ?? [], in: role)
        if let failure { return destinationFailed(role, failure) }
        lacking.remove(role)
        // One that was tried by itself meanwhile may have failed before the destination was found well.
        resume(leftoversWaiting(for: role), in: role)
        guard let delay = destinationStates.recovers(role) else { return }
        deadlines.set(.destination(role), at: now + delay)
        for path in Array(machines.keys) { handle(.destinationAvailable(role), for: path) }
        if !filings.isBusy(role) { destinationWorks(role) }
    }

    private func destinationWorks(_ role: DestinationRole) {
        guard destinationStates.succeeded(role) else { return }
        deadlines.remove(.destination(role))
        context.journal.record(.destinationAvailable(role, path: destinations[role]?.path ?? ""))
    }
}
