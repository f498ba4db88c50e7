import LinuxSystem
import SystemPackage
import WatchCore

/// The place in an inbox that a file is put back to.
struct RetryTarget {
    /// Below the inbox.
    let path: RelativePath
    /// What a name that is too long is told apart by.
    let sha256: String

    /// Moves a file here; where the inbox is on another file system, by a copy that is complete and on disk
    /// before it gets a name that the service looks at.
    /// - Returns: the name that it got.
    func take(
        _ name: [UInt8], from folder: DirectoryHandle, into inbox: DirectoryHandle
    ) throws -> [UInt8] {
        let target = try inbox.makeFolders(path.folder.bytes, mode: 0o777)
        do throws(SystemCallError) {
            let given = try move(name, from: folder, to: target)
            try target.flush()
            return given
        } catch let error where error.errno == .improperLink {
            return try copy(name, from: folder, to: target)
        }
    }

    private func move(
        _ entry: [UInt8], from folder: DirectoryHandle, to target: DirectoryHandle
    ) throws(SystemCallError) -> [UInt8] {
        let names = TargetName(name: path.name, sha256: sha256)
        var candidate = path.name
        var attempt = 0
        while true {
            do throws(SystemCallError) {
                try folder.move(entry, to: target, as: candidate)
                return candidate
            } catch let error where error.errno == .fileExists {
                attempt += 1
                candidate = names.pair(attempt).media
            }
        }
    }

    private func copy(
        _ name: [UInt8], from folder: DirectoryHandle, to target: DirectoryHandle
    ) throws -> [UInt8] {
        let original = try folder.openFile(name)
        let identity = FileIdentity(try original.status())
        // Hidden, so that the service leaves it alone; random, so that two retries never share one.
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        let partial = Array(".bitmind-watch-retry-\(random)".utf8)
        let copy = try target.createFile(partial, mode: 0o600)
        do {
            let digest = try copy.takeContent(of: original)
            try copy.takeAttributes(of: original)
            try copy.flush()
            guard try copy.sha256() == digest else {
                throw Retry.Refusal("its copy in the inbox has other bytes: check the disk of the inbox")
            }
            guard FileIdentity(try original.status()) == identity, folder.identity(of: name) == identity
            else {
                throw Retry.Refusal("it was changed while it was copied: try again when nobody writes to it")
            }
            let given = try move(partial, from: target, to: target)
            try target.flush()
            try folder.remove(name)
            return given
        } catch {
            // What is wrong is told by the copy.
            do throws(SystemCallError) { try target.removeIfThere(partial) } catch _ {}
            throw error
        }
    }
}
