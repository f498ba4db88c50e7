import LinuxSystem
import SystemPackage
import WatchCore

/// The last proof of a claimed file's bytes, right before it is published.
///
/// The file may have other names, or be open in a program that reads it and may open it anew: its owner can write to
/// it though it lies in the working folder. A read lease is held from before the bytes are read until the file has
/// been published: nobody can open it for writing in between. Where the kernel gives no lease, the file is looked at
/// once more when it is published.
struct ClaimedProof {
    private let lease: FileLease?
    /// Before its bytes were read; nil for a copy, which nobody else can reach.
    private let identity: FileIdentity?
    private let hasOtherNames: Bool

    /// - Throws: `changed` where the bytes are other ones, `touched` where a program writes to them.
    init(_ filing: Filing) throws(FilingFault) {
        guard !filing.isCopy else {
            (lease, identity, hasOtherNames) = (nil, nil, false)
            return
        }
        let isJudged: Bool
        do throws(SystemCallError) {
            let file = try filing.destination.work.openFile(filing.work.file(.media))
            switch try file.takeLease() {
            case .taken(let lease): self.lease = lease
            case .writer: throw .textFileBusy
            case .unavailable: lease = nil
            }
            let status = try file.status()
            identity = FileIdentity(status)
            hasOtherNames = status.linkCount > 1
            let lease = lease
            isJudged = try filing.sidecar.media.describes(file, filing.stop) { lease?.isHeld ?? true }
            if let lease, !lease.isHeld { throw .textFileBusy }
        } catch {
            throw error.errno == .textFileBusy ? .touched : FilingFault(placing: error)
        }
        if !isJudged { throw .changed }
    }

    /// Confirms, once the media is published, that its bytes are still those that were proved.
    func confirm(_ filing: Filing, at target: Filing.Target) throws(FilingFault) {
        if let lease { return lease.giveBack() }
        guard let identity else { return }
        let isJudged: Bool
        do throws(SystemCallError) {
            let published = FileIdentity(try target.folder.status(of: target.media))
            if identity.hasSameStamps(as: published), !hasOtherNames {
                isJudged = true
            } else {
                isJudged = try filing.sidecar.media.describes(
                    target.folder.openFile(target.media), filing.stop)
            }
        } catch {
            throw FilingFault(placing: error)
        }
        if !isJudged { throw .changed }
    }
}

extension Sidecar.MediaRecord {
    /// Whether an open file has the bytes that this tells of; where it tells no digest, the size and the time of the
    /// last change decide.
    func describes(
        _ file: FileHandle, _ stop: StopFlag, while goesOn: () -> Bool = { true }
    ) throws(SystemCallError) -> Bool {
        let status = try file.status()
        guard status.size == size else { return false }
        guard let sha256 else { return Timestamp(status.modified) == modified }
        return try file.sha256(size: size, stop, while: goesOn) == sha256
    }
}

extension FileHandle {
    /// Takes the content of another file, if it is what a record tells of.
    /// - Returns: whether it is.
    func takeContent(
        of original: FileHandle, as record: Sidecar.MediaRecord, _ stop: StopFlag
    ) throws(SystemCallError) -> Bool {
        guard let sha256 = record.sha256 else {
            return try takeContentUnhashed(of: original, size: record.size, stop)
        }
        return try takeContent(of: original, size: record.size, stop) == sha256
    }
}

extension FileStatus {
    /// Whether it looks like the empty file that `DirectoryHandle.move` leaves where it is stopped half-way on a file
    /// system that can neither link nor rename without replacing.
    var isPlaceholder: Bool { kind == .regular && size == 0 && mode == 0o600 && linkCount == 1 }
}
