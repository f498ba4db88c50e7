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
    /// The type of media by the first bytes; nil for a type that the API does not accept.
    func mediaType() throws -> MediaType? {
        var start = [UInt8](repeating: 0, count: 12)
        let count = try start.withUnsafeMutableBytes { try read(into: $0, at: 0) }
        return MediaType(start: Array(start.prefix(count)))
    }
}

extension MediaType {
    /// The type by the first twelve bytes of a file. This is a rough test; the API checks more.
    init?(start: [UInt8]) {
        func has(_ text: String, at offset: Int) -> Bool { start.dropFirst(offset).starts(with: text.utf8) }
        if start.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if has("RIFF", at: 0), has("WEBP", at: 8) {
            self = .webp
        } else if has("RIFF", at: 0), has("AVI ", at: 8) {
            self = .avi
        } else if has("ftypqt", at: 4) || has("moov", at: 4) {
            self = .quickTime
        } else if has("ftyp", at: 4) {
            self = .mp4
        } else {
            return nil
        }
    }
}
