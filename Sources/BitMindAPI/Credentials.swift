/// Bytes that appear nowhere: every way of printing them says `redacted`.
public struct Secret: Sendable, Hashable {
    private let bytes: [UInt8]

    /// The text, in UTF-8.
    public init(_ text: String) { bytes = Array(text.utf8) }
    /// Any bytes.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { bytes.isEmpty }

    /// Whether it can stand in an HTTP header: visible ASCII alone, so that it cannot end the line.
    public var fitsHeader: Bool { !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7E).contains($0) } }

    /// Gives the bytes to whoever must send them. The name is long so that its uses stand out.
    public func revealed() -> [UInt8] { bytes }

    /// The bytes as text, with U+FFFD where they are not UTF-8.
    public func revealedText() -> String { String(decoding: bytes, as: UTF8.self) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The same for every secret.
    public var description: String { "redacted" }
    /// The same for every secret.
    public var debugDescription: String { "redacted" }
    /// Shows debuggers and `dump` none of the bytes.
    public var customMirror: Mirror { Mirror(reflecting: "redacted") }
}

/// How an account proves itself (api.md, "Authentication").
public enum AuthenticationMethod: String, Sendable, Hashable, CaseIterable {
    case oauth
    case mtls
    case apiKey = "api-key"
}

/// What an account proves itself with.
public enum Credentials: Sendable, Hashable {
    /// OAuth 2.0 client credentials.
    case oauth(clientID: Secret, secret: Secret)
    /// OAuth with the client's certificate in a header (RFC 8705); `certificate` is the file's bytes.
    case mtls(clientID: Secret, certificate: Secret)
    /// An organisation's key, with its `enterprise-` prefix.
    case apiKey(Secret)

    /// Which of the ways it is.
    public var method: AuthenticationMethod {
        switch self {
        case .oauth: .oauth
        case .mtls: .mtls
        case .apiKey: .apiKey
        }
    }
}
