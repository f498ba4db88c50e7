@_exported public import BitMindAPI

/// Where the bytes of an upload come from.
///
/// Reads happen on the thread that sends the upload and does nothing else, so they may block. They go from the
/// start to the end; a second try starts again at 0.
public protocol BodySource: Sendable {
    /// How many bytes there are. What turns out shorter or longer is not uploaded.
    var size: Int64 { get }

    /// Fills the buffer with what stands at `offset`.
    ///
    /// - Returns: how many bytes it is; fewer than fit are no end, 0 is.
    /// - Throws: anything; its description becomes the message of an `APIError` of the kind `.bodyFailed`.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int
}

/// One file to be judged.
public struct Upload: Sendable {
    /// Told by the content, not by the name.
    public let type: MediaType
    /// The name told to the API where it takes one; made harmless before it is sent.
    public let fileName: String
    /// Where its bytes come from.
    public let body: any BodySource

    /// A file of this type; nothing is read yet.
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
    /// Of the very bytes that were sent.
    public let sha256: SHA256Digest
    /// Who said it.
    public let endpoint: Endpoint
    /// The API's name for the request, where it gave one.
    public let requestID: String?
    /// The file's place in its batch; nil for a file that went alone.
    public let batchPosition: Int?
    /// Whether a simulator answered (`X-Simulated: true`).
    public let isSimulated: Bool
    /// How many requests with this file's bytes the API may have worked on, this one included.
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

    /// Copies what stands at `offset`.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        let rest = bytes.dropFirst(Int(offset)).prefix(buffer.count)
        buffer.copyBytes(from: rest)
        return rest.count
    }
}
