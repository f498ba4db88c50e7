/// Why a request brought no verdict.
///
/// `blame` alone decides what becomes of the file: only `.file` makes it fail, all else lets it wait.
public struct APIError: Error, Sendable, Hashable {
    /// What went wrong.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// 400 or 422, or an entry of a batch that carries an error: the input is bad.
        case rejected
        /// 413: more bytes than the API takes.
        case tooLarge
        /// 415, in every form in which a file can be sent.
        case unsupportedForm
        /// 401 with a fresh token, or the token endpoint refused.
        case credentialsRefused
        /// 403 without `Retry-After`: not permitted, throttled, or a client certificate is missing.
        case forbidden
        /// 429, or 403 with `Retry-After`.
        case rateLimited
        /// 5xx.
        case serverFailure
        /// Any other status that the API does not document, redirects included.
        case unexpectedStatus
        /// DNS, connection, TLS, proxy, or a connection that broke.
        case unreachable
        /// Nothing moved for the request time-out.
        case noProgress
        /// The answer isn't the documented JSON, is too long, or came before the file was sent.
        case notAVerdict
        /// No credentials, or some that cannot be read.
        case missingCredentials
        /// The body could not be read, or did not have the length that was promised.
        case bodyFailed
        /// The call made no sense: a batch of two kinds, or too many files.
        case misuse
        /// The task was cancelled, or the client shut down.
        case cancelled
    }

    /// Whose fault it is.
    public enum Blame: String, Sendable, Hashable {
        /// This file will never do: it fails.
        case file
        /// Credentials, permissions or the contract's rate: everything waits.
        case account
        /// The API or the way to it: everything waits.
        case service
        /// Whoever called: nothing is said about the API.
        case caller
    }

    /// What went wrong.
    public let kind: Kind
    /// Whose fault it is.
    public let blame: Blame
    /// The HTTP status, where there was an answer.
    public let status: Int?
    /// The server's words or libcurl's, printable, at most 200 characters; never a secret.
    public let message: String
    /// What the answer's `Retry-After` asked for, as it came (believe at most an hour).
    public let retryAfter: Duration?
    /// Where the request went; nil where none was made.
    public let endpoint: Endpoint?
    /// Whether the server may have had the whole request and worked on it, so that asking again may be
    /// paid for twice.
    public let mayHaveBeenProcessed: Bool
    /// What the API answered; nil where it did not.
    public let answer: Answer?

    /// An answer that is no verdict.
    public struct Answer: Sendable, Hashable {
        /// Whether a simulator answered (`X-Simulated: true`).
        public let isSimulated: Bool
        /// The API's name for the request, where it gave one.
        public let requestID: String?
        /// The answer itself, read anew each time; nil where it was no JSON.
        public var response: JSONText? { kept?.value }
        private let kept: KeptJSON?

        /// All of it, for tests and programs that make errors of their own.
        public init(isSimulated: Bool, requestID: String?, response: JSONText?) {
            self.isSimulated = isSimulated
            self.requestID = requestID
            kept = response.map(KeptJSON.init)
        }
    }

    /// - Parameters:
    ///   - message: anything; it is made printable and cut to 200 characters.
    ///   - blame: by default what `kind` says by itself.
    public init(
        _ kind: Kind, message: String, blame: Blame? = nil, status: Int? = nil, retryAfter: Duration? = nil,
        endpoint: Endpoint? = nil, mayHaveBeenProcessed: Bool = false, answer: Answer? = nil
    ) {
        self.kind = kind
        self.blame = blame ?? kind.blame
        self.status = status
        self.message = PrintableText.printable(message)
        self.retryAfter = retryAfter
        self.endpoint = endpoint
        self.mayHaveBeenProcessed = mayHaveBeenProcessed
        self.answer = answer
    }
}

extension APIError.Kind {
    /// Whose fault it is, where nothing else is known.
    public var blame: APIError.Blame {
        switch self {
        case .rejected, .tooLarge, .unsupportedForm: .file
        case .credentialsRefused, .forbidden, .rateLimited, .missingCredentials: .account
        case .serverFailure, .unexpectedStatus, .unreachable, .noProgress, .notAVerdict: .service
        case .bodyFailed, .misuse, .cancelled: .caller
        }
    }

    /// What an answer's status means at an endpoint (api.md, "Errors").
    ///
    /// - Parameters:
    ///   - status: any HTTP status but 200.
    ///   - endpoint: where the request went; the token endpoint speaks of credentials, and only an upload
    ///     can be a file's fault.
    ///   - hasRetryAfter: whether the answer says when to come back.
    public init(status: Int, endpoint: Endpoint, hasRetryAfter: Bool) {
        switch (status, endpoint) {
        case (429, _): self = .rateLimited
        case (403, _) where hasRetryAfter: self = .rateLimited
        case (401, _), (400, .token), (403, .token): self = .credentialsRefused
        case (403, _): self = .forbidden
        case (500...599, _): self = .serverFailure
        case (_, .token), (_, .health), (_, .status): self = .unexpectedStatus
        case (400, _), (422, _): self = .rejected
        case (413, _): self = .tooLarge
        case (415, _): self = .unsupportedForm
        default: self = .unexpectedStatus
        }
    }
}

extension APIError.Kind {
    /// Whether the account or the file is refused, by whoever answers for the API.
    package var blamesAccountOrFile: Bool {
        switch self {
        case .rejected, .unsupportedForm, .credentialsRefused, .forbidden: true
        case .tooLarge, .rateLimited, .serverFailure, .unexpectedStatus, .unreachable, .noProgress,
            .notAVerdict, .missingCredentials, .bodyFailed, .misuse, .cancelled:
            false
        }
    }
}

extension APIError: CustomStringConvertible {
    /// One sentence: what, where, and the server's words.
    public var description: String {
        var text = kind.summary
        if let endpoint { text += " (\(endpoint.path)" + (status.map { ", status \($0)" } ?? "") + ")" }
        return message.isEmpty ? text : "\(text): \(message)"
    }
}

extension APIError.Kind {
    fileprivate var summary: String {
        switch self {
        case .rejected: "the API refused the file"
        case .tooLarge: "the API refused the file as too large"
        case .unsupportedForm: "the API takes no file in this form"
        case .credentialsRefused: "the API refused the credentials"
        case .forbidden: "the account may not do this"
        case .rateLimited: "the API asks for a pause"
        case .serverFailure: "the API failed"
        case .unexpectedStatus: "the API answered with a status that it does not document"
        case .unreachable: "the API cannot be reached"
        case .noProgress: "the upload made no progress"
        case .notAVerdict: "the API's answer cannot be understood"
        case .missingCredentials: "there are no usable credentials"
        case .bodyFailed: "the file could not be read as a whole"
        case .misuse: "the call makes no sense"
        case .cancelled: "cancelled"
        }
    }
}
