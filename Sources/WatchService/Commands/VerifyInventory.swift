import LinuxSystem
import SystemPackage
import WatchCore

/// The files to verify.
struct VerifyInventory: Sendable {
    /// Media that exist, or whose sidecar exists.
    private(set) var files: [FiledFile] = []
    /// The content of the working folders.
    private(set) var work: [VerifyWork] = []
    /// The findings that need no second check.
    private(set) var findings: [VerifyFinding] = []
    /// Working folders that this user may not read: only the service's user may.
    private(set) var hiddenWork: [String] = []

    /// Adds a file, or everything in a folder.
    mutating func add(_ file: FiledFile) {
        do throws(SystemCallError) {
            let root = try DirectoryHandle.open(path: file.destination)
            if file.path.isRoot {
                addFolder(file, root)
                try addWork(of: file.destination, root)
                return
            }
            let folder = try root.openFolder(file.path.folderBytes)
            let media = file.path.name.mediaOfSidecar
            if try folder.statusIfThere(file.path.name)?.kind == .folder {
                addFolder(file, root)
            } else if let media, try folder.statusIfThere(media) != nil {
                addNames([media], file.destination, file.path.folder)
            } else if try folder.statusIfThere(file.path.name) != nil {
                addNames(
                    Self.media(of: [file.path.name], in: folder), file.destination, file.path.folder)
            } else {
                findings.append(VerifyFinding(file: file, problem: .missing))
            }
        } catch {
            findings.append(VerifyFinding(file: file, problem: .unreadable(error)))
        }
    }

    private mutating func addNames(_ names: [[UInt8]], _ destination: String, _ folder: RelativePath) {
        files += names.map { FiledFile(destination: destination, path: folder.appending($0)) }
    }

    private mutating func addFolder(_ start: FiledFile, _ root: DirectoryHandle) {
        var faults: [VerifyFinding] = []
        var found: [FiledFile] = []
        FiledTree(root: root).walk(from: start.path) { path, error in
            let folder = FiledFile(destination: start.destination, path: path)
            faults.append(VerifyFinding(file: folder, problem: .unreadable(error)))
        } visit: { path, folder, names in
            found += Self.media(of: names, in: folder).map {
                FiledFile(destination: start.destination, path: path.appending($0))
            }
        }
        findings += faults
        files += found
    }

    private mutating func addWork(of destination: String, _ root: DirectoryHandle) throws(SystemCallError) {
        let path = RelativePath(Destination.workFolder)
        guard try root.statusIfThere(path.bytes) != nil else { return }
        let folder: DirectoryHandle
        do throws(SystemCallError) {
            folder = try root.openFolder(path.bytes)
        } catch let error where error.isDenied {
            hiddenWork.append(FiledFile(destination: destination, path: path).shown)
            return
        }
        let cursor = try folder.entries()
        while true {
            let entries = try cursor.next(1024)
            if entries.isEmpty { return }
            for entry in entries {
                // A file that no longer exists was part of a filing in hand.
                guard let identity = folder.identity(of: entry.name) else { continue }
                let file = FiledFile(destination: destination, path: path.appending(entry.name))
                work.append(VerifyWork(file: file, identity: identity, folder: folder))
            }
        }
    }

    /// The files that the names in a folder belong to. A media file and its sidecar count once.
    static func media(of names: [[UInt8]], in folder: DirectoryHandle) -> [[UInt8]] {
        let present = Set(names)
        return names.compactMap { name in
            if let media = RetryMark.media(of: name), RetryMark.isMark(name, in: folder) {
                return present.isDisjoint(with: [media, media + TargetName.sidecarSuffix]) ? media : nil
            }
            guard let media = name.mediaOfSidecar, !present.contains(name + TargetName.sidecarSuffix) else {
                return name
            }
            if present.contains(media) { return nil }
            return isSidecar(name, in: folder) ? media : name
        }
    }

    /// Whether a name with a sidecar's suffix, without media beside it, is a sidecar. It may also be a file
    /// of such a name that a user put into the inbox.
    private static func isSidecar(_ name: [UInt8], in folder: DirectoryHandle) -> Bool {
        do throws(SidecarFault) {
            _ = try folder.sidecar(name)
            return true
        } catch {
            return false
        }
    }
}

/// A file in a working folder: part of a filing in hand, or of an unfinished one.
struct VerifyWork: Sendable {
    let file: FiledFile
    /// Its identity at the first check.
    let identity: FileIdentity
    let folder: DirectoryHandle

    /// What is wrong with it, once no filing should need it any more. A copy that grows is still being
    /// written.
    func lookAgain() -> VerifyFinding? {
        guard let now = folder.identity(of: file.path.name), now.hasSameStamps(as: identity) else {
            return nil
        }
        let isOurs =
            WorkName(fileName: file.path.name) != nil || file.path.name.starts(with: Destination.probeMark)
        return VerifyFinding(file: file, problem: isOurs ? .leftover : .stranger)
    }
}
