/// Reads the API's answers. Additional members are accepted; anything that is not a verdict is refused.
public enum AnswerDecoder {
    /// The verdict for one file.
    ///
    /// - Throws: `.notAVerdict` if the body is anything else.
    public static func verdict(from body: [UInt8], endpoint: Endpoint) throws(APIError) -> Verdict {
        let answer = try json(from: body, endpoint: endpoint)
        guard let verdict = Verdict(response: answer) else {
            throw notAVerdict(Verdict.fault(in: answer), endpoint)
        }
        return verdict
    }

    /// The verdicts of a batch.
    public struct BatchAnswer: Sendable, Hashable {
        /// The API's ID of the request.
        public let requestID: String?
        /// For each position its verdict or its error: `.rejected` for an entry that carries an error,
        /// `.notAVerdict` for an entry that is missing, duplicated, or not a verdict.
        public let results: [Result<Verdict, APIError>]
    }

    /// Assigns the entries of a batch to the files by their `batch_position`, never by their order.
    ///
    /// - Parameter count: the number of files sent. Entries at other positions are dropped.
    /// - Throws: `.notAVerdict` if the body is not a batch answer, or none of its entries has a position that
    ///   was sent: single requests for the files would then cost `count` requests in vain. Also if the
    ///   positions count from 1, because each verdict would be assigned to the neighbouring file.
    public static func batch(from body: [UInt8], count: Int, endpoint: Endpoint) throws(APIError)
        -> BatchAnswer
    {
        let answer = try json(from: body, endpoint: endpoint)
        guard answer.count(of: "batch_results") == 1, let entries = answer["batch_results"]?.elements else {
            throw notAVerdict("the answer has no batch_results, or several", endpoint)
        }
        var results = [Result<Verdict, APIError>?](repeating: nil, count: count)
        let places = entries.map(position(of:))
        guard places.contains(0) || !places.contains(count) else {
            throw notAVerdict("the positions of the batch seem to count from 1", endpoint)
        }
        for (entry, place) in zip(entries, places) {
            guard let position = place, results.indices.contains(position) else { continue }
            if results[position] == nil {
                results[position] = result(of: entry, endpoint)
            } else {
                results[position] = .failure(notAVerdict("position \(position) is there twice", endpoint))
            }
        }
        guard results.contains(where: { $0 != nil }) || count == 0 else {
            throw notAVerdict("no entry of the batch has a position that was sent", endpoint)
        }
        let missing = Result<Verdict, APIError>.failure(
            notAVerdict("the batch has no entry for it", endpoint))
        return BatchAnswer(requestID: requestID(in: answer), results: results.map { $0 ?? missing })
    }

    /// The API's ID of a request, printable, if an answer has one.
    public static func requestID(in answer: JSONText) -> String? {
        answer["request_id"]?.string.map { PrintableText.printable($0) }
    }

    /// A body that must be JSON, within the limits of answers.
    ///
    /// - Throws: `.notAVerdict` if it is not.
    public static func json(from body: [UInt8], endpoint: Endpoint) throws(APIError) -> JSONText {
        do {
            return try JSONText(parsing: body, limits: .answer)
        } catch {
            throw notAVerdict(words(for: error, in: body), endpoint)
        }
    }

    /// What arrived in place of JSON.
    private static func words(for error: JSONSyntaxError, in body: [UInt8]) -> String {
        guard !body.isEmpty else { return "the answer is empty" }
        return webPage(in: body) ?? "\(error)"
    }

    /// The answer as JSON; nil if it is not JSON.
    public static func jsonIfAny(in bytes: [UInt8]) -> JSONText? {
        do throws(JSONSyntaxError) { return try JSONText(parsing: bytes, limits: .answer) } catch {
            return nil
        }
    }

    private static func result(of entry: JSONText, _ endpoint: Endpoint) -> Result<Verdict, APIError> {
        if let error = entry["error"], error != .null, error != .bool(false) {
            let message = errorMessage(in: entry) ?? error.text()
            return .failure(APIError(.rejected, message: message, endpoint: endpoint))
        }
        guard let verdict = Verdict(response: entry) else {
            return .failure(notAVerdict(Verdict.fault(in: entry), endpoint))
        }
        return .success(verdict)
    }

    /// A position may be `3` or `3.0`, but must occur once.
    private static func position(of entry: JSONText) -> Int? {
        guard entry.count(of: "batch_position") == 1, let digits = entry["batch_position"]?.number else {
            return nil
        }
        return Int(digits) ?? Double(digits).flatMap { Int(exactly: $0) }
    }

    private static func notAVerdict(_ message: String, _ endpoint: Endpoint) -> APIError {
        APIError(
            .notAVerdict, message: message, status: 200, endpoint: endpoint, mayHaveBeenProcessed: true)
    }
}

/// The answer of the token endpoint.
public struct TokenAnswer: Sendable, Hashable {
    /// Valid in a header.
    public let token: Secret
    /// From the time at which the request was sent.
    public let lifetime: Duration

    /// - Throws: `.notAVerdict` if the body has no bearer token that is valid in a header, or one that has
    ///   already expired. If `expires_in` is missing, an hour is assumed, as is usual.
    public init(parsing body: [UInt8]) throws(APIError) {
        let answer = try AnswerDecoder.json(from: body, endpoint: .token)
        let token = Secret(answer["access_token"]?.string ?? "")
        guard token.fitsHeader else { throw Self.error("the answer has no usable access_token") }
        if let type = answer["token_type"], type.string?.lowercased() != "bearer" {
            throw Self.error("the token is no bearer token")
        }
        var seconds = 3_600.0
        if let value = answer["expires_in"], value != .null {
            guard let given = value.double ?? value.string.flatMap({ Double($0) }), given > 0 else {
                throw Self.error("the token has no life left")
            }
            seconds = min(given, 30 * 86_400)
        }
        self.token = token
        lifetime = .seconds(seconds)
    }

    private static func error(_ message: String) -> APIError {
        APIError(.notAVerdict, message: message, status: 200, endpoint: .token)
    }
}
