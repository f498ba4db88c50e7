import LinuxSystem
import SystemPackage
import WatchCore

extension Verify {
    /// What is wrong with one file now; nil if nothing is, or if neither the file nor its sidecar exists.
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
            // A second link is the decision of a filing in hand, or of an unfinished filing, which is
            // reported separately.
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
        // A file above the API's size limit is not hashed: its sidecar records only the size.
        guard let recorded = media.sha256 else { return nil }
        guard let digest = try file.sha256(size: media.size) else {
            return .size(is: try file.status().size, recorded: media.size)
        }
        file.willNotReadAgain()
        return digest == recorded ? nil : .digest(is: digest, recorded: recorded)
    }
}
