import BitMind
import Synchronization

/// The progress of the uploads of some files.
package final class ClassifyProgress: Sendable {
    private struct State {
        var bytes: Int64 = 0
        var doneFiles = 0
    }

    private let files: Int
    private let state = Mutex(State())

    /// - Parameter files: the number of files.
    package init(files: Int) {
        self.files = files
    }

    /// A bar of 30 characters, the number of finished files, and the megabytes (10^6) sent; nil before the
    /// first byte and after the last file, when nothing is uploaded.
    package var line: String? {
        let state = state.withLock { $0 }
        guard state.bytes > 0, state.doneFiles < files else { return nil }
        let filled = 30 * state.doneFiles / files
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
        let tenths = state.bytes / 100_000
        return "[\(bar)] \(state.doneFiles) of \(files) files, \(tenths / 10).\(tenths % 10) MB sent"
    }

    func add(_ bytes: Int64) { state.withLock { $0.bytes += bytes } }
    func finishFile() { state.withLock { $0.doneFiles += 1 } }
}

/// A body that counts how much of it was read. Bytes that are read again count once.
final class CountedBody: BodySource {
    private let body: any BodySource
    private let progress: ClassifyProgress
    private let reached = Atomic<Int64>(0)

    init(_ body: any BodySource, _ progress: ClassifyProgress) {
        self.body = body
        self.progress = progress
    }

    var size: Int64 { body.size }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let count = try body.read(into: buffer, at: offset)
        let end = offset + Int64(count)
        let before = reached.max(end, ordering: .relaxed).oldValue
        if end > before { progress.add(end - before) }
        return count
    }
}
