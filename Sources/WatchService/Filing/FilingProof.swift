import BitMind
package import LinuxSystem
import SystemPackage
import WatchCore

extension Filing.Source {
    /// Whether some process has the file open for writing; false where the kernel can't tell.
    var isBeingWritten: Bool {
        do throws(SystemCallError) { return try file.isOpenForWriting() == true } catch { return false }
    }

    /// Proves that the open file still has the bytes that were judged.
    ///
    /// An identity that is the same to the nanosecond is proof enough, unless the file was written to so shortly
    /// before it was looked at that another write would have left the same stamp. Where only the change time
    /// moved (`chmod`, a rename), or where stamps prove nothing, the bytes are hashed once more.
    /// - Parameter sha256: what they must hash to; nil where the caller compares them itself.
    func proveUnchanged(sha256: String?) throws(FilingFault) {
        let isUnchanged: Bool
        do throws(SystemCallError) {
            isUnchanged = try hasBytes(of: sha256)
        } catch {
            throw .unmovable("it cannot be read: \(error)")
        }
        if !isUnchanged { throw .changed }
    }

    private func hasBytes(of sha256: String?) throws(SystemCallError) -> Bool {
        let now = FileIdentity(try file.status())
        if isBeingWritten { return false }
        if isIdentityProof, now == identity { return true }
        guard now.isSameFile(as: identity), now.size == identity.size else { return false }
        guard let sha256 else { return true }
        guard try file.sha256() == sha256 else { return false }
        return FileIdentity(try file.status()) == now
    }
}

extension Filing.Target {
    /// Whether the published sidecar is there, with these bytes.
    func holds(_ bytes: [UInt8]) throws(SystemCallError) -> Bool {
        try folder.file(sidecar, holds: bytes)
    }
}

extension DirectoryHandle {
    func hasEntry(_ name: [UInt8]) throws(SystemCallError) -> Bool {
        try statusIfThere(name) != nil
    }

    /// An entry's status; nil where there is none.
    func statusIfThere(_ name: [UInt8]) throws(SystemCallError) -> FileStatus? {
        do throws(SystemCallError) {
            return try status(of: name)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }

    /// An entry's kind, also where the file system does not list it; `unknown` once it has gone.
    func kind(of entry: DirectoryEntry) throws(SystemCallError) -> FileKind {
        guard entry.kind == .unknown else { return entry.kind }
        return try statusIfThere(entry.name)?.kind ?? .unknown
    }

    /// The identity of an entry; nil where there is none, or none that can be looked at.
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

    /// Whether the file of that name has exactly these bytes; false where it is none.
    func file(_ name: [UInt8], holds bytes: [UInt8]) throws(SystemCallError) -> Bool {
        guard let status = try statusIfThere(name), status.kind == .regular, status.size == bytes.count
        else { return false }
        return try openFile(name).bytes(at: 0, count: bytes.count + 1) == bytes
    }

    /// Moves an entry to the first free one of the names `name`, `name-1`, `name-2` …
    /// - Parameter sha256: what a name that is too long is told apart by.
    /// - Returns: the name that it got.
    @discardableResult
    func giveBack(
        _ entry: [UInt8], to folder: DirectoryHandle, as name: [UInt8], sha256: String = ""
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

extension FileHandle {
    /// How much is read at once, in bytes.
    private static let chunk = 1 << 20

    /// The lower-case hexadecimal SHA-256 of the whole file.
    package func sha256() throws(SystemCallError) -> String {
        try readAll { (_: UnsafeRawBufferPointer) throws(SystemCallError) in }
    }

    /// Writes the whole content of another file to this new one.
    /// - Returns: the digest of what was written.
    func takeContent(of original: FileHandle) throws(SystemCallError) -> String {
        try original.readAll { (bytes) throws(SystemCallError) in try write(bytes) }
    }

    private func readAll(
        _ each: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void
    ) throws(SystemCallError) -> String {
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            let count = try read(into: buffer, at: offset)
            if count == 0 { break }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            hash.update(bytes)
            try each(bytes)
            offset += Int64(count)
        }
        guard let digest = hash.finish() else {
            throw SystemCallError(call: "EVP_DigestFinal_ex", errno: .noMemory)
        }
        return digest.hex
    }

    /// Gives this file the owner, permissions, times and extended attributes of another, as far as this process
    /// may: a file system may know no owners, and only root may give files away.
    func takeAttributes(of original: FileHandle) throws(SystemCallError) {
        let status = try original.status()
        do throws(SystemCallError) {
            try setOwner(status.owner, group: status.group)
        } catch let error where Self.notPossible.contains(error.errno) {}
        do throws(SystemCallError) {
            try setMode(status.mode)
        } catch let error where Self.notPossible.contains(error.errno) {}
        do throws(SystemCallError) {
            _ = try copyExtendedAttributes(from: original)
        } catch let error where Self.notPossible.contains(error.errno) {}
        try setTimes(accessed: nil, modified: status.modified)
    }

    private static let notPossible: [Errno] = [
        .notPermitted, .permissionDenied, .notSupported, .invalidArgument,
    ]
}
