import Foundation

/// Files that the service takes for media: whole by their structure, and each with bytes of its own.
enum MediaFile {
    enum Kind: Sendable {
        case jpeg
        case movie

        var fileExtension: String { self == .jpeg ? "jpg" : "mp4" }
    }

    /// The least that a file can have.
    static let smallestSize = 64

    /// - Parameters:
    ///   - size: in bytes.
    ///   - number: distinguishes it from the other files of this run.
    static func write(_ kind: Kind, size: Int, number: Int, to path: String) throws {
        let (head, tail) = kind == .jpeg ? jpeg(number) : movie(number, size: size)
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Failure("\(path) cannot be made (errno \(errno))") }
        defer { close(file) }
        try append(head[...], to: file)
        var rest = size - head.count - tail.count
        while rest > 0 {
            let count = min(rest, filler.count)
            try append(filler[..<count], to: file)
            rest -= count
        }
        try append(tail[...], to: file)
    }

    /// A start of image and a start of scan; an end of image.
    private static func jpeg(_ number: Int) -> (head: [UInt8], tail: [UInt8]) {
        ([0xFF, 0xD8, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0] + mark(number), [0xFF, 0xD9])
    }

    /// A file type, the media's data, and an empty index.
    private static func movie(_ number: Int, size: Int) -> (head: [UInt8], tail: [UInt8]) {
        let type: [UInt8] = [0, 0, 0, 20] + Array("ftypisom".utf8) + [0, 0, 2, 0] + Array("isom".utf8)
        let index: [UInt8] = [0, 0, 0, 8] + Array("moov".utf8)
        let rest = UInt32(size - type.count - index.count)
        let length = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: rest >> $0) }
        return (type + length + Array("mdat".utf8) + mark(number), index)
    }

    /// Different for each number and each run; without FF, which would begin a JPEG's marker.
    private static func mark(_ number: Int) -> [UInt8] {
        Array(String(number, radix: 36).utf8) + [0x20] + run
    }

    private static let run: [UInt8] = Array(String(UInt64.random(in: .min ... .max), radix: 36).utf8)
    private static let filler: [UInt8] = (0..<1_000_000).map { _ in UInt8.random(in: 0..<0xFF) }

    private static func append(_ bytes: ArraySlice<UInt8>, to file: Int32) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure("a media file cannot be written (errno \(errno))") }
            rest = rest.dropFirst(count)
        }
    }
}
