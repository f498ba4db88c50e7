/// Why a client cannot be made, and what to do.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence for the operator.
    public let message: String
    /// - Parameter message: one sentence, without a secret.
    public init(_ message: String) { self.message = message }
    /// The same as ``message``.
    public var description: String { message }
}

/// Where a client finds what it proves itself with.
public protocol CredentialSource: Sendable {
    /// The credentials as they are now; nil where there are none. Called again after a refusal.
    ///
    /// - Throws: `CredentialFailure` for what cannot be read; its message must hold no secret.
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
