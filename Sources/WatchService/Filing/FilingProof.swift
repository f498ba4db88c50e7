package import LinuxSystem
import SystemPackage
import WatchCore

extension Filing.Source {
    /// Proves that the open file still has the judged bytes.
    ///
    /// An identity that is the same to the nanosecond is enough, unless the file was written so shortly
    /// before the look that another write would have left the same stamp. In all other cases the bytes
    /// decide: stamps change without a write (`utimensat`, `chmod`, a rename), and on some file systems the
    /// inode number of a file changes.
    /// - Parameter sha256: the expected digest; nil if the caller compares the bytes itself.
    /// - Returns: the identity before the bytes were read.
    @discardableResult
    func proveUnchanged(sha256: String?, _ stop: StopFlag) throws(FilingFault) -> FileIdentity {
        let now: FileIdentity
        let isSame: Bool
        do throws(SystemCallError) {
            now = FileIdentity(try file.status())
            if now.size != identity.size {
                isSame = false
            } else if try file.isOpenForWriting() == true {
                throw .textFileBusy
            } else if isIdentityProof && now == identity {
                isSame = true
            } else if let sha256 {
                isSame = try file.sha256(size: now.size, stop) == sha256
            } else {
                isSame = true
            }
        } catch {
            throw FilingFault(reading: error)
        }
        if !isSame { throw .changed }
        return now
    }
}

extension SystemCallError {
    /// A writer has the file open.
    static let textFileBusy = SystemCallError(call: "open", errno: .textFileBusy)
}

extension Filing.Target {
    /// Whether the published sidecar exists, with these bytes.
    func holds(_ bytes: [UInt8]) throws(SystemCallError) -> Bool {
        try folder.file(sidecar, holds: bytes)
    }
}

extension DirectoryHandle {
    func hasEntry(_ name: [UInt8]) throws(SystemCallError) -> Bool {
        try statusIfThere(name) != nil
    }

    /// An entry's status; nil if it does not exist.
    func statusIfThere(_ name: [UInt8]) throws(SystemCallError) -> FileStatus? {
        do throws(SystemCallError) {
            return try status(of: name)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }

    /// A folder below this one; nil if it does not exist.
    func folderIfThere(_ path: [UInt8]) throws(SystemCallError) -> DirectoryHandle? {
        do throws(SystemCallError) {
            return try openFolder(path)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }

    /// An entry's kind, even if the file system does not list it; `unknown` if the entry is gone.
    func kind(of entry: DirectoryEntry) throws(SystemCallError) -> FileKind {
        guard entry.kind == .unknown else { return entry.kind }
        return try statusIfThere(entry.name)?.kind ?? .unknown
    }

    /// The identity of an entry; nil if it does not exist, or cannot be looked at.
    func identity(of name: [UInt8]) -> FileIdentity? {
        do throws(SystemCallError) { return FileIdentity(try status(of: name)) } catch { return nil }
    }

    package func removeIfThere(_ name: [UInt8]) throws(SystemCallError) {
        do throws(SystemCallError) {
            try remove(name)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return
        }
    }

    /// Whether the file of that name has exactly these bytes; false if there is no file.
    func file(_ name: [UInt8], holds bytes: [UInt8]) throws(SystemCallError) -> Bool {
        guard let status = try statusIfThere(name), status.kind == .regular, status.size == bytes.count
        else { return false }
        return try openFile(name).bytes(at: 0, count: bytes.count + 1) == bytes
    }

    /// Moves an entry to the first free one of the names `name`, `name-1`, `name-2` …
    /// - Parameter sha256: distinguishes names that are shortened.
    /// - Returns: the new name.
    @discardableResult
    func giveBack(
        _ entry: [UInt8], to folder: DirectoryHandle, as name: [UInt8], sha256: String? = nil
    ) throws(SystemCallError) -> [UInt8] {
        func move(as candidate: [UInt8]) throws(SystemCallError) -> [UInt8]? {
            do throws(SystemCallError) {
                try self.move(entry, to: folder, as: candidate)
                return candidate
            } catch let error where error.errno == .fileExists {
                return nil
            }
        }
        if let given = try move(as: name) { return given }
        return try TargetName.first(of: name, sha256: sha256, from: 1) { (pair) throws(SystemCallError) in
            try move(as: pair.media)
        }
    }
}
