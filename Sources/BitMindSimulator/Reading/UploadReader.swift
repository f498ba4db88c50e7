/// One completely received file.
struct ReceivedFile: Sendable, Hashable {
    var head: PartHead?
    var size: Int64
    var sha256: String
    /// Its first bytes, enough to recognise its format.
    var start: [UInt8]
}

/// Why a body is refused, found while it is read.
enum UploadRefusal: Error, Hashable {
    case tooLarge(limit: Int64)
    case malformed(String)

    var refusal: Refusal {
        switch self {
        case .tooLarge(let limit): Refusal(413, "too large: at most \(limit) bytes are taken")
        case .malformed(let reason): Refusal(400, "malformed multipart body: \(reason)")
        }
    }
}

/// Hashes the files of a body while it streams.
final class UploadReader {
    /// The largest sizes of files, in bytes: of each, and of all together.
    struct Limits: Sendable, Hashable {
        var each: Int64
        var total: Int64
    }

    private var multipart: MultipartStream?
    private let collector: FileCollector

    /// - Parameter boundary: Of a multipart body; nil: the body is one raw file.
    init(boundary: String?, limits: Limits, digest: SHA256Digest) {
        multipart = boundary.map(MultipartStream.init)
        collector = FileCollector(limits: limits, digest: digest)
        if boundary == nil { collector.begin(nil) }
    }

    /// Reads the next piece, and returns the files that it completes.
    ///
    /// - Throws: As soon as a limit is exceeded or the form is invalid. The rest of the body is then useless.
    func consume(_ bytes: UnsafeRawBufferPointer) throws(UploadRefusal) -> [ReceivedFile] {
        guard multipart != nil else {
            try collector.add(bytes)
            return []
        }
        try multipart?.consume(bytes) { event throws(UploadRefusal) in
            switch event {
            case .begin(let head): collector.begin(head)
            case .data(let piece): try collector.add(piece)
            case .end: collector.end()
            }
        }
        return collector.takeCompleted()
    }

    /// Ends the body, and returns the files that are complete only now.
    ///
    /// - Throws: ``UploadRefusal/malformed(_:)`` if the closing delimiter is missing.
    func finish() throws(UploadRefusal) -> [ReceivedFile] {
        if let multipart {
            guard multipart.isComplete else { throw .malformed("it has no closing delimiter") }
        } else {
            collector.end()
        }
        return collector.takeCompleted()
    }
}

/// Collects the parser's output. One file at a time is open.
private final class FileCollector {
    private let limits: UploadReader.Limits
    private let digest: SHA256Digest
    private var head: PartHead?
    private var size: Int64 = 0
    private var total: Int64 = 0
    private var start: [UInt8] = []
    private var completed: [ReceivedFile] = []

    init(limits: UploadReader.Limits, digest: SHA256Digest) {
        self.limits = limits
        self.digest = digest
    }

    func begin(_ head: PartHead?) {
        self.head = head
        digest.reset()
        size = 0
        start = []
    }

    func add(_ bytes: UnsafeRawBufferPointer) throws(UploadRefusal) {
        size += Int64(bytes.count)
        total += Int64(bytes.count)
        if size > limits.each { throw .tooLarge(limit: limits.each) }
        if total > limits.total { throw .tooLarge(limit: limits.total) }
        if start.count < ContentCheck.startLength {
            start.append(contentsOf: bytes.prefix(ContentCheck.startLength - start.count))
        }
        digest.update(bytes)
    }

    func end() {
        completed.append(ReceivedFile(head: head, size: size, sha256: digest.finish(), start: start))
    }

    func takeCompleted() -> [ReceivedFile] {
        defer { completed = [] }
        return completed
    }
}
