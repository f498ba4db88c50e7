package import LinuxSystem
import SystemPackage
package import WatchCore

/// What became of an interrupted filing.
package struct Recovered: Sendable, Equatable {
    package enum End: Sendable, Equatable {
        case filed(destination: [UInt8])
        case givenBack
        /// Only a decision was left, and the file that it was about is gone or another.
        case dropped
        /// Not ours, or not to be understood: it stays where it is.
        case stranger
        /// It can't go on for now: for the file's own sake, which is then tried again like any other, or for the
        /// destination's, which is then to be recovered once more.
        case stuck(String, byDestination: Bool)
    }

    /// The name in the working folder.
    package var work: [UInt8]
    /// The file's path in the inbox, where that is known.
    package var path: RelativePath?
    package var sidecar: Sidecar?
    package var end: End
}

extension [Recovered] {
    /// Why some of it waits for its destination; nil where none does.
    package var destinationsFault: String? {
        for leftover in self {
            if case .stuck(let reason, byDestination: true) = leftover.end { return reason }
        }
        return nil
    }
}

/// Goes on with the filings that an earlier run did not finish, of one inbox and one destination. Blocks.
package struct FilingRecovery: Sendable {
    private let watch: Configuration.Watch
    private let inbox: DirectoryHandle
    private let execution: any FilingExecution

    package init(watch: Configuration.Watch, inbox: DirectoryHandle, execution: any FilingExecution) {
        self.watch = watch
        self.inbox = inbox
        self.execution = execution
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
            let found = try FoundLeftover(work, destination: destination, inbox: inbox)
            let isOurs = found.sidecar.map { $0.media.inbox == watch.inbox } ?? true
            let end = isOurs ? go(on: found) : .stranger
            return Recovered(work: Array(work.text.utf8), path: found.path, sidecar: found.sidecar, end: end)
        } catch {
            return Recovered(work: Array(work.text.utf8), end: .stuck("\(error)", byDestination: true))
        }
    }

    private func go(on found: FoundLeftover) -> Recovered.End {
        if let reason = found.sourceFailure { return .stuck(reason, byDestination: false) }
        switch found.leftover.continuation {
        case .report: return .stranger
        case .drop: return clear(found, .dropped)
        case .giveBack: return giveBack(found)
        case .resume(let step, let isCopy):
            guard var filing = found.filing(inbox: inbox) else { return .stranger }
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
            return retract(filing, keepsDecision: true, then: .stuck(reason, byDestination: false))
        case .destination(let reason):
            return retract(filing, keepsDecision: true, then: .stuck(reason, byDestination: true))
        case .crossesMounts:
            return .stuck("no way across its mount", byDestination: false)
        }
    }

    private func retract(
        _ filing: Filing, keepsDecision: Bool, then end: Recovered.End
    ) -> Recovered.End {
        if filing.isPublished { return end }
        do throws(FilingFault) {
            try filing.retract(keepsDecision: keepsDecision)
            return end
        } catch {
            return .stuck("\(error)", byDestination: true)
        }
    }

    private func giveBack(_ found: FoundLeftover) -> Recovered.End {
        guard var filing = found.filing(inbox: inbox) else { return .stranger }
        filing.isCopy = found.leftover.isCopied
        return retract(filing, keepsDecision: false, then: .givenBack)
    }

    private func clear(_ found: FoundLeftover, _ end: Recovered.End) -> Recovered.End {
        do throws(SystemCallError) {
            try found.removeScraps()
            return end
        } catch {
            return .stuck("\(error)", byDestination: true)
        }
    }
}

/// What lies in the working folder under one name, and what else belongs to it.
private struct FoundLeftover: Sendable {
    let work: WorkName
    let destination: OpenDestination
    let leftover: Leftover
    let sidecar: Sidecar?
    let sidecarBytes: [UInt8]
    let source: OpenedFile?
    /// Why the source, though it is there, cannot be looked at.
    let sourceFailure: String?
    let target: Filing.Target?

    var path: RelativePath? { sidecar.map { RelativePath($0.media.path) } }

    init(_ work: WorkName, destination: OpenDestination, inbox: DirectoryHandle) throws(SystemCallError) {
        self.work = work
        self.destination = destination
        let folder = destination.work
        let (decision, sidecar, bytes) = try Self.decision(folder, work)
        self.sidecar = sidecar
        sidecarBytes = bytes
        guard let sidecar else {
            source = nil
            sourceFailure = nil
            target = nil
            let media: Leftover.Media = try folder.hasEntry(work.file(.media)) ? .otherBytes : .missing
            leftover = Leftover(
                decision: decision, media: media, source: .missing, isCopied: false, published: .nothing)
            return
        }
        let path = RelativePath(sidecar.media.path)
        let (source, sourceFailure) = Self.source(path, work: work, inbox: inbox)
        self.source = source
        self.sourceFailure = sourceFailure
        let (target, published) = try Self.target(sidecar, bytes: bytes, path: path, destination: destination)
        self.target = target
        var media = Leftover.Media.missing
        if try folder.hasEntry(work.file(.media)) {
            let file = try folder.openFile(work.file(.media))
            media = try file.sha256() == sidecar.media.sha256 ? .judged : .otherBytes
        }
        leftover = Leftover(
            decision: decision, media: media,
            source: source.map { work.wasMade(for: $0.identity) ? .same : .other } ?? .missing,
            isCopied: Self.isCopied(source, work, target: published == .both ? target : nil, folder: folder),
            published: published)
    }

    /// Whether the claimed or published media is another file than the source, and the source the very file that
    /// was decided on.
    private static func isCopied(
        _ source: OpenedFile?, _ work: WorkName, target: Filing.Target?, folder: DirectoryHandle
    ) -> Bool {
        guard let source = source?.identity, work.wasMade(forInode: source.inode) else { return false }
        let media =
            folder.identity(of: work.file(.media)) ?? target.flatMap { $0.folder.identity(of: $0.media) }
        return media.map { !$0.isSameFile(as: source) } ?? false
    }

    private static func decision(
        _ folder: DirectoryHandle, _ work: WorkName
    ) throws(SystemCallError) -> (Leftover.DecisionFile, Sidecar?, bytes: [UInt8]) {
        let name = work.file(.decision)
        guard try folder.hasEntry(name) else { return (.missing, nil, []) }
        let file = try folder.openFile(name)
        // Far more than any sidecar has: what is larger was not written by the service.
        let bytes = try file.bytes(at: 0, count: 16 << 20)
        // The newline comes last: without it, JSON that can be read is not all that was to be written.
        guard bytes.last == UInt8(ascii: "\n") else { return (.unfinished, nil, bytes) }
        let whole: Sidecar
        do throws(SidecarError) {
            let sidecar = try Sidecar(parsing: bytes)
            whole = sidecar
        } catch {
            return (.unfinished, nil, bytes)
        }
        // The run that wrote it may have been stopped before it was on the disk.
        try file.flushData()
        return (.whole, whole, bytes)
    }

    /// The source, or what has its name now; renamed for its removal, it is looked for under that name.
    private static func source(
        _ path: RelativePath, work: WorkName, inbox: DirectoryHandle
    ) -> (OpenedFile?, failure: String?) {
        for name in [work.retired, path.name] {
            do throws(OpenFailure) {
                return (try inbox.openRegularFile(path.folder.appending(name)), nil)
            } catch {
                switch error {
                case .gone, .special: continue
                case .unreadable(let reason): return (nil, reason)
                }
            }
        }
        return (nil, nil)
    }

    /// The pair of names that has the decision's sidecar.
    private static func target(
        _ sidecar: Sidecar, bytes: [UInt8], path: RelativePath, destination: OpenDestination
    ) throws(SystemCallError) -> (Filing.Target?, Leftover.Published) {
        let folder: DirectoryHandle
        do throws(SystemCallError) {
            folder = try destination.root.openFolder(path.folder.bytes)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return (nil, .nothing)
        }
        let names = TargetName(name: path.name, sha256: sidecar.media.sha256)
        var attempt = 0
        while true {
            let pair = names.pair(attempt)
            let hasMedia = try folder.hasEntry(pair.media)
            let hasSidecar = try folder.hasEntry(pair.sidecar)
            if hasSidecar, try folder.file(pair.sidecar, holds: bytes) {
                let target = Filing.Target(folder: folder, media: pair.media, sidecar: pair.sidecar)
                return (target, hasMedia ? .both : .sidecar)
            }
            if !hasMedia && !hasSidecar { return (nil, .nothing) }
            attempt += 1
        }
    }

    /// The filing to go on with; nil without a decision.
    func filing(inbox: DirectoryHandle) -> Filing? {
        guard let sidecar, let path else { return nil }
        // Found, not remembered: only the bytes themselves prove that the source is what was judged.
        let source = source.map {
            Filing.Source(file: $0.file, identity: $0.identity, isIdentityProof: false)
        }
        return Filing(
            work: work, path: path, sidecar: sidecar, sidecarBytes: sidecarBytes, inbox: inbox,
            destination: destination, source: source, target: target)
    }

    /// Removes what says nothing that isn't said elsewhere: never media.
    func removeScraps() throws(SystemCallError) {
        for ending in [WorkName.Ending.partial, .sidecarCopy, .decision] {
            try destination.work.removeIfThere(work.file(ending))
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
