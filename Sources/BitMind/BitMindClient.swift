/// The BitMind API as a typed, shared client.
///
/// Every call makes one request; what was certainly not processed is sent once more, as is a request
/// whose token had run out. Nothing else is repeated: when to try again is the caller's to decide, with
/// `RequestGate` for example.
public final class BitMindClient: Sendable {
    /// How the API is reached.
    public struct Configuration: Sendable, Hashable {
        /// Scheme, host and perhaps a path, without a slash at the end.
        public var baseURL: String
        /// How long a request may go without any progress; slow progress never ends it.
        public var requestTimeout: Duration = .seconds(120)
        /// A PEM file of authorities to trust besides the system's.
        public var caFile: String?
        /// A proxy for everything; nil for what `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.
        public var proxy: String?
        /// Bytes a second for all uploads together; nil for no limit.
        public var bandwidth: Int64?
        /// What the `User-Agent` header says, e.g. `bitmind-watch/0.1.0`.
        public var userAgent: String = "bitmind"
        /// How many idle connections are kept, and how many files are read side by side.
        public var maximumConnections: Int = 8

        public init(baseURL: String = "https://enterprise.bitmind.ai") { self.baseURL = baseURL }
    }

    /// - Throws: `ConfigurationError` where libcurl doesn't take the settings.
    public init(configuration: Configuration, credentials: any CredentialSource) throws(ConfigurationError) {}
}

/// Why a client cannot be made, and what to do.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String
    public init(_ message: String) { self.message = message }
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
    public let message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}

extension BitMindClient {
    /// Asks for one file's verdict.
    ///
    /// - Returns: the verdict and its evidence.
    /// - Throws: why there is none, with whose fault it is. Cancelling the task ends the upload and
    ///   throws `.cancelled`.
    public func classify(_ upload: Upload) async throws(APIError) -> Classification {
        throw APIError(.cancelled, message: "")
    }

    /// Asks for the verdicts of several files of one kind in one request.
    ///
    /// - Parameter batch: 1 to 50 images, or 1 to 20 videos.
    /// - Returns: for each file, in the order given, its verdict or why it has none: `.rejected` where the
    ///   API's entry carries an error, `.notAVerdict` where the entry is missing or wrong (ask again for
    ///   that file alone).
    /// - Throws: why the request as a whole brought nothing: `.tooLarge` and `.rejected` then blame one of
    ///   the files, not all; `.misuse` for no files, too many, or two kinds.
    public func classify(batch: [Upload]) async throws(APIError) -> [Result<Classification, APIError>] {
        throw APIError(.cancelled, message: "")
    }

    /// What `/health` says; asks without credentials.
    public func health() async throws(APIError) -> JSONText { .null }

    /// What `/status` says of the account.
    public func status() async throws(APIError) -> AccountStatus { AccountStatus(response: .null) }

    /// Gets a token if there is none: whether the credentials are good. An API key needs none.
    public func authenticate() async throws(APIError) {}

    /// Drops the token, so that the next request reads the credentials again.
    public func credentialsChanged() {}

    /// Ends what is under way as cancelled, closes the connections, and returns when the threads have
    /// ended.
    public func shutdown() async {}
}
