internal import Glibc

/// Requests and answers by the rules of the API: what is sent again, and what an answer's status means.
struct Exchange: Sendable {
    /// The largest number of bytes read from an answer's body.
    static let maximumAnswer = 1 << 20
    static let maximumBatchAnswer = 4 << 20

    let transport: any Transport
    private let secrets = KnownSecrets()

    init(transport: any Transport) { self.transport = transport }

    /// Sends a request. It is sent once more if the connection broke before the API had all of it, so that
    /// the API has certainly not processed it. The second time, the client asks the server before it sends
    /// the body. Otherwise, over TLS, the server's answer before it closes the connection would be lost.
    ///
    /// - Throws: why there is no answer. An answer with any status is returned.
    func answer(to request: TransportRequest, at endpoint: Endpoint) async throws(APIError) -> TransportAnswer
    {
        secrets.add(request.secrets)
        let redaction = secrets.redaction
        do {
            return redaction.redacted(try await transport.send(request), at: endpoint)
        } catch {
            guard error.kind == .unreachable, error.wasConnected, !error.mayHaveBeenProcessed else {
                throw APIError(error, at: endpoint, redaction)
            }
        }
        var again = request
        if case .upload = request.body { again.asksFirst = true }
        do {
            return redaction.redacted(try await transport.send(again), at: endpoint)
        } catch {
            throw APIError(error, at: endpoint, redaction)
        }
    }

    /// The JSON of an answer, which must be a success.
    func json(in answer: TransportAnswer, at endpoint: Endpoint) throws(APIError) -> JSONText {
        guard answer.isSuccess else { throw error(for: answer, at: endpoint) }
        return try AnswerDecoder.json(from: answer.body, endpoint: endpoint)
    }

    /// The error that an unsuccessful answer means.
    func error(for answer: TransportAnswer, at endpoint: Endpoint) -> APIError {
        let retryAfter = answer.headers["retry-after"].flatMap { text in
            RetryAfter.duration(text, date: answer.headers["date"], now: Int64(time(nil)))
        }
        var kind = APIError.Kind(status: answer.status, endpoint: endpoint, hasRetryAfter: retryAfter != nil)
        // The API never answers with a web page: a proxy, a load balancer or a firewall does.
        let page = AnswerDecoder.webPage(in: answer.body)
        if kind.blamesAccountOrFile, page != nil { kind = .unexpectedStatus }
        return APIError(
            kind, message: words(of: answer, page: page), status: answer.status,
            retryAfter: retryAfter, endpoint: endpoint, mayHaveBeenProcessed: kind == .serverFailure,
            answer: APIError.Answer(
                isSimulated: answer.isSimulated, requestID: answer.requestID,
                response: AnswerDecoder.jsonIfAny(in: answer.body)))
    }

    /// The server's message; for a redirect its target, because redirects are not followed.
    /// - Parameter page: the message if the answer is a web page.
    private func words(of answer: TransportAnswer, page: String?) -> String {
        let words = page ?? AnswerDecoder.errorMessage(from: answer.body)
        guard (300..<400).contains(answer.status), let target = answer.headers["location"] else {
            return words
        }
        // The rest of the URL may identify the client.
        let place = PrintableText.printable(target.prefix { $0 != "?" && $0 != "#" })
        return "it redirects to \(place)" + (words.isEmpty ? "" : " (\(words))")
    }

    /// Gets the authorization for all requests, with credentials read again.
    func authorization(from source: any CredentialSource) async -> Result<Authorization, APIError> {
        // All requests wait for it, and must not wait for a file on a blocked disk.
        let read = await transport.offload(isUrgent: true) {
            Result { () throws(CredentialFailure) in try source.credentials() }
        }
        do throws(APIError) {
            guard let credentials = try read.mapError(APIError.init(_:)).get() else {
                throw APIError(.missingCredentials, message: "no credentials are set", endpoint: .token)
            }
            secrets.add(credentials.secrets)
            return .success(try await authorization(for: AuthorizationRequest(credentials)))
        } catch {
            return .failure(error)
        }
    }

    private func authorization(for request: AuthorizationRequest) async throws(APIError) -> Authorization {
        let serial = UInt64.random(in: .min ... .max)
        switch request {
        case .key(let headers): return Authorization(serial: serial, headers: headers, lifetime: nil)
        case .token(let form, let headers, let hidden):
            let type = TransportRequest.Header(
                name: "Content-Type", value: Secret("application/x-www-form-urlencoded"))
            let request = TransportRequest(
                path: Endpoint.token.path, headers: headers + [type], body: .form(form),
                hidden: hidden, maximumAnswer: Self.maximumAnswer)
            let answer = try await answer(to: request, at: .token)
            guard answer.isSuccess else { throw error(for: answer, at: .token) }
            let token = try TokenAnswer(parsing: answer.body)
            let bearer = try AuthorizationRequest.bearer(token.token)
            secrets.add([token.token])
            return Authorization(serial: serial, headers: [bearer] + headers, lifetime: token.lifetime)
        }
    }
}

extension TransportRequest {
    /// All secrets to redact.
    fileprivate var secrets: [Secret] {
        hidden + headers.filter { ["Authorization", "X-Client-Cert"].contains($0.name) }.map(\.value)
    }
}

extension TransportAnswer {
    var isSuccess: Bool { (200..<300).contains(status) }
    var isSimulated: Bool { headers["x-simulated"]?.lowercased() == "true" }
    /// The API's ID of the request, if only a header has it.
    var requestID: String? { headers["x-request-id"].map { PrintableText.printable($0) } }
}

extension APIError {
    fileprivate init(_ failure: TransportFailure, at endpoint: Endpoint, _ redaction: Redaction) {
        self.init(
            failure.kind, message: redaction.redacted(text: failure.message), endpoint: endpoint,
            mayHaveBeenProcessed: failure.mayHaveBeenProcessed)
    }

    fileprivate init(_ failure: CredentialFailure) {
        self.init(.missingCredentials, message: failure.message, endpoint: .token)
    }
}
