import CLinux
import Synchronization
import SystemPackage

/// One entry of a folder.
package struct DirectoryEntry: Sendable, Hashable {
    /// Raw bytes.
    package var name: [UInt8]
    /// `.unknown` if the file system does not report the kind. The caller then reads the entry's status.
    package var kind: FileKind
    /// The inode number of the entry. For a mount point, it is the number of the folder under the mount.
    package var inode: UInt64

    /// An entry from its parts.
    package init(name: [UInt8], kind: FileKind, inode: UInt64) {
        self.name = name
        self.kind = kind
        self.inode = inode
    }
}

/// A position in a folder's list of entries. The entries have no order. Uses 32 KiB of memory for a list of
/// any length.
///
/// An entry that exists during the whole listing is returned exactly once. An entry that is made or removed
/// during the listing may be returned or not, and so may one that is renamed twice.
package final class DirectoryCursor: Sendable {
    private struct State: ~Copyable {
        let descriptor: OwnedDescriptor
        var buffer: [UInt8] = []
        var position = 0
        var isAtEnd = false
    }

    private static let bufferSize = 32 * 1024
    private let state: Mutex<State>

    init(owning descriptor: consuming OwnedDescriptor) {
        state = Mutex(State(descriptor: descriptor))
    }

    /// The next entries, without `.` and `..`; none at the end.
    ///
    /// Throws ENOENT if the folder was removed during the listing.
    /// - Parameter count: the largest number of entries to return; at least 1.
    package func next(_ count: Int) throws(SystemCallError) -> [DirectoryEntry] {
        precondition(count > 0)
        return try state.withLock { (state: inout State) throws(SystemCallError) in
            var entries: [DirectoryEntry] = []
            while entries.count < count, try Self.fill(&state) {
                if let entry = Self.takeEntry(&state) { entries.append(entry) }
            }
            return entries
        }
    }

    /// Reads the next entries once all that were read are consumed. Returns `false` at the end.
    private static func fill(_ state: inout State) throws(SystemCallError) -> Bool {
        if state.position < state.buffer.count { return true }
        if state.isAtEnd { return false }
        let number = state.descriptor.rawValue
        let buffer = try [UInt8](capacity: bufferSize, for: "getdents64") { bytes in
            linux_directory_entries(number, bytes.baseAddress, bytes.count)
        }
        state.isAtEnd = buffer.isEmpty
        state.buffer = buffer
        state.position = 0
        return !buffer.isEmpty
    }

    /// The entry at the position (`struct linux_dirent64`: inode, offset, length of the record, type, name),
    /// or `nil` for `.` and `..`.
    private static func takeEntry(_ state: inout State) -> DirectoryEntry? {
        let (inode, length, type, name) = state.buffer.withUnsafeBytes { bytes in
            let record = UnsafeRawBufferPointer(rebasing: bytes[state.position...])
            let length = Int(record.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
            return (
                record.loadUnaligned(as: UInt64.self), length, record[18],
                Array(record[19..<length].prefix { $0 != 0 })
            )
        }
        state.position += length
        if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { return nil }
        return DirectoryEntry(name: name, kind: FileKind(directoryEntryType: type), inode: inode)
    }
}

extension [UInt8] {
    /// The bytes that a call writes into a buffer of `capacity` bytes. The call returns the number of bytes.
    init(
        capacity: Int, for call: String, _ body: (UnsafeMutableRawBufferPointer) -> Int
    ) throws(SystemCallError) {
        var failure: SystemCallError?
        self.init(unsafeUninitializedCapacity: capacity) { buffer, count in
            do throws(SystemCallError) {
                count = try system(call) { body(UnsafeMutableRawBufferPointer(buffer)) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
