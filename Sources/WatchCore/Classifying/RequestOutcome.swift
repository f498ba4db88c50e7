package import BitMindAPI

/// How one request ended, with the data for its sidecars.
package struct RequestOutcome: Sendable {
    package var results: Result<[Result<Decision, APIError>], APIError>
    package var baseURL: String
    package var endpoint: Endpoint
    package var submitted: Timestamp
    package var classified: Timestamp
    /// Measured by the monotonic clock.
    package var took: Duration

    package init(
        results: Result<[Result<Decision, APIError>], APIError>, baseURL: String, endpoint: Endpoint,
        submitted: Timestamp, classified: Timestamp, took: Duration
    ) {
        self.results = results
        self.baseURL = baseURL
        self.endpoint = endpoint
        self.submitted = submitted
        self.classified = classified
        self.took = took
    }

    /// The outcome of a request that was not sent, because all its files had changed.
    package static func notSent(
        _ assignment: Assignment, baseURL: String, at date: Timestamp
    ) -> RequestOutcome {
        RequestOutcome(
            results: .success([]), baseURL: baseURL, endpoint: assignment.endpoint, submitted: date,
            classified: date, took: .zero)
    }

    /// The decision for a file that goes to `failed/`.
    /// - Parameter message: replaces the API's message.
    func failure(
        of candidate: Candidate, code: Sidecar.FailureCode, _ error: APIError, message: String? = nil
    ) -> Decision {
        let api = Sidecar.APIRecord(
            attempts: max(1, candidate.attempts + (code == .unanswered ? 0 : 1)), baseURL: baseURL,
            endpoint: error.endpoint ?? endpoint,
            requestID: error.answer?.requestID, response: error.answer?.response)
        return Decision(
            outcome: .failed(
                Sidecar.Failure(code: code, message: message ?? error.message, status: error.status)),
            prospect: candidate.prospect,
            request: Decision.Request(
                api: api, sha256: nil, submitted: submitted, classified: classified,
                isSimulated: error.answer?.isSimulated ?? false))
    }
}
