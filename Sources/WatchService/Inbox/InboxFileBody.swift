import BitMind
import LinuxSystem
import Synchronization
import SystemPackage
import WatchCore

/// A file's bytes on their way to the API.
package final class InboxFileBody: BodySource {
    package let size: Int64
    private let file: FileHandle
    private let isAlone: Bool
    private let isCancelled = Atomic<Bool>(false)

    /// Why the upload ends before its time.
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

    /// Lets the upload fail at its next read, for its file is another by now; but not where others would have to
    /// be sent again for it.
    func cancel() {
        if isAlone { isCancelled.store(true, ordering: .relaxed) }
    }

    /// Whether the file is shorter or longer by now. What can't be told is no change.
    var hasOtherSize: Bool {
        do throws(SystemCallError) { return try file.status().size != size } catch { return false }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        if isCancelled.load(ordering: .relaxed) { throw Withdrawn() }
        return try file.read(into: buffer, at: offset)
    }
}
