internal import BitMindAPI

/// The parts of a request's head that the API uses.
struct RequestHead: Sendable {
    var method: String
    /// Without the query.
    var path: String
    var contentType: String?
    /// In bytes; nil: the body is chunked, or there is none.
    var contentLength: Int64?
    var authorization: String?
    /// The header `X-Client-Cert`, base64.
    var certificate: String?
    var expectsContinue = false

    var endpoint: Endpoint? { Endpoint(rawValue: path) }

    /// The boundary of a multipart body; nil: the body is not multipart, or has no boundary.
    var boundary: String? {
        guard let value = contentType.flatMap({ HeaderValue($0) }), value.essence == "multipart/form-data",
            let boundary = value.parameters["boundary"], !boundary.isEmpty, boundary.utf8.count <= 70
        else { return nil }
        return boundary
    }
}

/// A refusing answer.
struct Refusal: Sendable, Hashable {
    var status: Int
    var message: String
    var retryAfter: String?
    /// Whether it is sent before the body is read, for any behaviour.
    var isEarly = false

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }
}

extension Endpoint {
    /// The kind of files that it accepts; nil: none.
    var kind: MediaKind? {
        switch self {
        case .image, .batchImage: .image
        case .video, .batchVideo: .video
        case .token, .health, .status: nil
        }
    }

    var isBatch: Bool { self == .batchImage || self == .batchVideo }

    /// The permissions that an account needs for it.
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
