import LinuxSystem
import SystemPackage
import WatchCore

/// What lies in the working folder under one name, and what else belongs to it.
struct FoundLeftover: Sendable {
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
        // The source itself, claimed: what has its name is another file, which matters nothing.
        let isClaimed = folder.identity(of: work.file(.media)).map { work.wasMade(forFile: $0) } ?? false
        self.sourceFailure = isClaimed ? nil : sourceFailure
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
            isCopied: Self.isCopied(
                source, work, sha256: sidecar.media.sha256, target: published == .both ? target : nil,
                folder: folder),
            published: published)
    }

    /// Whether the source looks like what was judged.
    var isSourceAsJudged: Bool {
        guard let sidecar, let source else { return false }
        return work.isSource(source.identity, of: sidecar)
    }

    /// Whether the claimed or published media is another file than the source, and the source the very file that
    /// was decided on.
    private static func isCopied(
        _ source: OpenedFile?, _ work: WorkName, sha256: String, target: Filing.Target?,
        folder: DirectoryHandle
    ) -> Bool {
        guard let source = source?.identity, work.wasMade(forInode: source.inode) else { return false }
        if let claimed = folder.identity(of: work.file(.media)) { return !claimed.isSameFile(as: source) }
        guard let target, let published = target.folder.identity(of: target.media),
            !published.isSameFile(as: source)
        else { return false }
        // Somebody else's file may have the name by now, and the source is removed on the strength of it. What
        // can't be read proves nothing.
        do throws(SystemCallError) {
            return try target.folder.openFile(target.media).sha256() == sha256
        } catch {
            return false
        }
    }

    private static func decision(
        _ folder: DirectoryHandle, _ work: WorkName
    ) throws(SystemCallError) -> (Leftover.DecisionFile, Sidecar?, bytes: [UInt8]) {
        let name = work.file(.decision)
        guard try folder.hasEntry(name) else { return (.missing, nil, []) }
        let file = try folder.openFile(name)
        let bytes = try file.bytes(at: 0, count: Sidecar.mostBytes)
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

    /// What says that there is no such folder, or none that anything could have been published in.
    private static let noWay: [Errno] = [
        .noSuchFileOrDirectory, .permissionDenied, .notDirectory, .tooManySymbolicLinkLevels,
    ]

    /// The pair of names that has the decision's sidecar.
    private static func target(
        _ sidecar: Sidecar, bytes: [UInt8], path: RelativePath, destination: OpenDestination
    ) throws(SystemCallError) -> (Filing.Target?, Leftover.Published) {
        let folder: DirectoryHandle
        do throws(SystemCallError) {
            folder = try destination.root.openFolder(path.folder.bytes)
        } catch let error where Self.noWay.contains(error.errno) {
            return (nil, .nothing)
        }
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

extension WorkName {
    /// Whether a file looks like the one that was judged, to all but its change time, which a filing moves itself.
    func isSource(_ identity: FileIdentity, of sidecar: Sidecar) -> Bool {
        wasMade(forInode: identity.inode) && identity.size == sidecar.media.size
            && identity.modified == sidecar.media.modified
    }
}
