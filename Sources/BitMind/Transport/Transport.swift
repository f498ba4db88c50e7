package import BitMindAPI

/// Carries one HTTP request and its answer. The seam between the client's rules and the network.
package protocol Transport: Sendable {
    /// - Throws: why there is no answer. An answer with any status is returned.
    func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportAnswer

    /// Does work that may block on another thread than the caller's. Urgent work never waits for other work.
    func offload<Value: Sendable>(isUrgent: Bool, _ work: @escaping @Sendable () -> Value) async -> Value

    /// Ends all current requests as cancelled, and returns when none is left.
    func shutdown() async
}

extension Transport {
    /// As `offload(isUrgent:_:)`, for work that is not urgent.
    func offload<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await offload(isUrgent: false, work)
    }
}

/// One request.
package struct TransportRequest: Sendable {
    /// The body, sent after the head.
    package enum Body: Sendable {
        case none
        /// A short form, which is a secret.
        case form(Secret)
        case upload([BodySegment])
    }

    /// A header. Its value may be a secret, so it is never shown.
    package struct Header: Sendable, Hashable {
        /// As it is sent.
        package let name: String
        /// Without line ends.
        package let value: Secret
    }

    /// Relative to the base URL.
    package var path: String
    /// In addition to those that HTTP itself needs.
    package var headers: [Header] = []
    /// Without a body the request is a GET, with one a POST.
    package var body = Body.none
    /// Secrets in the body, to redact if the server's answer repeats them. Secrets in headers are redacted
    /// without this.
    package var hidden: [Secret] = []
    /// The largest number of bytes read from the answer's body.
    package var maximumAnswer: Int
    /// Whether to ask before sending the body.
    package var asksFirst = false

    var isUpload: Bool { if case .upload = body { true } else { false } }
}

/// One answer.
package struct TransportAnswer: Sendable, Hashable {
    /// Any HTTP status except the interim ones.
    package var status: Int
    /// By lower-case name; the last of several with one name.
    package var headers: [String: String] = [:]
    /// Up to the limit.
    package var body: [UInt8] = []
    /// The SHA-256 digest of each file of the request; nil if the server answered before it had all files.
    package var digests: [SHA256Digest]?

    /// - Parameter digests: in the order of the request's files.
    package init(
        status: Int, headers: [String: String] = [:], body: [UInt8] = [], digests: [SHA256Digest]? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.digests = digests
    }
}

/// Why there is no answer.
package struct TransportFailure: Error, Sendable, Hashable {
    /// `.unreachable`, `.noProgress`, `.notAVerdict`, `.bodyFailed` or `.cancelled`.
    package let kind: APIError.Kind
    /// The message of libcurl, or of this module.
    package let message: String
    /// Whether a connection was established when it failed.
    package var wasConnected = false
    /// Whether the whole request was sent.
    package var mayHaveBeenProcessed = false

    /// - Parameter message: made printable later, when it becomes an `APIError`.
    package init(
        _ kind: APIError.Kind, _ message: String, wasConnected: Bool = false,
        mayHaveBeenProcessed: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.wasConnected = wasConnected
        self.mayHaveBeenProcessed = mayHaveBeenProcessed
    }
}
