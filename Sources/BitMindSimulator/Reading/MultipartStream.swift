internal import Glibc

/// Parses a `multipart/form-data` body while it streams. It stores no more than one part's headers.
///
/// A delimiter may be cut by the edge of a piece anywhere. Its only carriage return is its first byte, so
/// after a mismatch it can begin again only at the mismatching byte, and no byte is examined twice.
struct MultipartStream {
    enum Event {
        case begin(PartHead)
        case data(UnsafeRawBufferPointer)
        case end
    }

    private enum Place {
        case preamble, delimiterLine, body, epilogue
    }

    private static let headLimit = 16_384

    private let delimiter: [UInt8]
    private var place = Place.preamble
    /// The number of delimiter bytes matched so far. The first delimiter may lack its line break.
    private var matched = 2
    private var head: [UInt8] = []

    /// - Parameter boundary: As in the `Content-Type`, without the dashes.
    init(boundary: String) {
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// Whether the closing delimiter has arrived.
    var isComplete: Bool { place == .epilogue }

    /// Reads the next piece and passes its content to `tell`. The bytes of `.data` are valid during the call
    /// only.
    ///
    /// - Throws: ``UploadRefusal/malformed(_:)`` if a part's headers are invalid, and the errors of `tell`.
    mutating func consume(
        _ bytes: UnsafeRawBufferPointer, _ tell: (Event) throws(UploadRefusal) -> Void
    ) throws(UploadRefusal) {
        var index = 0
        while index < bytes.count {
            switch place {
            case .preamble, .body: try scan(bytes, &index, tell)
            case .delimiterLine: try readHead(bytes, &index, tell)
            case .epilogue: return
            }
        }
    }

    private mutating func scan(
        _ bytes: UnsafeRawBufferPointer, _ index: inout Int, _ tell: (Event) throws(UploadRefusal) -> Void
    ) throws(UploadRefusal) {
        if matched > 0, index == 0 {
            let length = match(bytes, at: 0, from: matched)
            if matched + length == delimiter.count {
                index = length
                return try reachDelimiter(tell)
            }
            if length == bytes.count {
                matched += length
                index = length
                return
            }
            try deliverMatched(matched + length, tell)
            index = length
            matched = 0
        }
        let start = index
        while let found = carriageReturn(in: bytes, from: index) {
            let length = match(bytes, at: found, from: 0)
            let isWhole = length == delimiter.count
            if isWhole || found + length == bytes.count {
                try deliver(bytes, start..<found, tell)
                index = found + length
                if isWhole { return try reachDelimiter(tell) }
                matched = length
                return
            }
            index = found + length
        }
        try deliver(bytes, start..<bytes.count, tell)
        index = bytes.count
    }

    private func carriageReturn(in bytes: UnsafeRawBufferPointer, from index: Int) -> Int? {
        guard index < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + index, 13, bytes.count - index)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// The number of bytes at `index` that continue the delimiter from its byte `from`.
    private func match(_ bytes: UnsafeRawBufferPointer, at index: Int, from: Int) -> Int {
        var length = 0
        while from + length < delimiter.count, index + length < bytes.count,
            bytes[index + length] == delimiter[from + length]
        {
            length += 1
        }
        return length
    }

    /// The bytes that looked like a delimiter are content.
    private func deliverMatched(
        _ count: Int, _ tell: (Event) throws(UploadRefusal) -> Void
    ) throws(UploadRefusal) {
        guard place == .body else { return }
        let prefix = Array(delimiter[..<count])
        try withoutEscape(prefix, tell)
    }

    private func withoutEscape(
        _ bytes: [UInt8], _ tell: (Event) throws(UploadRefusal) -> Void
    ) throws(UploadRefusal) {
        let result = bytes.withUnsafeBytes { pointer -> Result<Void, UploadRefusal> in
            do throws(UploadRefusal) {
                try tell(.data(pointer))
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func deliver(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>,
        _ tell: (Event) throws(UploadRefusal) -> Void
    ) throws(UploadRefusal) {
        guard place == .body, !range.isEmpty else { return }
        try tell(.data(UnsafeRawBufferPointer(rebasing: bytes[range])))
    }

    private mutating func reachDelimiter(
        _ tell: (Event) throws(UploadRefusal) -> Void
    ) throws(UploadRefusal) {
        matched = 0
        if place == .body { try tell(.end) }
        place = .delimiterLine
        head.removeAll(keepingCapacity: true)
    }

    /// Collects the rest of the delimiter's line and the part's headers, up to the empty line.
    private mutating func readHead(
        _ bytes: UnsafeRawBufferPointer, _ index: inout Int,
        _ tell: (Event) throws(UploadRefusal) -> Void
    ) throws(UploadRefusal) {
        while index < bytes.count {
            head.append(bytes[index])
            index += 1
            if head.count == 2, head == [45, 45] {
                place = .epilogue
                return
            }
            if head.last == 10, head.suffix(4) == [13, 10, 13, 10] {
                let begun = try PartHead(lines: head)
                place = .body
                return try tell(.begin(begun))
            }
            if head.count > Self.headLimit {
                throw .malformed("the headers of a part are longer than \(Self.headLimit) bytes")
            }
        }
    }
}
