import DequeModule
import LinuxSystem
import WatchCore

// What an inbox has done by its filing threads, and what came of it.
extension Inbox {
    func file(_ decision: Decision, _ submission: Submission, _ path: RelativePath) {
        let role = Routing(watch).role(of: decision.outcome)
        guard destinationStates.isAvailable(role) else {
            return handle(.filed(submission, .destinationUnavailable(role, "it is not available")), for: path)
        }
        if let (place, reason) = barred.rest(of: path, in: role, at: now) {
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

    func abandon(_ decision: Decision, _ path: RelativePath) {
        guard let filer = attachment?.filer else { return }
        errandsUnderWay += 1
        threads.submit { [mailbox] in
            mailbox.post([.abandoned(decision, path, filer.abandon(decision, path: path))])
        }
    }

    func abandoned(_ decision: Decision, _ path: RelativePath, _ leftover: Recovered?) {
        guard let leftover else { return }
        let role = Routing(watch).role(of: decision.outcome)
        report([leftover], in: role)
        // Where another file has the name by now, nothing else would look for this one, which may lie in the working
        // folder.
        guard machines[path] != nil, case .stuck(let reason, by: .destination) = leftover.end else { return }
        unforgotten[role, default: []].append((decision, path))
        if destinationStates.isAvailable(role) { destinationFailed(role, reason) }
    }

    /// Tries whether a destination can be written to again, and deals with what was left there.
    func probe(_ role: DestinationRole) {
        guard let filer = attachment?.filer else {
            return destinationFailed(role, "the inbox is not there")
        }
        errandsUnderWay += 1
        let isRecovered = recovered.contains(role)
        threads.submit { [mailbox] in
            do throws(SystemCallError) {
                try filer.probe(role)
                let leftovers = isRecovered ? nil : try filer.recover(role)
                mailbox.post([
                    .probed(role, failure: leftovers?.destinationsFault, recovered: leftovers)
                ])
            } catch {
                mailbox.post([.probed(role, failure: "\(error)", recovered: nil)])
            }
        }
    }

    /// Filings have come to their end.
    func ended(_ orders: [FilingOrder], _ ends: [Filed], _ role: DestinationRole) {
        filings.ended(orders, role)
        for (order, filed) in zip(orders, ends) { ended(order, filed, role) }
    }

    private func ended(_ order: FilingOrder, _ filed: Filed, _ role: DestinationRole) {
        switch filed.result {
        case .filed:
            if let sidecar = filed.sidecar {
                context.journal.record(.filed(sidecar, to: filed.destination))
                context.status.filed(sidecar)
            }
            leave(order.path, isFiled: true)
            // What was under way when it failed proves nothing.
            if destinationStates.isOnProbation(role) { destinationWorks(role) }
        case .destinationUnavailable(let role, let reason):
            // Filings that were under way when it went are no tries, and put off none.
            if destinationStates.isAvailable(role) { destinationFailed(role, reason) }
        case .placeUnavailable(let place, let reason): placeFailed(order.path, at: place, reason)
        case .changed, .gone, .unmovable: break
        }
        handle(.filed(order.submission, filed.result), for: order.path)
        if filed.leavesSource { heard(.arrived(.found), of: order.path) }
    }

    func destinationFailed(_ role: DestinationRole, _ reason: String) {
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
        report(leftovers ?? [], in: role)
        if let failure { return destinationFailed(role, failure) }
        if leftovers != nil { recovered.insert(role) }
        guard let delay = destinationStates.recovers(role) else { return }
        deadlines.set(.destination(role), at: now + delay)
        for path in Array(machines.keys) { handle(.destinationAvailable(role), for: path) }
        for (decision, path) in unforgotten.removeValue(forKey: role) ?? [] { abandon(decision, path) }
        if !filings.isBusy(role) { destinationWorks(role) }
    }

    private func destinationWorks(_ role: DestinationRole) {
        guard destinationStates.succeeded(role) else { return }
        deadlines.remove(.destination(role))
        context.journal.record(.destinationAvailable(role, path: destinations[role]?.path ?? ""))
    }
}
