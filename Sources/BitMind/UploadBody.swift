internal import Synchronization

/// A piece of a request's body.
package enum BodySegment: Sendable {
    case bytes([UInt8])
    case file(any BodySource)

    var length: Int64 {
        switch self {
        case .bytes(let bytes): Int64(bytes.count)
        case .file(let source): source.size
        }
    }
}

/// A request's body on its way: read and hashed in one pass on reader threads, a few chunks ahead of the
/// transfer, so that memory stays flat and the thread with the sockets never waits for a disk.
///
/// The last chunk is handed out only once every file has proved as long as it said: a file that grows or
/// shrinks under way makes no whole request.
final class UploadBody: Sendable {
    static let chunkSize = 128 << 10
    private static let chunksAhead = 4
    /// Reading goes on when there are no more: each time costs a thread's wakening, so it pays to read several.
    private static let fewChunks = 1

    /// What the consumer finds.
    enum Supply {
        case bytes(Int)
        /// Nothing yet; `onReady` will be called.
        case later
        case failed
        case end
    }

    private struct Ready {
        var chunks: [[UInt8]] = []
        var offset = 0
        var spare: [[UInt8]] = []
        var isProducing = false
        /// Since when a read has been under way.
        var readBegan: ContinuousClock.Instant?
        var isStarved = true
        var isFinished = false
        var failure: String?
        var digests: [SHA256Digest] = []
    }

    let length: Int64
    private let ready = Mutex(Ready())
    private let producer: Mutex<BodyProducer>
    private let readers: ReaderPool
    private let onReady: @Sendable (UploadBody) -> Void

    /// - Parameter onReady: called from a reader thread when there is something where there was nothing:
    ///   first after `begin`, then after each `.later`.
    init(segments: [BodySegment], readers: ReaderPool, onReady: @escaping @Sendable (UploadBody) -> Void) {
        length = segments.reduce(0) { $0 + $1.length }
        producer = Mutex(BodyProducer(segments: segments, length: length))
        self.readers = readers
        self.onReady = onReady
    }

    /// Starts reading ahead.
    ///
    /// - Returns: false where the readers have been stopped, so that nothing will come.
    func begin() -> Bool {
        ready.withLock { $0.isProducing = true }
        return readers.run { [self] in produce() }
    }

    /// What went wrong with the files; nil for nothing so far.
    var failure: String? { ready.withLock { $0.failure } }

    /// Gives the body up if a read of it has been under way for so long: its thread is the disk's, and the pool may
    /// have another.
    ///
    /// - Returns: why, where it was given up now.
    func abandon(after limit: Duration, at now: ContinuousClock.Instant) -> BodyFailure? {
        let failure = ready.withLock { ready -> BodyFailure? in
            guard ready.failure == nil, let began = ready.readBegan, now - began >= limit else { return nil }
            let failure = BodyFailure(message: "its disk gave nothing for \(limit)")
            ready.failure = failure.message
            return failure
        }
        if failure != nil { readers.lost() }
        return failure
    }

    /// The digest of each file, once all is read.
    var digests: [SHA256Digest]? { ready.withLock { $0.isFinished && $0.failure == nil ? $0.digests : nil } }

    /// Moves what is there into the buffer.
    func take(into buffer: UnsafeMutableRawBufferPointer) -> Supply {
        let (supply, goesOn) = ready.withLock { ready -> (Supply, Bool) in
            if ready.failure != nil { return (.failed, false) }
            guard let chunk = ready.chunks.first else {
                if ready.isFinished { return (.end, false) }
                ready.isStarved = true
                return (.later, false)
            }
            let count = min(buffer.count, chunk.count - ready.offset)
            buffer.copyBytes(from: chunk[ready.offset..<ready.offset + count])
            ready.offset += count
            guard ready.offset == chunk.count else { return (.bytes(count), false) }
            ready.offset = 0
            ready.chunks.removeFirst()
            guard !ready.isFinished else { return (.bytes(count), false) }
            ready.spare.append(chunk)
            let goesOn = !ready.isProducing && ready.chunks.count <= Self.fewChunks
            if goesOn { ready.isProducing = true }
            return (.bytes(count), goesOn)
        }
        if goesOn { readers.run { [self] in produce() } }
        return supply
    }

    /// Reads until enough lies ahead. One thread at a time is in here: `isProducing` sees to it.
    private func produce() {
        var goesOn = true
        while goesOn {
            var chunk = ready.withLock { ready -> [UInt8] in
                ready.readBegan = .now
                return ready.spare.popLast() ?? []
            }
            let outcome = producer.withLock { $0.fill(&chunk) }
            let (wakes, more, isAbandoned) = ready.withLock { ready -> (Bool, Bool, Bool) in
                ready.readBegan = nil
                // Nobody else says that it has failed while it is read.
                if ready.failure != nil { return (false, false, true) }
                switch outcome {
                case .failure(let failure): ready.failure = failure.message
                case .success(let digests):
                    if !chunk.isEmpty { ready.chunks.append(chunk) }
                    ready.isFinished = digests != nil
                    ready.digests = digests ?? []
                }
                let more = !ready.isFinished && ready.failure == nil && ready.chunks.count < Self.chunksAhead
                ready.isProducing = more
                let wakes = ready.isStarved
                ready.isStarved = false
                return (wakes, more, false)
            }
            goesOn = more
            if wakes { onReady(self) }
            if isAbandoned { readers.found() }
        }
    }
}

/// Why a body cannot be read.
struct BodyFailure: Error {
    let message: String
}

/// Reads the segments one after the other into chunks, hashing each file.
private struct BodyProducer: ~Copyable {
    private let segments: [BodySegment]
    private var left: Int64
    private var index = 0
    private var offset: Int64 = 0
    private var hash = SHA256()
    private var digests: [SHA256Digest] = []

    init(segments: [BodySegment], length: Int64) {
        self.segments = segments
        left = length
    }

    /// Fills the chunk with what comes next, which is never more than `UploadBody.chunkSize`.
    ///
    /// - Returns: the files' digests after the last chunk, before that nil.
    mutating func fill(_ chunk: inout [UInt8]) -> Result<[SHA256Digest]?, BodyFailure> {
        let size = Int(min(left, Int64(UploadBody.chunkSize)))
        if chunk.count > size { chunk.removeLast(chunk.count - size) }
        if chunk.count < size { chunk += repeatElement(0, count: size - chunk.count) }
        do throws(BodyFailure) {
            var filled = 0
            while filled < size || (left == Int64(size) && index < segments.count) {
                filled += try advance(into: &chunk, from: filled)
            }
        } catch {
            return .failure(error)
        }
        left -= Int64(size)
        return .success(left == 0 ? digests : nil)
    }

    /// Moves on by one read, or over the end of a segment.
    private mutating func advance(into chunk: inout [UInt8], from filled: Int) throws(BodyFailure) -> Int {
        let segment = segments[index]
        let count = Int(min(segment.length - offset, Int64(chunk.count - filled)))
        switch segment {
        case .bytes(let bytes):
            chunk.replaceSubrange(filled..<filled + count, with: bytes[Int(offset)..<Int(offset) + count])
            try pass(count, of: segment)
            return count
        case .file(let source):
            guard count > 0 else {
                try finish(source)
                return 0
            }
            let got = try read(source, into: &chunk, from: filled, count: count)
            offset += Int64(got)
            return got
        }
    }

    private mutating func pass(_ count: Int, of segment: BodySegment) throws(BodyFailure) {
        offset += Int64(count)
        if offset == segment.length {
            index += 1
            offset = 0
        }
    }

    private mutating func read(
        _ source: any BodySource, into chunk: inout [UInt8], from filled: Int, count: Int
    ) throws(BodyFailure) -> Int {
        let offset = offset
        let outcome = chunk.withUnsafeMutableBytes { bytes in
            let target = UnsafeMutableRawBufferPointer(rebasing: bytes[filled..<filled + count])
            return Result { try source.read(into: target, at: offset) }
        }
        switch outcome {
        case .failure(let error): throw BodyFailure(message: "\(error)")
        case .success(let got):
            guard got > 0, got <= count else { throw BodyFailure(message: "the file is shorter than it was") }
            chunk.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[filled..<filled + got])) }
            return got
        }
    }

    /// Ends a file: nothing may follow.
    private mutating func finish(_ source: any BodySource) throws(BodyFailure) {
        let offset = offset
        let beyond = withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { byte in
            Result { try source.read(into: byte, at: offset) }
        }
        switch beyond {
        case .failure(let error): throw BodyFailure(message: "\(error)")
        case .success(let count):
            guard count == 0 else { throw BodyFailure(message: "the file is longer than it was") }
        }
        guard let digest = hash.finish() else { throw BodyFailure(message: "SHA-256 is not to be had") }
        digests.append(digest)
        index += 1
        self.offset = 0
    }
}
