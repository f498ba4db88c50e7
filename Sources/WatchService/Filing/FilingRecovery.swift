package import LinuxSystem
package import WatchCore

/// What became of an interrupted filing.
package struct Recovered: Sendable, Equatable {
    package enum End: Sendable, Equatable {
        case filed(destination: [UInt8])
        case givenBack
        /// Neither a decision was left nor media.
        case nothing
        /// Only a decision was left, and the file that it was about is gone or another.
        case dropped
        /// Not ours, or not to be understood: it stays where it is.
        case stranger
        /// It can't go on for now, and is to be resumed.
        case stuck(String, by: Obstruction)
    }

    /// The name in the working folder.
    package let work: [UInt8]
    /// The file's path in the inbox, where that is known.
    package let path: RelativePath?
    package let sidecar: Sidecar?
    package let end: End

    init(work: [UInt8], path: RelativePath? = nil, sidecar: Sidecar? = nil, end: End) {
        self.work = work
        self.path = path
        self.sidecar = sidecar
        self.end = end
    }

    /// Nil for what is not the service's.
    package var workName: WorkName? {
        WorkName(fileName: work + Array(WorkName.Ending.decision.rawValue.utf8))
    }

    var isFiled: Bool {
        if case .filed = end { true } else { false }
    }
}

extension [Recovered] {
    /// Why some of it waits for its destination; nil where none does.
    package var destinationsFault: String? {
        for leftover in self {
            if case .stuck(let reason, by: .destination) = leftover.end { return reason }
        }
        return nil
    }
}

/// Goes on with the filings that an earlier run did not finish, of one inbox and one destination. Blocks.
package struct FilingRecovery: Sendable {
    private let watch: Configuration.Watch
    private let inbox: DirectoryHandle
    private let execution: any FilingExecution
    private let stop: StopFlag

    package init(
        watch: Configuration.Watch, inbox: DirectoryHandle, execution: any FilingExecution,
        stop: StopFlag = StopFlag()
    ) {
        self.watch = watch
        self.inbox = inbox
        self.execution = execution
        self.stop = stop
    }

    /// Looks at everything that lies in a destination's working folder, and finishes what is this inbox's.
    package func recover(_ destination: Destination) throws(SystemCallError) -> [Recovered] {
        let opened = try destination.open()
        let names = try opened.work.allNames()
        var works: Set<WorkName> = []
        var recovered: [Recovered] = []
        for name in names where !name.starts(with: Destination.probeMark) {
            if let work = WorkName(fileName: name) {
                if work.belongs(to: watch.inbox) { works.insert(work) }
            } else {
                recovered.append(Recovered(work: name, end: .stranger))
            }
        }
        for work in works.sorted(by: { $0.text < $1.text }) {
            recovered.append(resume(work, in: opened))
        }
        return recovered
    }

    /// Goes on with one filing of this inbox.
    package func resume(_ work: WorkName, in destination: OpenDestination) -> Recovered {
        do throws(SystemCallError) {
            let found = try FoundLeftover(work, destination: destination, inbox: inbox, stop: stop)
            let isOurs =
                found.sidecar.map { sidecar in
                    sidecar.media.inbox == watch.inbox
                        && destination.destination.role.takes(sidecar.outcome)
                } ?? true
            let end = isOurs ? go(on: found) : .stranger
            return Recovered(work: Array(work.text.utf8), path: found.path, sidecar: found.sidecar, end: end)
        } catch {
            return Recovered(work: Array(work.text.utf8), end: .stuck("\(error)", by: .destination))
        }
    }

    private func go(on found: FoundLeftover) -> Recovered.End {
        if let reason = found.mediaFailure ?? found.sourceFailure { return .stuck(reason, by: .file) }
        switch found.leftover.continuation {
        case .report: return .stranger
        case .drop: return clear(found, found.leftover.decision == .missing ? .nothing : .dropped)
        case .giveBack: return giveBack(found)
        case .resume(let step, let isCopy):
            // Not claimed yet: it is not to be copied, or taken out of the inbox and put back, at each try.
            if step == .flushDecision, found.isSourceAsJudged, let path = found.path,
                case (let folder, let error?) = found.destination.way(to: path), !error.mayBeOfName
            {
                return .stuck("\(error)", by: folder.isRoot ? .destination : .place(folder))
            }
            guard var filing = found.filing(inbox: inbox, stop: stop) else { return .stranger }
            if let failure = found.removeSecondName(inbox: inbox) { return .stuck(failure, by: .file) }
            filing.isCopy = isCopy
            filing.isPublished = found.leftover.published == .both
            return finish(filing, from: step, found)
        }
    }

    private func finish(
        _ filing: Filing, from step: FilingPlan.Step, _ found: FoundLeftover
    ) -> Recovered.End {
        let plan = filing.isCopy ? FilingPlan.copy : .rename
        var end = plan.from(step).perform(on: filing, by: execution)
        if end.fault == .crossesMounts {
            end = FilingPlan.copy.from(.copy).perform(on: end.filing, by: execution)
        }
        let filing = end.filing
        switch end.fault {
        case nil:
            return .filed(destination: filing.publishedPath)
        case .changed, .gone:
            // What was copied and published is filed, whatever its source has become.
            if filing.isPublished { return clear(found, .filed(destination: filing.publishedPath)) }
            return retract(filing, keepsDecision: false, then: .dropped)
        case .unmovable(let reason):
            return retract(filing, keepsDecision: true, then: .stuck(reason, by: .file))
        case .touched:
            return retract(filing, keepsDecision: true, then: .stuck("\(FilingFault.touched)", by: .file))
        case .destination(let reason):
            return retract(filing, keepsDecision: true, then: .stuck(reason, by: .destination))
        case .placing(let reason, let isOfName):
            return retract(
                filing, keepsDecision: true, then: Self.stuck(filing, .placing(reason, isOfName: isOfName)))
        case .crossesMounts:
            return .stuck("no way across its mount", by: .file)
        }
    }

    /// - Parameter end: asked for afterwards, when what was written is gone again.
    private func retract(
        _ filing: Filing, keepsDecision: Bool, then end: @autoclosure () -> Recovered.End
    ) -> Recovered.End {
        if filing.isPublished { return end() }
        do throws(FilingFault) {
            try filing.retract(keepsDecision: keepsDecision)
            return end()
        } catch .crossesMounts where end() == .givenBack {
            // A copy whose source is gone, and neither what was judged nor anything else that is known.
            return .stranger
        } catch {
            return Self.stuck(filing, error)
        }
    }

    private static func stuck(_ filing: Filing, _ fault: FilingFault) -> Recovered.End {
        let (reason, obstruction) = filing.destination.obstruction(of: filing.path, fault)
        return .stuck(reason, by: obstruction)
    }

    private func giveBack(_ found: FoundLeftover) -> Recovered.End {
        guard var filing = found.filing(inbox: inbox, stop: stop) else { return .stranger }
        filing.isCopy = found.leftover.isCopied
        filing.isTwin = found.isTwin
        return retract(filing, keepsDecision: false, then: .givenBack)
    }

    private func clear(_ found: FoundLeftover, _ end: Recovered.End) -> Recovered.End {
        do throws(SystemCallError) {
            try found.removeScraps()
            return end
        } catch {
            return .stuck("\(error)", by: .destination)
        }
    }
}

extension DirectoryHandle {
    /// Every name in the folder.
    fileprivate func allNames() throws(SystemCallError) -> [[UInt8]] {
        let cursor = try entries()
        var names: [[UInt8]] = []
        while true {
            let more = try cursor.next(1024)
            if more.isEmpty { return names }
            names += more.map(\.name)
        }
    }
}
