import CLinux
import Glibc
import SystemPackage

/// A file held open. The calls block, and are repeated while signals interrupt them; reading may be done from
/// several threads at once.
package final class FileHandle: Sendable {
    let descriptor: OwnedDescriptor

    init(owning descriptor: consuming OwnedDescriptor) {
        self.descriptor = descriptor
    }

    /// The status of the file that is open, whatever its name leads to by now.
    package func status() throws(SystemCallError) -> FileStatus {
        try FileStatus(of: descriptor)
    }

    /// Reads from a place in the file.
    /// - Parameters:
    ///   - buffer: filled from its start.
    ///   - offset: in bytes, from the start of the file.
    /// - Returns: how many bytes were read; fewer than asked for is no sign of the end, 0 is.
    package func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(SystemCallError) -> Int {
        try system("pread") { pread(descriptor.rawValue, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    /// The bytes from a place in the file on.
    /// - Parameters:
    ///   - offset: in bytes, from the start of the file.
    ///   - count: at most so many; fewer only where the file ends.
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

    /// Writes all of the bytes, after what this handle wrote before. Where it throws, some may be written.
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

    /// Writes all of the bytes, after what this handle wrote before. Where it throws, some may be written.
    package func write(_ bytes: [UInt8]) throws(SystemCallError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(SystemCallError) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Writes all of the bytes at a place in the file, whatever was written before. Where it throws, some may be
    /// written.
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

    /// Makes the file as long as that, by a hole where it is shorter.
    package func setSize(_ size: Int64) throws(SystemCallError) {
        try system("ftruncate") { ftruncate(descriptor.rawValue, off_t(size)) }
    }

    /// The next bytes from a place on that lie in no hole; nil where only a hole follows, or nothing. File systems that
    /// know of no holes show none.
    package func data(from offset: Int64) throws(SystemCallError) -> Range<Int64>? {
        do throws(SystemCallError) {
            let start = try system("lseek") { linux_next_data(descriptor.rawValue, off_t(offset)) }
            let end = try system("lseek") { linux_next_hole(descriptor.rawValue, start) }
            return Int64(start)..<Int64(max(start, end))
        } catch let error where error.errno == .noSuchAddressOrDevice {
            return nil
        }
    }

    /// Makes content and attributes outlast a power cut (`fsync`); the name is the folder's to flush.
    ///
    /// After an error, what lies on the disk is unknown, and another call on this handle may wrongly succeed:
    /// write the file anew.
    package func flush() throws(SystemCallError) {
        try system("fsync") { fsync(descriptor.rawValue) }
    }

    /// Like `flush()`, without the times (`fdatasync`).
    package func flushData() throws(SystemCallError) {
        try system("fdatasync") { fdatasync(descriptor.rawValue) }
    }

    /// Locks the file for this handle, until it goes: `false` where another open handle, of this process or
    /// any other, has it locked.
    package func lock() throws(SystemCallError) -> Bool {
        try lockWithoutWaiting(descriptor)
    }

    /// Tells the kernel that the file will be read from start to end. Advice: that it isn't taken is no
    /// error.
    package func willReadSequentially() {
        _ = posix_fadvise(descriptor.rawValue, 0, 0, CInt(POSIX_FADV_SEQUENTIAL))
    }

    /// Tells the kernel that what was read is needed no more, so that large files don't push others' data
    /// out of memory. Advice: that it isn't taken is no error.
    package func willNotReadAgain() {
        _ = posix_fadvise(descriptor.rawValue, 0, 0, CInt(POSIX_FADV_DONTNEED))
    }
}
