import CLinux
import Glibc
import SystemPackage

/// An open file. The calls block, and are repeated when a signal interrupts them. Several threads may read at
/// once.
package final class FileHandle: Sendable {
    let descriptor: OwnedDescriptor

    init(owning descriptor: consuming OwnedDescriptor) {
        self.descriptor = descriptor
    }

    /// The status of the open file, even if its name now leads to another file.
    package func status() throws(SystemCallError) -> FileStatus {
        try FileStatus(of: descriptor)
    }

    /// Reads from an offset in the file.
    /// - Parameters:
    ///   - buffer: filled from its start.
    ///   - offset: in bytes, from the start of the file.
    /// - Returns: the number of bytes read. Only 0 means the end of the file; a smaller number than requested
    ///   does not.
    package func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(SystemCallError) -> Int {
        try system("pread") { pread(descriptor.rawValue, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    /// The bytes from an offset on.
    /// - Parameters:
    ///   - offset: in bytes, from the start of the file.
    ///   - count: the largest number of bytes. Fewer are returned only at the end of the file.
    package func bytes(at offset: Int64, count: Int) throws(SystemCallError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let start = off_t(offset) + bytes.count
            let more = try [UInt8](capacity: count - bytes.count, for: "pread") { buffer in
                pread(descriptor.rawValue, buffer.baseAddress, buffer.count, start)
            }
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }

    /// Writes all bytes after those this handle wrote before. If it throws, some bytes may be written.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = try system("write") {
                Glibc.write(descriptor.rawValue, piece.baseAddress, piece.count)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes all bytes after those this handle wrote before. If it throws, some bytes may be written.
    package func write(_ bytes: [UInt8]) throws(SystemCallError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(SystemCallError) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Writes all bytes at an offset in the file, independent of earlier writes. If it throws, some bytes may
    /// be written.
    /// - Parameter offset: in bytes, from the start of the file.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(SystemCallError) {
        var written = 0
        while written < bytes.count {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let place = off_t(offset) + written
            written += try system("pwrite") {
                pwrite(descriptor.rawValue, piece.baseAddress, piece.count, place)
            }
        }
    }

    /// Sets the length of the file. A shorter file is extended by a hole.
    package func setSize(_ size: Int64) throws(SystemCallError) {
        try system("ftruncate") { ftruncate(descriptor.rawValue, off_t(size)) }
    }

    /// The next range of bytes that is not a hole, at or after `offset`; nil if only a hole or nothing
    /// follows. A file system without support for holes reports none.
    package func data(from offset: Int64) throws(SystemCallError) -> Range<Int64>? {
        do throws(SystemCallError) {
            let start = try system("lseek") { linux_next_data(descriptor.rawValue, off_t(offset)) }
            let end = try system("lseek") { linux_next_hole(descriptor.rawValue, start) }
            return Int64(start)..<Int64(max(start, end))
        } catch let error where error.errno == .noSuchAddressOrDevice {
            return nil
        }
    }

    /// Makes content and attributes survive a power cut (`fsync`). The name is flushed by the folder.
    ///
    /// After an error, the state of the disk is unknown, and a second call on this handle may wrongly
    /// succeed. The caller must write a new file.
    package func flush() throws(SystemCallError) {
        try system("fsync") { fsync(descriptor.rawValue) }
    }

    /// As `flush()`, but without the times (`fdatasync`).
    package func flushData() throws(SystemCallError) {
        try system("fdatasync") { fdatasync(descriptor.rawValue) }
    }

    /// Locks the file for this handle, until the handle is closed. Returns `false` if another open handle of
    /// any process holds the lock.
    package func lock() throws(SystemCallError) -> Bool {
        try lockWithoutWaiting(descriptor)
    }

    /// Advises the kernel that the file will be read from start to end. The kernel may ignore it, which is
    /// not an error.
    package func willReadSequentially() {
        _ = posix_fadvise(descriptor.rawValue, 0, 0, CInt(POSIX_FADV_SEQUENTIAL))
    }

    /// Advises the kernel that the data read is no longer needed, so that large files do not push other data
    /// out of memory. The kernel may ignore it, which is not an error.
    package func willNotReadAgain() {
        _ = posix_fadvise(descriptor.rawValue, 0, 0, CInt(POSIX_FADV_DONTNEED))
    }
}
