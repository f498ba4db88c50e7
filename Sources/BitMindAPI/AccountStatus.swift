/// The answer of `/status` about the account.
public struct AccountStatus: Sendable, Hashable {
    /// The names of the account's permissions, e.g. `image_inference`; nil if the answer has no such list.
    public let permissions: [String]?
    /// The API's whole answer, unchanged.
    public let response: JSONText

    /// - Parameter response: the answer's JSON, of any form.
    public init(response: JSONText) {
        self.response = response
        permissions = response["client"]?["permissions"]?.elements?.compactMap(\.string)
    }

    /// Whether the account may use an endpoint; nil if the answer does not say.
    ///
    /// A disabled feature has the same effect as a missing permission.
    public func permits(_ endpoint: Endpoint) -> Bool? {
        let needed = endpoint.permissions
        if needed.contains(where: { response["features"]?[$0]?.bool == false }) { return false }
        guard let permissions else { return nil }
        return needed.allSatisfy(permissions.contains)
    }
}

extension Endpoint {
    /// The names of the permissions that the endpoint needs.
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
