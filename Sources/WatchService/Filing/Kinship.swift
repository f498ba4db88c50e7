import BitMindAPI
import LinuxSystem
import WatchCore

/// Whether the file in the inbox and the claimed or published one are the same file, or a file and its copy.
///
/// Inode numbers decide if the file system keeps them. If they differ from those in the work's name, size,
/// modification time and bytes decide.
struct Kinship {
    let work: WorkName
    let record: Sidecar.MediaRecord
    let stop: StopFlag

    /// Whether both are the same file. A file that cannot be read proves nothing.
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

    /// Whether the claimed or published media is another file than the source, and the source is exactly the
    /// file that was decided on.
    func isCopied(_ source: OpenedFile?, claimed: ClaimedFile?, target: Filing.Target?) -> Bool {
        guard let source else { return false }
        if let claimed {
            return !claimed.identity.isSameFile(as: source.identity)
                && isDecided(source, insteadOf: claimed.identity)
        }
        guard let target, let published = target.folder.identity(of: target.media),
            !published.isSameFile(as: source.identity), isDecided(source, insteadOf: published)
        else { return false }
        // Another user's file may have the name by now, and this result allows the removal of the source. A
        // file that cannot be read proves nothing.
        do throws(SystemCallError) {
            return try record.describes(target.folder.openFile(target.media), stop)
        } catch {
            return false
        }
    }

    /// Whether the source is the file that was decided on.
    private func isDecided(_ source: OpenedFile, insteadOf media: FileIdentity) -> Bool {
        if work.wasMade(forInode: source.identity.inode) { return true }
        // The media is the file that was decided on, moved. The file in the inbox is another one.
        if work.wasMade(forInode: media.inode) { return false }
        guard JudgedFile(record).hasStamps(of: source.identity) else { return false }
        do throws(SystemCallError) { return try record.describes(source.file, stop) } catch { return false }
    }
}
