import BitMind
package import LinuxSystem
import Synchronization
import SystemPackage

/// Has long readings of files end: the service stops. What is nearly done comes to its end.
package final class StopFlag: Sendable {
    private let end = Mutex<ContinuousClock.Instant?>(nil)
    private let patience: Duration

    /// - Parameter patience: how long readings may go on once it is raised.
    package init(patience: Duration = .seconds(5)) { self.patience = patience }

    package func raise() { end.withLock { $0 = $0 ?? .now + patience } }

    /// - Throws: ECANCELED once it was raised for as long as readings may go on.
    fileprivate func check() throws(SystemCallError) {
        guard let end = end.withLock({ $0 }), end <= .now else { return }
        throw SystemCallError(call: "read", errno: .canceled)
    }
}

extension FileHandle {
    /// How much is read at once, in bytes.
    private static let chunk = 1 << 20

    /// The SHA-256 of a file that has exactly `size` bytes, in lower-case hexadecimal.
    ///
    /// One byte beyond `size` is read and no more: a file that grows without end is not read without end.
    /// - Parameter goesOn: asked before each MiB; where it answers false, the reading ends.
    /// - Returns: nil where the file is shorter or longer, or the reading was to end.
    /// - Throws: ECANCELED where the service stops.
    package func sha256(
        size: Int64, _ stop: StopFlag = StopFlag(), while goesOn: () -> Bool = { true }
    ) throws(SystemCallError) -> String? {
        try readAll(size, stop, while: goesOn) { (_: UnsafeRawBufferPointer) throws(SystemCallError) in }
    }

    /// Writes the content of another file of exactly `size` bytes to this new one.
    /// - Returns: the digest of what was written; nil where the other file is shorter or longer.
    /// - Throws: ECANCELED where the service stops.
    func takeContent(
        of original: FileHandle, size: Int64, _ stop: StopFlag = StopFlag()
    ) throws(SystemCallError) -> String? {
        try original.readAll(size, stop) { (bytes) throws(SystemCallError) in
            try write(bytes)
        }
    }

    /// Writes the content of another file of exactly `size` bytes to this new one, without hashing it. Its holes stay
    /// holes.
    /// - Returns: whether the other file has just that size.
    /// - Throws: ECANCELED where the service stops.
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

    /// Gives this file the owner, permissions, times and extended attributes of another, as far as they can be had: a
    /// file system may know no owners, only root may give files away, and no attribute is worth more than the file.
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
            // The mode comes after an access control list, whose mask it sets.
            let own = try self.status()
            let hasGroup = own.group == status.group
            let mode = hasGroup ? status.mode : status.modeForAnotherGroup
            // With another owner or group, a program would run as that one (chmod(2), S_ISUID and S_ISGID).
            try setMode(hasGroup && own.owner == status.owner ? mode : mode & 0o777)
        } catch { failures.append(error) }
        do throws(SystemCallError) {
            try setTimes(accessed: nil, modified: status.modified)
        } catch { failures.append(error) }
        return failures
    }
}

extension FileStatus {
    /// The permissions of a copy that could not keep the group: a group other than the one that was meant may do
    /// no more than everybody.
    fileprivate var modeForAnotherGroup: UInt32 { mode & ~0o070 | mode & (mode << 3) & 0o070 }
}
