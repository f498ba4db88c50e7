internal import Glibc

/// A file as a body. It stays open as long as this object exists.
public final class FileBody: BodySource {
    private let descriptor: Int32
    /// The number of bytes when it was opened.
    public let size: Int64

    /// Opens a regular file for reading.
    ///
    /// - Parameter path: a path, or a `file://` URL.
    /// - Throws: an `APIError` of the kind `.bodyFailed` that names the path.
    public init(path: String) throws(APIError) {
        let path = Self.path(of: path)
        // Without blocking, in case it is a FIFO.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure(path, String(cString: strerror(errno))) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Self.failure(path, "no regular file")
        }
        size = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    /// Reads the bytes at `offset`; none after the end.
    ///
    /// - Throws: the system's error message.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw APIError(.bodyFailed, message: String(cString: strerror(errno)))
            }
        }
    }

    private static func failure(_ path: String, _ reason: String) -> APIError {
        APIError(.bodyFailed, message: "\(path): \(reason)")
    }

    /// The path of a `file://` URL; any other text is itself a path.
    static func path(of text: String) -> String {
        let scheme = "file://"
        guard text.hasPrefix(scheme) else { return text }
        let encoded = Array(text.utf8.dropFirst(scheme.utf8.count))
        var bytes: [UInt8] = []
        var index = 0
        while index < encoded.count {
            let digits = String(decoding: encoded[index...].dropFirst().prefix(2), as: UTF8.self)
            if encoded[index] == UInt8(ascii: "%"), digits.utf8.count == 2,
                let byte = UInt8(digits, radix: 16)
            {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(encoded[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension BodySource {
    /// The format that the content shows; nil for a format that the API does not take.
    func mediaType() throws -> MediaType? {
        let head = MediaHead(try bytes(at: 0, count: MediaHead.count))
        return try head.type(size: size) { offset, count in try bytes(at: offset, count: count) }
    }

    /// The bytes at an offset; fewer than `count` only where the end comes sooner.
    private func bytes(at offset: Int64, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let added = try bytes.withUnsafeMutableBytes {
                try read(
                    into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]), at: offset + Int64(filled))
            }
            guard added > 0 else { break }
            filled += added
        }
        return Array(bytes.prefix(filled))
    }
}
