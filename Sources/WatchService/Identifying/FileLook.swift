package import LinuxSystem
import SystemPackage
package import WatchCore

/// A file of an inbox, opened relative to the inbox's own descriptor. No symbolic link in its path is
/// followed.
package struct OpenedFile: Sendable {
    package let folder: DirectoryHandle
    package let name: [UInt8]
    package let file: FileHandle
    package let status: FileStatus

    package var identity: FileIdentity { FileIdentity(status) }
}

/// Why a file could not be opened.
package enum OpenFailure: Error, Sendable, Equatable {
    case gone
    /// Not a regular file.
    case special(String)
    case unreadable(String)

    init(_ error: SystemCallError) {
        switch error.errno {
        // ESTALE is not included, although it mostly means that another machine removed the file. If the file
        // still exists, no later event would report it.
        case .noSuchFileOrDirectory, .notDirectory: self = .gone
        case .tooManySymbolicLinkLevels: self = .special("a symbolic link")
        case .noSuchAddressOrDevice: self = .special("a socket or device")
        default: self = .unreadable(error.errno.description)
        }
    }
}

extension DirectoryHandle {
    /// Opens the regular file at `path` below this folder for reading. No other kind of entry is ever opened.
    package func openRegularFile(_ path: RelativePath) throws(OpenFailure) -> OpenedFile {
        let folder: DirectoryHandle
        let entry: FileStatus
        let file: FileHandle
        let status: FileStatus
        do throws(SystemCallError) {
            folder = try openFolder(path.folderBytes)
            entry = try folder.status(of: path.name)
        } catch {
            // The kernel returns the same error for a folder that cannot be searched and for a file that
            // cannot be read.
            guard error.errno == .permissionDenied else { throw OpenFailure(error) }
            let name =
                path.folder.isRoot ? "the inbox" : "the folder \(DisplayName(path.folderBytes).escaped)"
            throw .unreadable("\(name) cannot be entered: \(error.errno.description)")
        }
        if let special = entry.kind.specialName { throw .special(special) }
        do throws(SystemCallError) {
            file = try folder.openFile(path.name)
            status = try file.status()
        } catch let error
            where error.errno == .permissionDenied && entry.linkCount > 1 && folder.isOverridden
        {
            throw .unreadable(
                "\(error.errno); it has \(entry.linkCount) names (hard links), so its permissions apply")
        } catch {
            throw OpenFailure(error)
        }
        // Another entry may have taken the name in the meantime.
        if let special = status.kind.specialName { throw .special(special) }
        return OpenedFile(folder: folder, name: path.name, file: file, status: status)
    }

    /// Looks at the file at `path`: its type, whether it is complete, and whether it can be filed later.
    /// - Parameter known: the result of an earlier look; a file that has not changed since is not read again.
    package func look(at path: RelativePath, date: Timestamp, known: Unfinished? = nil) -> Look {
        do throws(OpenFailure) {
            let opened = try openRegularFile(path)
            return .file(try opened.sighting(date: date, known: known))
        } catch {
            switch error {
            case .gone: return .gone
            case .special(let kind): return .special(kind)
            case .unreadable(let reason): return .unreadable(reason)
            }
        }
    }
}

extension DirectoryHandle {
    /// Whether the file at `path` is the judged one, which may have been touched, renamed or copied since.
    /// Its bytes are read only if the size is the same and the modification time is not.
    package func holds(_ judged: JudgedFile, at path: RelativePath) -> Bool {
        do throws(OpenFailure) {
            let opened = try openRegularFile(path)
            if judged.hasStamps(of: opened.identity) { return true }
            guard let sha256 = judged.sha256, judged.size == opened.identity.size else { return false }
            do throws(SystemCallError) {
                return try opened.file.sha256(size: judged.size) == sha256
            } catch {
                throw OpenFailure(error)
            }
        } catch {
            // A file that cannot be read proves nothing.
            return false
        }
    }

    /// Whether the file at `path` has the stamps of the judged one. A filing that fails puts its file back,
    /// which raises events.
    package func looksLike(_ judged: JudgedFile, at path: RelativePath) -> Bool {
        do throws(SystemCallError) {
            return judged.hasStamps(of: FileIdentity(try openFolder(path.folderBytes).status(of: path.name)))
        } catch {
            return false
        }
    }

    /// Whether a download of that file is active, or can be resumed. A control file counts only if its owner
    /// also owns the file, so that no user can make another user's file wait.
    fileprivate func hasControlFile(of name: [UInt8], owner: UInt32) throws(SystemCallError) -> Bool {
        for suffix in IgnoreRules.controlSuffixes {
            do throws(SystemCallError) {
                if try statusIfThere(name + suffix)?.owner == owner { return true }
            } catch let error where error.errno == .fileNameTooLong {
                continue
            }
        }
        return false
    }
}

extension OpenedFile {
    func sighting(date: Timestamp, known: Unfinished? = nil) throws(OpenFailure) -> Sighting {
        do throws(SystemCallError) {
            let writing =
                try folder.hasControlFile(of: name, owner: status.owner) ? true : file.isOpenForWriting()
            return Sighting(
                identity: identity, seen: date, openForWriting: writing,
                obstacle: try folder.obstacle(toMoving: status)?.reason,
                identification: try identification(known))
        } catch {
            throw OpenFailure(error)
        }
    }

    private func identification(_ known: Unfinished?) throws(SystemCallError) -> Identification {
        if let known, known.identity == identity { return known.identification }
        return try MediaIdentifier.identify(size: status.size) {
            (offset, count) throws(SystemCallError) in try file.bytes(at: offset, count: count)
        }
    }
}

extension MoveObstacle {
    /// Why the file cannot be moved, and how to remove the obstacle, in words.
    fileprivate var reason: String {
        switch self {
        case .protectedEntry: "it is immutable or append-only: remove that with chattr -ia"
        case .protectedFolder: "its folder is immutable or append-only: remove that with chattr -ia"
        case .permissions: "the service may not write to its folder"
        case .stickyBit: "its folder is sticky, only the owner may move it: remove that with chmod -t"
        case .readOnly: "its file system is read-only"
        }
    }
}

extension FileIdentity {
    package init(_ status: FileStatus) {
        self.init(
            device: status.device, inode: status.inode, size: status.size,
            modified: Timestamp(status.modified), changed: Timestamp(status.changed))
    }
}

extension Timestamp {
    package init(_ time: SystemTime) {
        self.init(seconds: time.seconds, nanoseconds: time.nanoseconds)
    }
}

extension FileKind {
    /// The name of its kind if it is not a regular file; nil if it is.
    package var specialName: String? {
        switch self {
        case .regular: nil
        case .folder: "a folder"
        case .symbolicLink: "a symbolic link"
        case .fifo: "a FIFO"
        case .socket: "a socket"
        case .characterDevice, .blockDevice: "a device"
        case .unknown: "of an unknown kind"
        }
    }
}
