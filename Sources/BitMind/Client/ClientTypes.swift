/// Why a client cannot be made, and what to do.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence for the operator.
    public let message: String
    /// - Parameter message: one sentence, without a secret.
    public init(_ message: String) { self.message = message }
    /// The same as ``message``.
    public var description: String { message }
}

/// The source of a client's credentials.
public protocol CredentialSource: Sendable {
    /// The current credentials; nil if there are none. Called again after a refusal.
    ///
    /// - Throws: `CredentialFailure` if they cannot be read. Its message must contain no secret.
    func credentials() throws(CredentialFailure) -> Credentials?
}

/// Why credentials cannot be read, and what to do.
public struct CredentialFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence for the operator.
    public let message: String
    /// - Parameter message: one sentence, without a secret.
    public init(_ message: String) { self.message = message }
    /// The same as ``message``.
    public var description: String { message }
}
