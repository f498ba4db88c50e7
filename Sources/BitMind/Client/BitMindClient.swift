internal import Synchronization

/// The BitMind API as a typed, shared client.
///
/// Every call makes one request. A request that was certainly not processed is sent once more, and so is a
/// request whose token had expired. No other request is repeated: the caller decides when to retry, for
/// example with `RequestGate`.
public final class BitMindClient: Sendable {
    /// How to reach the API.
    public struct Configuration: Sendable, Hashable {
        /// Scheme, host and an optional path, without a trailing slash.
        public var baseURL: String
        /// The longest time of a request without any progress. Slow progress never ends a request.
        public var requestTimeout: Duration = .seconds(120)
        /// A PEM file of authorities to trust in addition to the system's; nil or empty for none.
        public var caFile: String?
        /// A proxy for all requests; nil or empty to follow `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
        public var proxy: String?
        /// Bytes per second for all uploads together; nil or 0 for no limit.
        public var bandwidth: Int64?
        /// The `User-Agent` header, e.g. `bitmind-watch/0.1.0`.
        public var userAgent: String = "bitmind"
        /// The number of uploads at once, each on its own connection. Further ones wait until one of these
        /// ends. They already hold a token, which may expire, so do not start many more.
        public var maximumConnections: Int = 8

        /// The defaults, for the API at `baseURL`.
        public init(baseURL: String = "https://enterprise.bitmind.ai") { self.baseURL = baseURL }
    }

    let transport: any Transport
    private let exchange: Exchange
    private let tokens: TokenStore
    private let forms = Mutex(UploadForms())

    /// - Throws: if the base URL or the CA file cannot be used.
    public convenience init(
        configuration: Configuration, credentials: any CredentialSource
    ) throws(ConfigurationError) {
        try self.init(configuration: configuration, credentials: credentials) { .now }
    }

    /// A client with another clock for the age of tokens.
    package convenience init(
        configuration: Configuration, credentials: any CredentialSource,
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) throws(ConfigurationError) {
        self.init(
            transport: try CurlTransport(configuration: configuration), credentials: credentials, now: now)
    }

    /// A client on another transport, for tests.
    package init(
        transport: any Transport, credentials: any CredentialSource,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.transport = transport
        let exchange = Exchange(transport: transport)
        self.exchange = exchange
        tokens = TokenStore(now: now) { await exchange.authorization(from: credentials) }
    }
}

extension BitMindClient {
    /// Requests one file's verdict.
    ///
    /// - Returns: the verdict and its evidence.
    /// - Throws: why there is none, and who is to blame. Cancelling the task ends the upload and throws
    ///   `.cancelled`.
    public func classify(_ upload: Upload) async throws(APIError) -> Classification {
        let kind = upload.type.kind
        let form = forms.withLock { $0.form(for: kind) }
        var answer = try await send([upload], as: form, to: kind.endpoint)
        if answer.status == 415, let other = form.other(for: kind) {
            answer = try await send([upload], as: other, to: kind.endpoint)
            if answer.isSuccess { forms.withLock { $0.use(other, for: kind) } }
        }
        let digests = try accepted(answer, [upload], at: kind.endpoint)
        let verdict = try AnswerDecoder.verdict(from: answer.body, endpoint: kind.endpoint)
        return Classification(
            verdict: verdict, sha256: digests[0], endpoint: kind.endpoint,
            requestID: AnswerDecoder.requestID(in: verdict.response) ?? answer.requestID, batchPosition: nil,
            isSimulated: answer.isSimulated, attempts: 1)
    }

    /// Requests the verdicts of several files of one kind in one request.
    ///
    /// - Parameter batch: 1 to 50 images, or 1 to 20 videos.
    /// - Returns: for each file, in the given order, its verdict or its error: `.rejected` if the API's entry
    ///   carries an error, `.notAVerdict` if the entry is missing or wrong (request that file alone).
    /// - Throws: why the request as a whole failed. `.tooLarge` and `.rejected` then blame one of the files,
    ///   not all. `.misuse` for no files, too many files, or two kinds.
    public func classify(batch: [Upload]) async throws(APIError) -> [Result<Classification, APIError>] {
        guard let kind = batch.first?.type.kind, batch.allSatisfy({ $0.type.kind == kind }),
            batch.count <= kind.maximumBatchCount
        else { throw APIError(.misuse, message: "a batch is 1 to 50 images, or 1 to 20 videos") }
        let endpoint = kind.batchEndpoint
        let answer = try await send(batch, as: .multipart, to: endpoint)
        let digests = try accepted(answer, batch, at: endpoint)
        let decoded = try AnswerDecoder.batch(from: answer.body, count: batch.count, endpoint: endpoint)
        return zip(decoded.results, digests).enumerated().map { position, result in
            result.0.map { verdict in
                Classification(
                    verdict: verdict, sha256: result.1, endpoint: endpoint,
                    requestID: decoded.requestID ?? answer.requestID, batchPosition: position,
                    isSimulated: answer.isSimulated, attempts: 1)
            }
        }
    }

    /// The answer of `/health`, requested without credentials.
    ///
    /// - Throws: as `classify(_:)`, but never with a file to blame.
    public func health() async throws(APIError) -> JSONText { try await healthAnswer().json }

    /// As `health()`, and whether a simulator answered.
    package func healthAnswer() async throws(APIError) -> (json: JSONText, isSimulated: Bool) {
        let request = TransportRequest(path: Endpoint.health.path, maximumAnswer: Exchange.maximumAnswer)
        let answer = try await exchange.answer(to: request, at: .health)
        return (try exchange.json(in: answer, at: .health), answer.isSimulated)
    }

    /// The answer of `/status` about the account.
    ///
    /// - Throws: as `classify(_:)`, but never with a file to blame.
    public func status() async throws(APIError) -> AccountStatus {
        let answer = try await authorized(at: .status) { headers in
            TransportRequest(
                path: Endpoint.status.path, headers: headers, maximumAnswer: Exchange.maximumAnswer)
        }
        return AccountStatus(response: try exchange.json(in: answer, at: .status))
    }

    /// Makes sure that there is a token, which proves that the credentials are valid. An API key needs no
    /// token: only `status()` shows whether it is valid.
    ///
    /// - Throws: as `classify(_:)`, but never with a file to blame.
    public func authenticate() async throws(APIError) { _ = try await tokens.authorization() }

    /// Drops the token, so that the next request reads the credentials again.
    public func credentialsChanged() { tokens.forget() }

    /// Ends all current calls with `.cancelled`, and closes the connections. Later calls throw `.cancelled`.
    public func shutdown() async { await transport.shutdown() }
}

extension BitMindClient {
    private func send(
        _ uploads: [Upload], as form: UploadForm, to endpoint: Endpoint
    ) async throws(APIError) -> TransportAnswer {
        let content = form.content(of: uploads, partName: endpoint.partName ?? "")
        let type = TransportRequest.Header(name: "Content-Type", value: Secret(content.contentType))
        let isBatch = endpoint == .batchImage || endpoint == .batchVideo
        return try await authorized(at: endpoint) { headers in
            TransportRequest(
                path: endpoint.path, headers: headers + [type], body: .upload(content.segments),
                maximumAnswer: isBatch ? Exchange.maximumBatchAnswer : Exchange.maximumAnswer)
        }
    }

    /// Sends a request with a token, and once more with a new one if the API refuses it.
    private func authorized(
        at endpoint: Endpoint, _ request: ([TransportRequest.Header]) -> TransportRequest
    ) async throws(APIError) -> TransportAnswer {
        let first = try await tokens.authorization()
        let answer = try await exchange.answer(to: request(first.headers), at: endpoint)
        guard answer.status == 401 else { return answer }
        tokens.drop(first)
        let second = try await tokens.authorization()
        // An unchanged key would be refused again.
        guard second.lifetime != nil || second.headers != first.headers else { return answer }
        let secondAnswer = try await exchange.answer(to: request(second.headers), at: endpoint)
        if secondAnswer.status == 401 { tokens.drop(second) }
        return secondAnswer
    }

    /// The digests of the sent files, if the API received all of them.
    private func accepted(
        _ answer: TransportAnswer, _ uploads: [Upload], at endpoint: Endpoint
    ) throws(APIError) -> [SHA256Digest] {
        let kind = uploads[0].type.kind
        guard answer.isSuccess else {
            let error = exchange.error(for: answer, at: endpoint)
            guard error.kind == .unsupportedForm, !forms.withLock({ $0.hasAccepted(kind) }) else {
                throw error
            }
            // If the endpoint has accepted no file of this kind yet, this file is probably not the cause.
            throw APIError(
                .unsupportedForm, message: error.message, blame: .service, status: answer.status,
                endpoint: endpoint)
        }
        guard let digests = answer.digests, digests.count == uploads.count else {
            throw APIError(
                .notAVerdict, message: "it came before the API had the whole file", status: answer.status,
                endpoint: endpoint)
        }
        forms.withLock { $0.accept(kind) }
        return digests
    }
}
