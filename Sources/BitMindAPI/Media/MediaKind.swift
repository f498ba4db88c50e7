/// What decides between the image and the video endpoints.
public enum MediaKind: String, Sendable, Hashable, CaseIterable {
    case image
    case video

    /// The largest file, in bytes, that the API takes of this kind (api.md: 100 MB and 500 MB, 10^6 each).
    public var maximumFileSize: Int64 {
        switch self {
        case .image: 100_000_000
        case .video: 500_000_000
        }
    }

    /// How many files one batch request may carry.
    public var maximumBatchCount: Int {
        switch self {
        case .image: 50
        case .video: 20
        }
    }

    /// The endpoint for one file.
    public var endpoint: Endpoint {
        switch self {
        case .image: .image
        case .video: .video
        }
    }

    /// The endpoint for several files in one request.
    public var batchEndpoint: Endpoint {
        switch self {
        case .image: .batchImage
        case .video: .batchVideo
        }
    }
}
