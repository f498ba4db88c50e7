internal import CCurl

extension TransportFailure {
    static let cancelled = TransportFailure(.cancelled, "the task was cancelled")
    static let noMemory = TransportFailure(.unreachable, "libcurl has no memory")
    static let noThread = TransportFailure(.unreachable, "no thread can be started to send it")
    static let shutDown = TransportFailure(.cancelled, "the client was shut down")
}

extension Transfer {
    /// What has come of it, once libcurl has ended it.
    func outcome(_ code: CURLcode) -> TransferOrder.Outcome {
        if let failure = body?.failure {
            return .failure(TransportFailure(.bodyFailed, failure, wasConnected: hasBegun))
        }
        if code == CURLE_OK { return .success(wholeAnswer) }
        if head.status >= 400, head.isComplete { return .success(wholeAnswer) }
        if let answer = TransportAnswer(head: head, remains: remains, limit: order.request.maximumAnswer) {
            return .success(answer)
        }
        let message = code == CURLE_COULDNT_CONNECT ? shortage : nil
        return .failure(
            TransportFailure(kind(of: code), message ?? handle.message(for: code), wasConnected: hasBegun))
    }

    private var wholeAnswer: TransportAnswer {
        TransportAnswer(
            status: head.status, headers: head.headers, body: answer,
            digests: sent == length ? body?.digests : nil)
    }

    private func kind(of code: CURLcode) -> APIError.Kind {
        switch code {
        // Too long, or no HTTP: what came isn't what the API says.
        case CURLE_WRITE_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL: .notAVerdict
        default: .unreachable
        }
    }
}
