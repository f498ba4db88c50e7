/// Bytes that are never shown: every way of printing them gives `redacted`.
public struct Secret: Sendable, Hashable {
    private let bytes: [UInt8]

    /// The text, in UTF-8.
    public init(_ text: String) { bytes = Array(text.utf8) }
    /// Any bytes.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Whether it is empty.
    public var isEmpty: Bool { bytes.isEmpty }

    /// Whether it is valid in an HTTP header: only visible ASCII, so that it cannot end the line.
    public var fitsHeader: Bool { !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7E).contains($0) } }

    /// Returns the bytes, for sending. The name is long so that its uses are conspicuous.
    public func revealed() -> [UInt8] { bytes }

    /// The bytes as text, with U+FFFD where they are not UTF-8.
    public func revealedText() -> String { String(decoding: bytes, as: UTF8.self) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The same for every secret.
    public var description: String { "redacted" }
    /// The same for every secret.
    public var debugDescription: String { "redacted" }
    /// Gives debuggers and `dump` none of the bytes.
    public var customMirror: Mirror { Mirror(reflecting: "redacted") }
}

/// How an account authenticates (api.md, "Authentication").
public enum AuthenticationMethod: String, Sendable, Hashable, CaseIterable {
    case oauth
    case mtls
    case apiKey = "api-key"
}

/// What an account authenticates with.
public enum Credentials: Sendable, Hashable {
    /// OAuth 2.0 client credentials.
    case oauth(clientID: Secret, secret: Secret)
    /// OAuth with the client's certificate in a header (RFC 8705); `certificate` is the file's bytes.
    case mtls(clientID: Secret, certificate: Secret)
    /// An organisation's key, with its `enterprise-` prefix.
    case apiKey(Secret)

    /// The method of these credentials.
    public var method: AuthenticationMethod {
        switch self {
        case .oauth: .oauth
        case .mtls: .mtls
        case .apiKey: .apiKey
        }
    }
}
