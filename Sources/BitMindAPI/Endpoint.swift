/// The seven endpoints of the API (api.md, "Endpoints").
public enum Endpoint: String, Sendable, Hashable, CaseIterable {
    case token = "/v1/oauth/token"
    case health = "/health"
    case status = "/status"
    case image = "/image"
    case video = "/video"
    case batchImage = "/batch_image"
    case batchVideo = "/batch_video"

    /// The path below the base URL, with its leading slash.
    public var path: String { rawValue }

    /// The name of the multipart part with a file; nil if the endpoint accepts no files.
    public var partName: String? {
        switch self {
        case .image: "image"
        case .video: "video"
        case .batchImage: "images"
        case .batchVideo: "videos"
        case .token, .health, .status: nil
        }
    }

    /// The single-file endpoint for a batch endpoint's kind; nil for the others.
    package var single: Endpoint? {
        switch self {
        case .batchImage: .image
        case .batchVideo: .video
        case .token, .health, .status, .image, .video: nil
        }
    }
}
