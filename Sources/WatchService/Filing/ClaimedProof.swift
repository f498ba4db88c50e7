import LinuxSystem
import SystemPackage
import WatchCore

/// The last proof of a claimed file's bytes, immediately before it is published.
///
/// The file may have other names, or be open in a program that reads it and may open it again: its owner can
/// write to it although it is in the working folder. A read lease is held from before the bytes are read
/// until the file is published, so that no process can open it for writing in between. If the kernel grants
/// no lease, the file is checked again when it is published.
struct ClaimedProof {
    private let lease: FileLease?
    /// The identity before its bytes were read; nil for a copy, which no other process can reach.
    private let identity: FileIdentity?
    private let hasOtherNames: Bool

    /// - Throws: `changed` if the bytes differ, `touched` if a program writes to them.
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

    /// Confirms, once the media is published, that it still has the proved bytes.
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
    /// Whether an open file has the recorded bytes. Without a recorded digest, the size and the modification
    /// time decide.
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
    /// Copies the content of another file, if that file matches a record.
    /// - Returns: whether it matches.
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
    /// Whether it looks like the empty file that an interrupted `DirectoryHandle.move` leaves on a file
    /// system that can neither link nor rename without replacing.
    var isPlaceholder: Bool { kind == .regular && size == 0 && mode == 0o600 && linkCount == 1 }
}
