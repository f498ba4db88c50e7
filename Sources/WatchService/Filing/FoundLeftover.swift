import BitMindAPI
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
    /// Why the claimed file, though it is there, cannot be looked at: one bad sector, say, holds up no other file.
    let mediaFailure: String?
    let target: Filing.Target?

    var path: RelativePath? { sidecar.map { RelativePath($0.media.path) } }

    /// Whether the source is the claimed file under its name in the inbox: a move was stopped between its two calls.
    let isTwin: Bool

    init(
        _ work: WorkName, destination: OpenDestination, inbox: DirectoryHandle, stop: StopFlag
    ) throws(SystemCallError) {
        self.work = work
        self.destination = destination
        let folder = destination.work
        let (decision, sidecar, bytes) = try Self.decision(folder, work)
        self.sidecar = sidecar
        sidecarBytes = bytes
        guard let sidecar else {
            source = nil
            sourceFailure = nil
            mediaFailure = nil
            target = nil
            isTwin = false
            let media: Leftover.Media = try folder.hasEntry(work.file(.media)) ? .otherBytes : .missing
            leftover = Leftover(
                decision: decision, media: media, source: .missing, isCopied: false, published: .nothing)
            return
        }
        let path = RelativePath(sidecar.media.path)
        let (source, sourceFailure) = Self.source(path, work: work, inbox: inbox)
        self.source = source
        var mediaFailure: String?
        var claimed: ClaimedFile?
        do throws(SystemCallError) {
            claimed = try Self.claimed(folder, work, sidecar, hasSource: source != nil)
        } catch  where error.isOfFile {
            mediaFailure = "\(error)"
        }
        // The source itself, claimed: what has its name is another file, which matters nothing.
        let isClaimed = claimed.map { work.wasMade(forFile: $0.identity) } ?? false
        self.sourceFailure = isClaimed ? nil : sourceFailure
        let (target, published) = try Self.target(sidecar, bytes: bytes, path: path, destination: destination)
        self.target = target
        var media = Leftover.Media.missing
        if let claimed {
            do throws(SystemCallError) {
                media = try sidecar.media.describes(claimed.file, stop) ? .judged : .otherBytes
            } catch  where error.isOfFile {
                mediaFailure = "\(error)"
            }
        }
        self.mediaFailure = mediaFailure
        let kinship = Kinship(work: work, record: sidecar.media, stop: stop)
        isTwin = kinship.isTwin(source, claimed)
        leftover = Leftover(
            decision: decision, media: media,
            source: source.map { work.wasMade(for: $0.identity) ? .same : .other } ?? .missing,
            isCopied: kinship.isCopied(
                source, claimed: claimed, target: published == .both ? target : nil),
            published: published)
    }

    /// The claimed file; nil where there is none, or only what a move has left that was stopped before its file came.
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

    /// Whether the source looks like what was judged.
    var isSourceAsJudged: Bool {
        guard let sidecar, let source else { return false }
        return sidecar.media.hasStamps(of: source.identity)
    }

    /// Takes the claimed file's second name out of the inbox, which a move has left there that was stopped between its
    /// two calls.
    /// - Returns: why that is not possible; nil where it is done, or there is none.
    func removeSecondName(inbox: DirectoryHandle) -> String? {
        guard isTwin, !leftover.isCopied, let source else { return nil }
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

    /// The filing to go on with; nil without a decision.
    func filing(inbox: DirectoryHandle, stop: StopFlag) -> Filing? {
        guard let sidecar, let path else { return nil }
        // Found, not remembered: only the bytes themselves prove that the source is what was judged.
        let source = source.map {
            Filing.Source(file: $0.file, identity: $0.identity, isIdentityProof: false)
        }
        return Filing(
            work: work, path: path, sidecar: sidecar, sidecarBytes: sidecarBytes, inbox: inbox,
            destination: destination, source: source, target: target, stop: stop)
    }

    /// Removes what says nothing that isn't said elsewhere: never media.
    func removeScraps() throws(SystemCallError) {
        for ending in [WorkName.Ending.partial, .sidecarCopy, .decision] {
            try destination.work.removeIfThere(work.file(ending))
        }
    }
}

/// A claimed file, or its copy.
struct ClaimedFile {
    let file: FileHandle
    let identity: FileIdentity
    let linkCount: UInt32
}

/// Whether the file in the inbox and the one that was claimed or published are one file, or a file and its copy.
///
/// Inode numbers tell it where the file system keeps them. Where they are others than the work's name says, size,
/// modification time and bytes tell.
private struct Kinship {
    let work: WorkName
    let record: Sidecar.MediaRecord
    let stop: StopFlag

    /// Whether both are the same file. What can't be read proves nothing.
    func isTwin(_ source: OpenedFile?, _ claimed: ClaimedFile?) -> Bool {
        guard let source, let claimed else { return false }
        if claimed.identity.isSameFile(as: source.identity) { return true }
        guard !work.wasMade(forInode: claimed.identity.inode),
            source.identity.hasSameStamps(as: claimed.identity)
        else { return false }
        do throws(SystemCallError) {
            guard source.identity.size <= MediaKind.video.maximumFileSize,
                let digest = try source.file.sha256(size: source.identity.size, stop)
            else { return false }
            return try claimed.file.sha256(size: claimed.identity.size, stop) == digest
        } catch {
            return false
        }
    }

    /// Whether the claimed or published media is another file than the source, and the source the very file that
    /// was decided on.
    func isCopied(_ source: OpenedFile?, claimed: ClaimedFile?, target: Filing.Target?) -> Bool {
        guard let source else { return false }
        if let claimed {
            return !claimed.identity.isSameFile(as: source.identity)
                && isDecided(source, insteadOf: claimed.identity)
        }
        guard let target, let published = target.folder.identity(of: target.media),
            !published.isSameFile(as: source.identity), isDecided(source, insteadOf: published)
        else { return false }
        // Somebody else's file may have the name by now, and the source is removed on the strength of it. What
        // can't be read proves nothing.
        do throws(SystemCallError) {
            return try record.describes(target.folder.openFile(target.media), stop)
        } catch {
            return false
        }
    }

    /// Whether the source is the file that was decided on.
    private func isDecided(_ source: OpenedFile, insteadOf media: FileIdentity) -> Bool {
        if work.wasMade(forInode: source.identity.inode) { return true }
        // The media is the file that was decided on, moved: what is in the inbox is another.
        if work.wasMade(forInode: media.inode) { return false }
        guard record.hasStamps(of: source.identity) else { return false }
        do throws(SystemCallError) { return try record.describes(source.file, stop) } catch { return false }
    }
}

extension SystemCallError {
    /// Whether it may be one file's alone, and not the service's or the machine's.
    fileprivate var isOfFile: Bool {
        ![.canceled, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory].contains(errno)
    }
}

extension Sidecar.MediaRecord {
    /// Whether a file looks like the one that was judged, on whatever inode.
    func hasStamps(of identity: FileIdentity) -> Bool {
        identity.size == size && identity.modified == modified
    }
}
