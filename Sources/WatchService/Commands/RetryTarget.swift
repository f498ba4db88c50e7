import LinuxSystem
import SystemPackage
import WatchCore

/// The place in an inbox to which a file returns.
struct RetryTarget {
    /// Below the inbox.
    let path: RelativePath
    /// The record of the file in the failure's sidecar.
    let record: Sidecar.MediaRecord
    /// Distinguishes names that are shortened.
    private var sha256: String? { record.sha256 }

    /// Moves a file here. If the inbox is on another file system, a copy is made, which is complete and
    /// flushed before it gets a name that the service looks at.
    /// - Returns: the file's new name.
    func take(_ mark: RetryMark, into inbox: DirectoryHandle) throws -> [UInt8] {
        let target = try inbox.makeFolders(path.folderBytes, mode: 0o777)
        do throws(SystemCallError) {
            let given = try mark.folder.giveBack(mark.media, to: target, as: path.name, sha256: sha256)
            try target.flush()
            return given
        } catch let error where error.errno == .improperLink {
            return try copy(mark, to: target)
        }
    }

    /// Gives the copy of an interrupted retry its name, if there is one. The original was removed when the
    /// copy was complete.
    /// - Returns: the name; nil if there is no copy.
    func takeCopy(of mark: RetryMark, in inbox: DirectoryHandle) throws -> [UInt8]? {
        guard let (target, copyName, copy) = try openCopy(of: mark, in: inbox) else { return nil }
        guard try record.describes(copy, StopFlag()) else {
            let name = DisplayName(path.folder.appending(copyName).bytes).escaped
            throw Retry.Refusal(
                "its copy in the inbox, \(name), has other bytes than the failed file: check it, then rename or remove it"
            )
        }
        let given = try target.giveBack(copyName, to: target, as: path.name, sha256: sha256)
        try target.flush()
        return given
    }

    private func openCopy(
        of mark: RetryMark, in inbox: DirectoryHandle
    ) throws(SystemCallError) -> (folder: DirectoryHandle, name: [UInt8], file: FileHandle)? {
        for name in [mark.copyName, try mark.formerCopyName] {
            do throws(SystemCallError) {
                let folder = try inbox.openFolder(path.folderBytes)
                return (folder, name, try folder.openFile(name))
            } catch let error where error.errno == .noSuchFileOrDirectory {}
        }
        return nil
    }

    private func copy(_ mark: RetryMark, to target: DirectoryHandle) throws -> [UInt8] {
        let original = try mark.folder.openFile(mark.media)
        let identity = FileIdentity(try original.status())
        let partial = mark.copyName
        for left in [partial, try mark.formerCopyName] { try target.removeIfThere(left) }
        let copy = try target.createFile(partial, mode: 0o600)
        do {
            try takeContent(copy, of: original, size: identity.size)
            try copy.takeAttributes(of: original)
            try copy.flush()
            try target.flush()
            guard FileIdentity(try original.status()).hasSameStamps(as: identity),
                let there = mark.folder.identity(of: mark.media), there.hasSameStamps(as: identity)
            else {
                throw Retry.Refusal("it changed while it was copied: try again when no program writes to it")
            }
        } catch {
            // The error of the copy is thrown.
            do throws(SystemCallError) { try target.removeIfThere(partial) } catch _ {}
            throw error
        }
        do throws(SystemCallError) {
            try mark.folder.remove(mark.media)
        } catch  where mark.folder.identity(of: mark.media) != nil {
            // As above. After any error, the copy is removed only while the original exists.
            do throws(SystemCallError) { try target.removeIfThere(partial) } catch _ {}
            throw error
        } catch {}
        // From here on the copy is the file.
        try mark.folder.flush()
        let given = try target.giveBack(partial, to: target, as: path.name, sha256: sha256)
        try target.flush()
        return given
    }

    /// Copies the bytes, and reads them back. A file above the API's size limit is not hashed, and its holes
    /// stay holes.
    private func takeContent(_ copy: FileHandle, of original: FileHandle, size: Int64) throws {
        guard sha256 != nil else {
            guard try copy.takeContentUnhashed(of: original, size: size, StopFlag()) else {
                throw Retry.Refusal("it changed while it was copied: try again when no program writes to it")
            }
            return
        }
        let digest = try copy.takeContent(of: original, size: size)
        guard let digest, try copy.sha256(size: size) == digest else {
            throw Retry.Refusal("its copy in the inbox has other bytes: check the disk of the inbox")
        }
    }
}
