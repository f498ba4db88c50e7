import BitMind
import WatchCore

extension RequestOutcome {
    /// The outcome with the client's answers for the files that were sent.
    init(
        _ answers: Result<[Result<Classification, APIError>], APIError>, for sent: [Candidate],
        baseURL: String,
        endpoint: Endpoint, submitted: Timestamp, classified: Timestamp, took: Duration
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
            }, baseURL: baseURL, endpoint: endpoint, submitted: submitted, classified: classified, took: took)
    }
}

extension Decision {
    /// The decision from the API's verdict about a file.
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
