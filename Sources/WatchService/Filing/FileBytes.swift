import BitMind
package import LinuxSystem
import Synchronization
import SystemPackage

/// Ends long reads when the service stops. A read that is almost complete may still finish.
package final class StopFlag: Sendable {
    private let end = Mutex<ContinuousClock.Instant?>(nil)
    private let patience: Duration

    /// - Parameter patience: how long reads may continue after the flag is raised.
    package init(patience: Duration = .seconds(5)) { self.patience = patience }

    package func raise() { end.withLock { $0 = $0 ?? .now + patience } }

    /// - Throws: ECANCELED once that time has passed.
    fileprivate func check() throws(SystemCallError) {
        guard let end = end.withLock({ $0 }), end <= .now else { return }
        throw SystemCallError(call: "read", errno: .canceled)
    }
}

extension FileHandle {
    /// The number of bytes read at once.
    private static let chunk = 1 << 20

    /// The SHA-256 digest of a file of exactly `size` bytes, in lower-case hexadecimal.
    ///
    /// Reads at most one byte beyond `size`, so that the read of a growing file ends.
    /// - Parameter goesOn: called before each MiB; if it returns false, the read ends.
    /// - Returns: nil if the file is shorter or longer, or `goesOn` ended the read.
    /// - Throws: ECANCELED if the service stops.
    package func sha256(
        size: Int64, _ stop: StopFlag = StopFlag(), while goesOn: () -> Bool = { true }
    ) throws(SystemCallError) -> String? {
        try readAll(size, stop, while: goesOn) { (_: UnsafeRawBufferPointer) throws(SystemCallError) in }
    }

    /// Copies the content of another file of exactly `size` bytes to this new one.
    /// - Returns: the digest of the written bytes; nil if the other file is shorter or longer.
    /// - Throws: ECANCELED if the service stops.
    func takeContent(
        of original: FileHandle, size: Int64, _ stop: StopFlag = StopFlag()
    ) throws(SystemCallError) -> String? {
        try original.readAll(size, stop) { (bytes) throws(SystemCallError) in
            try write(bytes)
        }
    }

    /// Copies the content of another file of exactly `size` bytes to this new one, without hashing it. Holes
    /// stay holes.
    /// - Returns: whether the other file has exactly that size.
    /// - Throws: ECANCELED if the service stops.
    func takeContentUnhashed(
        of original: FileHandle, size: Int64, _ stop: StopFlag
    ) throws(SystemCallError) -> Bool {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while let data = try original.data(from: offset), data.lowerBound < size {
            offset = data.lowerBound
            while offset < min(data.upperBound, size) {
                try stop.check()
                let most = Int(min(Int64(buffer.count), min(data.upperBound, size) - offset))
                let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<most])
                let count = try original.read(into: piece, at: offset)
                if count == 0 { return false }
                try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: offset)
                offset += Int64(count)
            }
        }
        try setSize(size)
        return try original.status().size == size
    }

    private func readAll(
        _ size: Int64, _ stop: StopFlag, while goesOn: () -> Bool = { true },
        _ each: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void
    ) throws(SystemCallError) -> String? {
        var hash = SHA256()
        let room = Int(min(Int64(Self.chunk), size + 1))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            try stop.check()
            guard goesOn() else { return nil }
            let most = Int(min(Int64(room), size + 1 - offset))
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<most]), at: offset)
            if count == 0 { break }
            offset += Int64(count)
            if offset > size { return nil }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            hash.update(bytes)
            try each(bytes)
        }
        if offset < size { return nil }
        guard let digest = hash.finish() else {
            throw SystemCallError(call: "EVP_DigestFinal_ex", errno: .noMemory)
        }
        return digest.hex
    }

    /// Copies owner, permissions, times and extended attributes of another file, as far as possible: a file
    /// system may have no owners, only root may give files away, and a missing attribute is no reason to
    /// fail.
    /// - Returns: the calls that failed.
    @discardableResult
    func takeAttributes(of original: FileHandle) throws(SystemCallError) -> [SystemCallError] {
        let status = try original.status()
        var failures: [SystemCallError] = []
        do throws(SystemCallError) {
            try setOwner(status.owner, group: status.group)
        } catch { failures.append(error) }
        do throws(SystemCallError) {
            _ = try copyExtendedAttributes(from: original)
        } catch { failures.append(error) }
        do throws(SystemCallError) {
            // The mode is set after an access control list, because the list changes it.
            let own = try self.status()
            let hasGroup = own.group == status.group
            let mode = hasGroup ? status.mode : status.modeForAnotherGroup
            // With another owner or group, a program would run as that user or group (chmod(2), S_ISUID and
            // S_ISGID).
            try setMode(hasGroup && own.owner == status.owner ? mode : mode & 0o777)
        } catch { failures.append(error) }
        do throws(SystemCallError) {
            try setTimes(accessed: nil, modified: status.modified)
        } catch { failures.append(error) }
        return failures
    }
}

extension FileStatus {
    /// The permissions of a copy that could not keep its group: the new group gets at most the permissions of
    /// all users.
    fileprivate var modeForAnotherGroup: UInt32 { mode & ~0o070 | mode & (mode << 3) & 0o070 }
}
