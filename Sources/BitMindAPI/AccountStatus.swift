/// What `/status` says of the account.
public struct AccountStatus: Sendable, Hashable {
    /// The names of what the account may do, e.g. `image_inference`; nil where the answer has no such list.
    public let permissions: [String]?
    /// The API's whole answer, as it came.
    public let response: JSONText

    /// - Parameter response: the answer's JSON, of any form.
    public init(response: JSONText) {
        self.response = response
        permissions = response["client"]?["permissions"]?.elements?.compactMap(\.string)
    }

    /// Whether the account may use an endpoint; nil where the answer does not tell.
    ///
    /// A feature that is switched off bars it as well as a missing permission does.
    public func permits(_ endpoint: Endpoint) -> Bool? {
        let needed = endpoint.permissions
        if needed.contains(where: { response["features"]?[$0]?.bool == false }) { return false }
        guard let permissions else { return nil }
        return needed.allSatisfy(permissions.contains)
    }
}

extension Endpoint {
    /// The names of the permissions that it needs.
    public var permissions: [String] {
        switch self {
        case .token, .health, .status: []
        case .image: ["image_inference"]
        case .video: ["video_inference"]
        case .batchImage: ["image_inference", "batch_processing"]
        case .batchVideo: ["video_inference", "batch_processing"]
        }
    }
}
