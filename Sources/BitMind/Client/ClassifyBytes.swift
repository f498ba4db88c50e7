internal import Glibc
internal import Synchronization

extension BitMindClient {
    /// Requests the verdict of an image or video whose bytes arrive one by one.
    ///
    /// The bytes are first collected in a file without a name below `$TMPDIR`, else in `/var/tmp`. The API
    /// needs their number in advance, and if a connection breaks before the API has all of them, they are
    /// sent once more. Memory use stays constant, and nothing is left on disk.
    ///
    /// - Parameter limit: the largest number of bytes; the API accepts images of 100 MB and videos of 500 MB.
    /// - Throws: the errors of the sequence, and as `classify(_:)`; `.tooLarge` for more bytes than `limit`,
    ///   `.misuse` if they do not begin like an image or video that the API accepts, and `.bodyFailed` if
    ///   they cannot be stored.
    public func classify<Bytes: AsyncSequence>(
        bytes: Bytes, upTo limit: Int64 = 500_000_000
    ) async throws -> Classification where Bytes.Element == UInt8 {
        let spool = try Spool(limit: limit)
        var chunk: [UInt8] = []
        for try await byte in bytes {
            chunk.append(byte)
            guard chunk.count == UploadBody.bufferSize else { continue }
            try await keep(chunk, in: spool)
            chunk.removeAll(keepingCapacity: true)
        }
        try await keep(chunk, in: spool)
        return try await classify(spool)
    }

    /// Requests the verdict of an image or video whose bytes arrive in chunks, as `classify(bytes:upTo:)`.
    public func classify<Chunks: AsyncSequence>(
        chunks: Chunks, upTo limit: Int64 = 500_000_000
    ) async throws -> Classification where Chunks.Element: Sequence<UInt8> {
        let spool = try Spool(limit: limit)
        for try await chunk in chunks { try await keep(Array(chunk), in: spool) }
        return try await classify(spool)
    }

    private func classify(_ spool: Spool) async throws(APIError) -> Classification {
        let start = await transport.offload { Result { try spool.mediaType() } }
        guard let type = try start.mapError({ APIError(.bodyFailed, message: "\($0)") }).get() else {
            throw APIError(.misuse, message: "the bytes are no image or video of a format that the API takes")
        }
        return try await classify(Upload(type: type, fileName: "", body: spool))
    }

    private func keep(_ chunk: [UInt8], in spool: Spool) async throws(APIError) {
        let kept = await transport.offload { Result { () throws(APIError) in try spool.add(chunk) } }
        try kept.get()
    }
}

/// A file without a name. Bytes are first written, then read.
private final class Spool: BodySource {
    private let descriptor: Int32
    private let limit: Int64
    private let count = Mutex<Int64>(0)

    init(limit: Int64) throws(APIError) {
        self.limit = limit
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        let name = "bitmind-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let path = "\(folder.isEmpty ? "/var/tmp" : folder)/\(name)"
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure() }
        unlink(path)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    var size: Int64 { count.withLock { $0 } }

    func add(_ bytes: [UInt8]) throws(APIError) {
        guard size + Int64(bytes.count) <= limit else {
            throw APIError(.tooLarge, message: "there are more than \(limit) bytes")
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 || errno == EINTR else { throw Self.failure() }
            rest = rest.dropFirst(max(0, written))
        }
        count.withLock { $0 += Int64(bytes.count) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else { throw Self.failure() }
        }
    }

    private static func failure() -> APIError {
        APIError(.bodyFailed, message: "bytes cannot be kept: \(String(cString: strerror(errno)))")
    }
}
