import BitMindAPI
import LinuxSystem
import SystemPackage
import WatchCore

/// A filing that has begun, as its files show: those in the working folder, and those that belong to them.
struct UnfinishedFiling: Sendable {
    let work: WorkName
    let destination: OpenDestination
    let evidence: FilingEvidence
    let sidecar: Sidecar?
    let sidecarBytes: [UInt8]
    let source: OpenedFile?
    /// Why the source exists but cannot be looked at.
    let sourceFailure: String?
    /// Why the claimed file exists but cannot be looked at. One bad sector, for example, does not delay other
    /// files.
    let mediaFailure: String?
    let target: Filing.Target?

    var path: RelativePath? { sidecar.map { RelativePath($0.media.path) } }

    /// Whether the source is the claimed file under its name in the inbox, because a move was interrupted
    /// between its two calls.
    let isTwin: Bool

    /// Reads what lies in the working folder and in the inbox.
    /// - Throws: what keeps the destination from being read; what concerns this file alone is a `mediaFailure` or a
    ///   `sourceFailure`.
    init(
        _ work: WorkName, destination: OpenDestination, inbox: DirectoryHandle, stop: StopFlag
    ) throws(SystemCallError) {
        let (decision, sidecar, bytes) = try Self.decision(destination.work, work)
        if let sidecar {
            self = try UnfinishedFiling(work, destination, inbox, decided: sidecar, bytes, stop)
        } else {
            self = try UnfinishedFiling(work, destination, without: decision, bytes)
        }
    }

    /// Without a decision that can be read.
    private init(
        _ work: WorkName, _ destination: OpenDestination, without decision: FilingEvidence.DecisionFile,
        _ bytes: [UInt8]
    ) throws(SystemCallError) {
        self.work = work
        self.destination = destination
        sidecar = nil
        sidecarBytes = bytes
        source = nil
        sourceFailure = nil
        mediaFailure = nil
        target = nil
        isTwin = false
        let hasMedia = try destination.work.hasEntry(work.file(.media))
        evidence = FilingEvidence(
            decision: decision, media: hasMedia ? .otherBytes : .missing, source: .missing, isCopied: false,
            published: .nothing)
    }

    private init(
        _ work: WorkName, _ destination: OpenDestination, _ inbox: DirectoryHandle, decided sidecar: Sidecar,
        _ bytes: [UInt8], _ stop: StopFlag
    ) throws(SystemCallError) {
        self.work = work
        self.destination = destination
        self.sidecar = sidecar
        sidecarBytes = bytes
        let path = RelativePath(sidecar.media.path)
        let (source, sourceFailure) = Self.source(path, work: work, inbox: inbox)
        self.source = source
        let (claimed, media, mediaFailure) = try Self.media(
            destination.work, work, sidecar, hasSource: source != nil, stop)
        self.mediaFailure = mediaFailure
        // The source itself was claimed. Another file now has its name, and does not matter.
        let isClaimed = claimed.map { work.wasMade(forFile: $0.identity) } ?? false
        self.sourceFailure = isClaimed ? nil : sourceFailure
        let (target, published) = try Self.target(sidecar, bytes: bytes, path: path, destination: destination)
        self.target = target
        let kinship = Kinship(work: work, record: sidecar.media, stop: stop)
        isTwin = kinship.isTwin(source, claimed)
        evidence = FilingEvidence(
            decision: .whole, media: media,
            source: source.map { work.wasMade(for: $0.identity) ? .same : .other } ?? .missing,
            isCopied: kinship.isCopied(
                source, claimed: claimed, target: published == .both ? target : nil),
            published: published)
    }

    /// The claimed file, and whether it has the judged bytes; or why it cannot be read.
    private static func media(
        _ folder: DirectoryHandle, _ work: WorkName, _ sidecar: Sidecar, hasSource: Bool, _ stop: StopFlag
    ) throws(SystemCallError) -> (ClaimedFile?, FilingEvidence.Media, failure: String?) {
        var claimed: ClaimedFile?
        do throws(SystemCallError) {
            claimed = try Self.claimed(folder, work, sidecar, hasSource: hasSource)
            guard let claimed else { return (nil, .missing, nil) }
            return (claimed, try sidecar.media.describes(claimed.file, stop) ? .judged : .otherBytes, nil)
        } catch  where error.isOfFile {
            return (claimed, .missing, "\(error)")
        }
    }

    /// The claimed file; nil if there is none, or only the placeholder of an interrupted move.
    private static func claimed(
        _ folder: DirectoryHandle, _ work: WorkName, _ sidecar: Sidecar, hasSource: Bool
    ) throws(SystemCallError) -> ClaimedFile? {
        guard let status = try folder.statusIfThere(work.file(.media)) else { return nil }
        if status.isPlaceholder, sidecar.media.size > 0, hasSource {
            try folder.remove(work.file(.media))
            return nil
        }
        return ClaimedFile(
            file: try folder.openFile(work.file(.media)), identity: FileIdentity(status),
            linkCount: status.linkCount)
    }

    /// Whether the source looks like the judged file.
    var isSourceAsJudged: Bool {
        guard let sidecar, let source else { return false }
        return JudgedFile(sidecar.media).hasStamps(of: source.identity)
    }

    /// Removes the claimed file's second name from the inbox, which an interrupted move has left there.
    /// - Returns: why that is not possible; nil if it is done, or there is none.
    func removeSecondName(inbox: DirectoryHandle) -> String? {
        guard isTwin, !evidence.isCopied, let source else { return nil }
        do throws(SystemCallError) {
            try source.folder.remove(source.name)
            try source.folder.flush()
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func decision(
        _ folder: DirectoryHandle, _ work: WorkName
    ) throws(SystemCallError) -> (FilingEvidence.DecisionFile, Sidecar?, bytes: [UInt8]) {
        let name = work.file(.decision)
        guard try folder.hasEntry(name) else { return (.missing, nil, []) }
        let file = try folder.openFile(name)
        let bytes = try file.bytes(at: 0, count: Sidecar.mostBytes)
        // The newline is written last: without it, even valid JSON may be incomplete.
        guard bytes.last == UInt8(ascii: "\n") else { return (.unfinished, nil, bytes) }
        let whole: Sidecar
        do throws(SidecarError) {
            let sidecar = try Sidecar(parsing: bytes)
            whole = sidecar
        } catch {
            return (.unfinished, nil, bytes)
        }
        // The run that wrote it may have been interrupted before the flush.
        try file.flushData()
        return (.whole, whole, bytes)
    }

    /// The source, or the file that now has its name. A source that was renamed for its removal is found
    /// under that name.
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

    /// The errors that mean that there is no such folder, or none in which a file could have been published.
    private static let noWay: [Errno] = [
        .noSuchFileOrDirectory, .permissionDenied, .notDirectory, .tooManySymbolicLinkLevels,
    ]

    /// The pair of names with the decision's sidecar.
    private static func target(
        _ sidecar: Sidecar, bytes: [UInt8], path: RelativePath, destination: OpenDestination
    ) throws(SystemCallError) -> (Filing.Target?, FilingEvidence.Published) {
        let folder: DirectoryHandle
        do throws(SystemCallError) {
            folder = try destination.root.openFolder(path.folderBytes)
        } catch let error where Self.noWay.contains(error.errno) || error.mayBeOfName {
            return (nil, .nothing)
        }
        do throws(SystemCallError) {
            return try TargetName.first(of: path.name, sha256: sidecar.media.sha256) {
                (pair) throws(SystemCallError) in
                let hasMedia = try folder.hasEntry(pair.media)
                if try folder.file(pair.sidecar, holds: bytes) {
                    let target = Filing.Target(folder: folder, media: pair.media, sidecar: pair.sidecar)
                    return (target, hasMedia ? .both : .sidecar)
                }
                if hasMedia { return nil }
                return try folder.hasEntry(pair.sidecar) ? nil : (nil, .nothing)
            }
        } catch let error where error.mayBeOfName {
            return (nil, .nothing)
        }
    }

    /// The filing to continue; nil without a decision.
    func filing(inbox: DirectoryHandle, stop: StopFlag) -> Filing? {
        guard let sidecar, let path else { return nil }
        // After a restart, only the bytes prove that the source is the judged file.
        let source = source.map {
            Filing.Source(file: $0.file, identity: $0.identity, isIdentityProof: false)
        }
        var filing = Filing(
            work: work, path: path, sidecar: sidecar, sidecarBytes: sidecarBytes, inbox: inbox,
            destination: destination, source: source, target: target, stop: stop)
        filing.isDecided = true
        filing.isCopy = evidence.isCopied
        return filing
    }

}

/// A claimed file, or its copy.
struct ClaimedFile {
    let file: FileHandle
    let identity: FileIdentity
    let linkCount: UInt32
}

extension SystemCallError {
    /// Whether the error may concern this file alone, and not the service or the machine.
    fileprivate var isOfFile: Bool {
        ![.canceled, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory].contains(errno)
    }
}
