import BitMind
import LinuxSystem
import Synchronization
import SystemPackage
import WatchCore

/// The bytes of a file for its upload.
package final class InboxFileBody: BodySource {
    package let size: Int64
    private let file: FileHandle
    private let isAlone: Bool
    private let isCancelled = Atomic<Bool>(false)

    /// Why the upload ends early.
    struct Withdrawn: Error, CustomStringConvertible {
        var description: String { "the file changed during the upload" }
    }

    /// - Parameter isAlone: whether no other file shares its request.
    init(_ opened: OpenedFile, isAlone: Bool) {
        file = opened.file
        self.isAlone = isAlone
        size = opened.status.size
        file.willReadSequentially()
    }

    /// Makes the upload fail at its next read, because its file has changed; but not if other files would
    /// have to be sent again.
    func cancel() {
        if isAlone { isCancelled.store(true, ordering: .relaxed) }
    }

    /// Whether the file is now shorter or longer. If the size cannot be read, the file counts as unchanged.
    var hasOtherSize: Bool {
        do throws(SystemCallError) { return try file.status().size != size } catch { return false }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        if isCancelled.load(ordering: .relaxed) { throw Withdrawn() }
        return try file.read(into: buffer, at: offset)
    }
}
