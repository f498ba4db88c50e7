import LinuxSystem
import WatchCore

// The filings that were begun and not finished, of earlier runs and of this one.
extension Inbox {
    /// A machine lets go of a decision: its file is another now, or is nowhere to be seen.
    func abandon(_ decision: Decision, _ path: RelativePath) {
        keepUprooted(decision)
        let id = id(of: decision, path)
        // Else what is there is found with what earlier runs have left.
        guard searched.contains(id.role) else { return }
        // Else there is nothing: while a destination is gone, any number of files may come and go.
        guard begun.remove(id) != nil else { return }
        // It may be known, and being tried.
        if leftovers[id] == nil {
            let found = machines[path]?.found ?? context.time.date
            leftovers.insert(
                DecidedLeftover(id, path: path, identity: decision.prospect.identity, found: found))
            barred.rename(.file(path), to: .leftover(id))
        }
        resume([id], in: id.role)
    }

    /// Has the filing threads go on with those that they are not at.
    func resume(_ ids: [DecidedLeftover.ID], in role: DestinationRole) {
        guard !isStopping, let filer = attachment?.filer else { return }
        let begun = leftovers.begin(ids)
        if begun.isEmpty { return }
        errandsUnderWay += 1
        threads.submit { [mailbox] in
            mailbox.post([.resumed(role, filer.resume(begun, in: role))])
        }
    }

    func resumed(_ role: DestinationRole, _ recovered: [Recovered]) {
        report(recovered, in: role)
        // One that waits for its place is no reason to think ill of the destination.
        let others = recovered.filter {
            id(of: $0, in: role).flatMap { barred.place(of: .leftover($0)) } == nil
        }
        if let fault = others.destinationsFault, destinationStates.isAvailable(role) {
            destinationFailed(role, fault)
        }
    }

    /// Those that wait for their destination; those that wait for a place there are tried with it.
    func leftoversWaiting(for role: DestinationRole) -> [DecidedLeftover.ID] {
        leftovers.all.filter { !$0.waitsForItself }.map(\.id)
            .filter { $0.role == role && barred.place(of: .leftover($0)) == nil }
    }

    /// Tries those of some again that wait until their files can be read and moved.
    func retry(_ some: [DecidedLeftover]) {
        let waiting = some.filter(\.waitsForItself).map(\.id)
        for (role, ids) in Dictionary(grouping: waiting, by: \.role) { resume(ids, in: role) }
    }

    /// Whether a machine is to leave its file to a leftover: two threads at one filing, or at two of one file, would
    /// file it twice where it is copied.
    func isLeftToLeftover(_ decision: Decision, _ path: RelativePath) -> Bool {
        !leftovers.isEmpty && (leftovers[id(of: decision, path)] != nil || isDecided(path))
    }

    /// Remembers which filings the threads have begun and not ended.
    /// - Returns: whether one has ended that was begun before.
    func noteBegun(_ order: FilingOrder, _ result: FilingResult) -> Bool {
        switch result {
        case .filed, .changed, .gone:
            return !begun.isEmpty && begun.remove(id(of: order.decision, order.path)) != nil
        case .touched, .unmovable, .destinationUnavailable, .placeUnavailable:
            begun.insert(id(of: order.decision, order.path))
            return false
        }
    }

    /// Whether the file there is one of those that wait: it is not to be sent once more.
    func isDecided(_ path: RelativePath) -> Bool {
        guard let inbox = attachment?.root else { return false }
        return leftovers.at(path).contains { $0.isThere(in: inbox) }
    }

    func report(_ recovered: [Recovered], in role: DestinationRole) {
        if recovered.isEmpty { return }
        reportSoon()
        for leftover in recovered {
            note(leftover, in: role)
            switch leftover.end {
            // Told by the state of the place or the destination, not for each file.
            case .stuck(_, by: .place), .stuck(_, by: .destination): continue
            case .stuck(_, by: .file) where !stuck.insert(leftover.work).inserted: continue
            case .nothing, .stuck, .filed, .givenBack, .dropped, .stranger: break
            }
            if let event = JournalEvent.recovered(leftover) { context.journal.record(event) }
            if case .filed(let destination) = leftover.end, let sidecar = leftover.sidecar {
                context.journal.record(.filed(sidecar, to: destination))
                context.status.filed(sidecar)
            }
        }
    }

    /// Remembers what waits, until it waits no more.
    private func note(_ recovered: Recovered, in role: DestinationRole) {
        // The folder may have been let go of meanwhile.
        guard searched.contains(role), let id = id(of: recovered, in: role) else { return }
        switch recovered.end {
        case .stuck(let reason, let obstruction):
            leftovers.insert(
                DecidedLeftover(id, recovered, stuck: reason, by: obstruction, after: leftovers[id]))
            switch obstruction {
            case .place(let folder): placeFailed(id, recovered, at: DestinationPlace(role, folder), reason)
            case .destination:
                if let place = barred.place(of: .leftover(id)) {
                    placeFailed(id, recovered, at: place, reason)
                }
            case .file:
                leave(.leftover(id), isFiled: false)
                deadlines.set(.leftovers, at: now + Hold.retryInterval)
            }
        case .nothing, .dropped, .givenBack, .filed, .stranger:
            leave(.leftover(id), isFiled: recovered.isFiled)
            begun.remove(id)
            // What has that name now, if anything, is looked at like any other file.
            if let path = leftovers.remove(id)?.path {
                if recovered.end == .dropped || recovered.end == .givenBack { relapsed(path) }
                heard(.arrived(.found), of: path)
            }
        }
    }

    private func placeFailed(
        _ id: DecidedLeftover.ID, _ recovered: Recovered, at place: DestinationPlace, _ reason: String
    ) {
        placeFailed(.leftover(id), recovered.path ?? RelativePath(recovered.work), at: place, reason)
    }

    private func id(of decision: Decision, _ path: RelativePath) -> DecidedLeftover.ID {
        DecidedLeftover.ID(
            Routing(watch).role(of: decision.outcome),
            WorkName(decision.prospect.identity, path: path, inbox: watch.inbox))
    }

    /// Nil for what is not the service's.
    private func id(of recovered: Recovered, in role: DestinationRole) -> DecidedLeftover.ID? {
        recovered.workName.map { DecidedLeftover.ID(role, $0) }
    }

    /// The folder is let go of: what lies in the destinations is found again when it is taken up.
    func forgetLeftovers() {
        for leftover in leftovers.all { leave(.leftover(leftover.id), isFiled: false) }
        leftovers = DecidedLeftovers()
        begun = []
        searched = []
        stuck = []
    }
}
