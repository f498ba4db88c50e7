internal import CCurl

extension TransportFailure {
    static let cancelled = TransportFailure(.cancelled, "the task was cancelled")
    static let shutDown = TransportFailure(.cancelled, "the client was shut down")
}

extension Transfer {
    /// Whether libcurl has all of the body, so that the server may have it too.
    var isWhollySent: Bool { body != nil && hasBegun && sent == length }

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
        return .failure(
            TransportFailure(
                kind(of: code), handle.message(for: code), wasConnected: hasBegun,
                mayHaveBeenProcessed: isWhollySent))
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

    /// Whether it has moved lately. What the peer acknowledges counts, for the kernel takes megabytes
    /// that never leave it; once the answer has begun it must end in the same time, so that a byte now
    /// and then doesn't hold it for ever. Waiting for bandwidth is nobody's standstill,
    /// and waiting for a disk `BodyWatch` has an eye on.
    func isAlive(at now: ContinuousClock.Instant, timeout: Duration) -> Bool {
        if head.status != 0 {
            let began = answerBegan ?? now
            answerBegan = began
            return now - began < timeout
        }
        if pause == .body || pause == .bandwidth {
            lastProgress = now
        } else if socket >= 0, let bytes = SocketState.acknowledgedBytes(socket), bytes > acknowledged {
            acknowledged = bytes
            lastProgress = now
        }
        return now - lastProgress < timeout
    }
}
