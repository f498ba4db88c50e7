/// Why a request gave no verdict.
///
/// Only `blame` decides what happens to the file: with `.file` it fails, with any other value it waits.
public struct APIError: Error, Sendable, Hashable {
    /// What went wrong.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// 400 or 422, or an entry of a batch that carries an error: the input is bad.
        case rejected
        /// 413: more bytes than the API accepts.
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
        /// DNS, connection, TLS, proxy, or a broken connection.
        case unreachable
        /// No progress within the request time-out.
        case noProgress
        /// The answer is not the documented JSON, is too long, or arrived before the file was sent.
        case notAVerdict
        /// No credentials, or credentials that cannot be read.
        case missingCredentials
        /// The body could not be read, or did not have the announced length.
        case bodyFailed
        /// The call was invalid: a batch of two kinds, or too many files.
        case misuse
        /// The task was cancelled, or the client shut down.
        case cancelled
    }

    /// What the error is attributed to.
    public enum Blame: String, Sendable, Hashable {
        /// This file will never succeed: it fails.
        case file
        /// Credentials, permissions or the contract's rate: all files wait.
        case account
        /// The API or the path to it: all files wait.
        case service
        /// The caller. The error says nothing about the API.
        case caller
    }

    /// What went wrong.
    public let kind: Kind
    /// What the error is attributed to.
    public let blame: Blame
    /// The HTTP status, if there was an answer.
    public let status: Int?
    /// The message of the server or of libcurl, printable, at most 200 characters; never a secret.
    public let message: String
    /// The duration of the answer's `Retry-After`, unchanged (use at most an hour).
    public let retryAfter: Duration?
    /// The endpoint of the request; nil if none was made.
    public let endpoint: Endpoint?
    /// Whether the server may have received and processed the whole request, so that a retry may be paid for
    /// twice.
    public let mayHaveBeenProcessed: Bool
    /// The API's answer; nil if there was none.
    public let answer: Answer?

    /// An answer that is not a verdict.
    public struct Answer: Sendable, Hashable {
        /// Whether a simulator answered (`X-Simulated: true`).
        public let isSimulated: Bool
        /// The API's ID of the request, if there was one.
        public let requestID: String?
        /// The answer itself, parsed at each access; nil if it was not JSON.
        public var response: JSONText? { kept?.value }
        private let kept: KeptJSON?

        /// All fields, for tests and programs that make their own errors.
        public init(isSimulated: Bool, requestID: String?, response: JSONText?) {
            self.isSimulated = isSimulated
            self.requestID = requestID
            kept = response.map(KeptJSON.init)
        }
    }

    /// - Parameters:
    ///   - message: any text; it is made printable and cut to 200 characters.
    ///   - blame: by default the blame of `kind`.
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
    /// The blame, if nothing else is known.
    public var blame: APIError.Blame {
        switch self {
        case .rejected, .tooLarge, .unsupportedForm: .file
        case .credentialsRefused, .forbidden, .rateLimited, .missingCredentials: .account
        case .serverFailure, .unexpectedStatus, .unreachable, .noProgress, .notAVerdict: .service
        case .bodyFailed, .misuse, .cancelled: .caller
        }
    }

    /// The meaning of an answer's status at an endpoint (api.md, "Errors").
    ///
    /// - Parameters:
    ///   - status: any HTTP status except 200.
    ///   - endpoint: of the request. At the token endpoint an error concerns credentials, and only an upload
    ///     can blame a file.
    ///   - hasRetryAfter: whether the answer says when to retry.
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
    /// Whether the account or the file is refused, by the API or a server in front of it.
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
    /// One sentence: what, where, and the server's message.
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
