@_exported public import BitMindAPI

/// The source of an upload's bytes.
///
/// Reads run on the thread that sends the upload and does nothing else, so they may block. They go from the
/// start to the end. A second attempt starts again at 0.
public protocol BodySource: Sendable {
    /// The number of bytes. A source that turns out shorter or longer is not uploaded.
    var size: Int64 { get }

    /// Fills the buffer with the bytes at `offset`.
    ///
    /// - Returns: the number of bytes. Only 0 means the end.
    /// - Throws: any error; its description becomes the message of an `APIError` of the kind `.bodyFailed`.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int
}

/// One file to be judged.
public struct Upload: Sendable {
    /// By the content, not by the name.
    public let type: MediaType
    /// The name sent to the API if the form has one. Unsafe characters are replaced.
    public let fileName: String
    /// Where its bytes come from.
    public let body: any BodySource

    /// A file of this type. Nothing is read yet.
    public init(type: MediaType, fileName: String, body: any BodySource) {
        self.type = type
        self.fileName = fileName
        self.body = body
    }
}

/// The API's verdict, and the evidence for it.
public struct Classification: Sendable, Hashable {
    /// What the API says.
    public let verdict: Verdict
    /// The digest of the bytes that were sent.
    public let sha256: SHA256Digest
    /// The endpoint that answered.
    public let endpoint: Endpoint
    /// The API's ID of the request, if there was one.
    public let requestID: String?
    /// The file's position in its batch; nil for a file that was sent alone.
    public let batchPosition: Int?
    /// Whether a simulator answered (`X-Simulated: true`).
    public let isSimulated: Bool
    /// The number of requests with this file's bytes that the API may have processed, including this one.
    public let attempts: Int

    /// All of it, for tests and programs that keep their own records.
    public init(
        verdict: Verdict, sha256: SHA256Digest, endpoint: Endpoint, requestID: String?, batchPosition: Int?,
        isSimulated: Bool, attempts: Int
    ) {
        self.verdict = verdict
        self.sha256 = sha256
        self.endpoint = endpoint
        self.requestID = requestID
        self.batchPosition = batchPosition
        self.isSimulated = isSimulated
        self.attempts = attempts
    }
}

/// Bytes in memory as a body.
public struct BytesBody: BodySource {
    private let bytes: [UInt8]

    /// A body of these bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// How many bytes there are.
    public var size: Int64 { Int64(bytes.count) }

    /// Copies the bytes at `offset`.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        let rest = bytes.dropFirst(Int(offset)).prefix(buffer.count)
        buffer.copyBytes(from: rest)
        return rest.count
    }
}
