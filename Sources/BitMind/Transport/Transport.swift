package import BitMindAPI

/// Carries one HTTP request and its answer. The seam between the client's rules and the network.
package protocol Transport: Sendable {
    /// - Throws: why there is no answer; an answer with any status is one.
    func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportAnswer

    /// Does work that may block away from the caller's thread; what is urgent waits for nothing that isn't.
    func offload<Value: Sendable>(isUrgent: Bool, _ work: @escaping @Sendable () -> Value) async -> Value

    /// Ends what is under way as cancelled; returns once nothing is.
    func shutdown() async
}

extension Transport {
    /// As `offload(isUrgent:_:)`, for what isn't.
    func offload<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await offload(isUrgent: false, work)
    }
}

/// One request.
package struct TransportRequest: Sendable {
    /// What is sent after the head.
    package enum Body: Sendable {
        case none
        /// A short form, which is a secret.
        case form(Secret)
        case upload([BodySegment])
    }

    /// A header; its value may be a secret, so it never shows.
    package struct Header: Sendable, Hashable {
        /// As it is sent.
        package let name: String
        /// Without line ends.
        package let value: Secret
    }

    /// Below the base URL.
    package var path: String
    /// Besides those that HTTP itself needs.
    package var headers: [Header] = []
    /// What is sent; without one the request is a GET, with one a POST.
    package var body = Body.none
    /// What the body holds that must not show, should the server's words repeat it; headers never do.
    package var hidden: [Secret] = []
    /// How many bytes of the answer's body are read.
    package var maximumAnswer: Int
    /// Whether to ask before sending the body.
    package var asksFirst = false

    var isUpload: Bool { if case .upload = body { true } else { false } }
}

/// One answer.
package struct TransportAnswer: Sendable, Hashable {
    /// Any HTTP status but the interim ones.
    package var status: Int
    /// By lower-case name; the last of several.
    package var headers: [String: String] = [:]
    /// As far as it may be read.
    package var body: [UInt8] = []
    /// The SHA-256 of each file of the request; nil where the server answered before it had all of them.
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
    /// libcurl's words, or ours.
    package let message: String
    /// Whether a connection stood when it failed.
    package var wasConnected = false
    /// Whether the whole request was on its way.
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
