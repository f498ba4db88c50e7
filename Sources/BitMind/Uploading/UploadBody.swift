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

/// A request's body while it is sent. One thread reads, hashes and sends it in one pass, directly from the
/// files into libcurl's buffer, so that memory use is constant and the bytes are still in the processor's
/// cache at each step.
///
/// The last bytes are given to libcurl only once every file has proved to have its announced length. A file
/// that grows or shrinks meanwhile makes no complete request.
final class UploadBody {
    /// How many bytes are read and sent at a time. More would not stay in the processor's cache between the
    /// steps, and less would cost more calls.
    static let bufferSize = 128 << 10

    let length: Int64
    private let segments: [BodySegment]
    /// The lengths of the segments, requested once. The announced lengths apply, even if a source later
    /// returns another.
    private let lengths: [Int64]
    private var left: Int64
    private var index = 0
    private var offset: Int64 = 0
    private var hash = SHA256()
    private var finished: [SHA256Digest] = []
    /// Bytes that were read before libcurl requested them.
    private var ahead: ArraySlice<UInt8> = []

    /// What went wrong with the files; nil if nothing has so far.
    private(set) var failure: String?

    init(segments: [BodySegment]) {
        self.segments = segments
        lengths = segments.map(\.length)
        length = lengths.reduce(0, +)
        left = length
    }

    /// The digest of each file, once all is read.
    var digests: [SHA256Digest]? { left == 0 && index == segments.count && failure == nil ? finished : nil }

    /// Reads the first bytes; all of them, if there are few.
    ///
    /// - Returns: whether they could be read.
    func begin() -> Bool {
        ahead =
            Array(unsafeUninitializedCapacity: Int(min(length, Int64(Self.bufferSize)))) { buffer, count in
                count = fill(UnsafeMutableRawBufferPointer(buffer))
            }[...]
        return failure == nil
    }

    /// Returns the next bytes, as many as fit and exist.
    ///
    /// - Returns: the number of bytes; 0 after a failure.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard !ahead.isEmpty else { return fill(buffer) }
        let next = ahead.prefix(buffer.count)
        buffer.copyBytes(from: next)
        ahead = next.count < ahead.count ? ahead.dropFirst(next.count) : []
        return next.count
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard failure == nil else { return 0 }
        let size = Int(min(left, Int64(buffer.count)))
        do throws(BodyFailure) {
            var filled = 0
            while filled < size || (left == Int64(size) && index < segments.count) {
                filled += try advance(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<size]))
            }
        } catch {
            failure = error.message
            return 0
        }
        left -= Int64(size)
        return size
    }

    /// Advances by one read, or to the next segment.
    private func advance(into buffer: UnsafeMutableRawBufferPointer) throws(BodyFailure) -> Int {
        let segment = segments[index]
        let count = Int(min(lengths[index] - offset, Int64(buffer.count)))
        switch segment {
        case .bytes(let bytes):
            buffer.copyBytes(from: bytes[Int(offset)..<Int(offset) + count])
            offset += Int64(count)
            if offset == lengths[index] { nextSegment() }
            return count
        case .file(let source):
            guard count > 0 else {
                try finish(source)
                return 0
            }
            let got = try read(source, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(got)
            return got
        }
    }

    private func nextSegment() {
        index += 1
        offset = 0
    }

    private func read(
        _ source: any BodySource, into buffer: UnsafeMutableRawBufferPointer
    ) throws(BodyFailure) -> Int {
        let got = try BodyFailure.told { try source.read(into: buffer, at: offset) }
        guard got > 0, got <= buffer.count else {
            throw BodyFailure(message: "the file is shorter than it was")
        }
        hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
        return got
    }

    /// Ends a file: no byte may follow.
    private func finish(_ source: any BodySource) throws(BodyFailure) {
        let beyond = try BodyFailure.told {
            try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { byte in
                try source.read(into: byte, at: offset)
            }
        }
        guard beyond == 0 else { throw BodyFailure(message: "the file is longer than it was") }
        guard let digest = hash.finish() else { throw BodyFailure(message: "SHA-256 is not to be had") }
        finished.append(digest)
        nextSegment()
    }
}

/// Why a body cannot be read.
private struct BodyFailure: Error {
    let message: String

    /// Returns what `body` returns, and throws a `BodyFailure` with the message of any error.
    static func told<Value>(_ body: () throws -> Value) throws(BodyFailure) -> Value {
        do { return try body() } catch { throw BodyFailure(message: "\(error)") }
    }
}
