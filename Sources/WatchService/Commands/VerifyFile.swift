import LinuxSystem
import SystemPackage
import WatchCore

extension Verify {
    /// What is wrong with one file at this moment; nil where nothing is, or where neither it nor its sidecar is
    /// there.
    static func look(at file: FiledFile) -> VerifyFinding? {
        do throws(SystemCallError) {
            let folder = try DirectoryHandle.open(path: file.destination).openFolder(file.path.folderBytes)
            return try problem(of: file.path.name, in: folder).map { VerifyFinding(file: file, problem: $0) }
        } catch {
            return VerifyFinding(file: file, problem: .unreadable(error))
        }
    }

    private static func problem(
        of name: [UInt8], in folder: DirectoryHandle
    ) throws(SystemCallError) -> VerifyFinding.Problem? {
        let sidecar = try folder.statusIfThere(name + TargetName.sidecarSuffix)
        if sidecar == nil, RetryMark.isMark(RetryMark.name(of: name), in: folder) {
            return .interruptedRetry
        }
        guard let status = try folder.statusIfThere(name) else {
            guard let sidecar else { return nil }
            // One more link is the decision of a filing under way, or of one that is told as a leftover.
            return sidecar.linkCount > 1 ? nil : .orphanSidecar
        }
        guard status.kind == .regular else { return .noRegularFile }
        let media: Sidecar.MediaRecord
        do throws(SidecarFault) {
            media = try folder.sidecar(name + TargetName.sidecarSuffix).media
        } catch {
            switch error {
            case .missing: return .missingSidecar
            case .denied: return .denied
            case .unreadable(let reason): return .unreadableSidecar(reason)
            }
        }
        if status.size != media.size { return .size(is: status.size, recorded: media.size) }
        let file = try folder.openFile(name)
        file.willReadSequentially()
        // A file over the API's limit is not hashed: its size is all that its sidecar tells.
        guard let recorded = media.sha256 else { return nil }
        guard let digest = try file.sha256(size: media.size) else {
            return .size(is: try file.status().size, recorded: media.size)
        }
        file.willNotReadAgain()
        return digest == recorded ? nil : .digest(is: digest, recorded: recorded)
    }
}
