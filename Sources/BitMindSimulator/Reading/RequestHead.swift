internal import BitMindAPI

/// A request's head, as far as the API looks at it.
struct RequestHead: Sendable {
    var method: String
    /// Without the query.
    var path: String
    var contentType: String?
    /// In bytes; nil: the body comes in chunks or there is none.
    var contentLength: Int64?
    var authorization: String?
    /// The header `X-Client-Cert`, base64.
    var certificate: String?
    var expectsContinue = false

    var endpoint: Endpoint? { Endpoint(rawValue: path) }

    /// The boundary of a multipart body; nil: it is none, or has no boundary.
    var boundary: String? {
        guard let value = contentType.flatMap({ HeaderValue($0) }), value.essence == "multipart/form-data",
            let boundary = value.parameters["boundary"], !boundary.isEmpty, boundary.utf8.count <= 70
        else { return nil }
        return boundary
    }
}

/// An answer that says no.
struct Refusal: Sendable, Hashable {
    var status: Int
    var message: String
    var retryAfter: String?
    /// Whether it comes before the body is read, whatever the behaviour says.
    var isEarly = false

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }
}

extension Endpoint {
    /// What the files are that it takes; nil: it takes none.
    var kind: MediaKind? {
        switch self {
        case .image, .batchImage: .image
        case .video, .batchVideo: .video
        case .token, .health, .status: nil
        }
    }

    var isBatch: Bool { self == .batchImage || self == .batchVideo }

    /// What an account needs to use it.
    var permissions: Set<Permission> {
        switch self {
        case .image: [.imageInference]
        case .video: [.videoInference]
        case .batchImage: [.imageInference, .batchProcessing]
        case .batchVideo: [.videoInference, .batchProcessing]
        case .token, .health, .status: []
        }
    }

    var method: String { self == .health || self == .status ? "GET" : "POST" }
}
