package import BitMind
package import WatchCore

/// How one request ended, with what its sidecars will say of it.
package struct RequestOutcome: Sendable {
    package var results: Result<[Result<Decision, APIError>], APIError>
    package var baseURL: String
    package var endpoint: Endpoint
    package var submitted: Timestamp
    package var classified: Timestamp

    /// The outcome of a request that was not made, for all its files had changed.
    static func notSent(_ assignment: Assignment, baseURL: String, at date: Timestamp) -> RequestOutcome {
        RequestOutcome(
            results: .success([]), baseURL: baseURL, endpoint: assignment.endpoint, submitted: date,
            classified: date)
    }

    package init(
        results: Result<[Result<Decision, APIError>], APIError>, baseURL: String, endpoint: Endpoint,
        submitted: Timestamp, classified: Timestamp
    ) {
        self.results = results
        self.baseURL = baseURL
        self.endpoint = endpoint
        self.submitted = submitted
        self.classified = classified
    }

    /// The outcome with the client's answers for the files that were sent.
    init(
        _ answers: Result<[Result<Classification, APIError>], APIError>, for sent: [Candidate],
        baseURL: String,
        endpoint: Endpoint, submitted: Timestamp, classified: Timestamp
    ) {
        self.init(
            results: answers.map { answers in
                zip(sent, answers).map { candidate, answer in
                    answer.map { classification in
                        Decision(
                            classification, of: candidate, baseURL: baseURL, submitted: submitted,
                            classified: classified)
                    }
                }
            }, baseURL: baseURL, endpoint: endpoint, submitted: submitted, classified: classified)
    }

    /// The decision for a file that the API refused.
    func failure(of candidate: Candidate, code: Sidecar.FailureCode, _ error: APIError) -> Decision {
        let api = Sidecar.APIRecord(
            attempts: candidate.attempts + 1, baseURL: baseURL, endpoint: error.endpoint ?? endpoint,
            requestID: error.answer?.requestID, response: error.answer?.response)
        return Decision(
            outcome: .failed(Sidecar.Failure(code: code, message: error.message, status: error.status)),
            prospect: candidate.prospect,
            request: Decision.Request(
                api: api, sha256: nil, submitted: submitted, classified: classified,
                isSimulated: error.answer?.isSimulated ?? false))
    }
}

extension Decision {
    /// What the API's verdict means for a file.
    fileprivate init(
        _ classification: Classification, of candidate: Candidate, baseURL: String, submitted: Timestamp,
        classified: Timestamp
    ) {
        let verdict = classification.verdict
        let api = Sidecar.APIRecord(
            attempts: candidate.attempts + classification.attempts, baseURL: baseURL,
            batchPosition: classification.batchPosition, endpoint: classification.endpoint,
            requestID: classification.requestID, response: verdict.response)
        self.init(
            outcome: .judged(
                Sidecar.Judgement(
                    isAI: verdict.isAI, confidence: verdict.confidenceText,
                    processingTime: verdict.processingTime)),
            prospect: candidate.prospect,
            request: Decision.Request(
                api: api, sha256: classification.sha256.hex, submitted: submitted, classified: classified,
                isSimulated: classification.isSimulated))
    }
}
