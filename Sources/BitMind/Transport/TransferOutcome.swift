internal import CCurl
internal import Glibc

extension TransportFailure {
    static let cancelled = TransportFailure(.cancelled, "the task was cancelled")
    static let noMemory = TransportFailure(.unreachable, "libcurl has no memory")
    static let noThread = TransportFailure(.unreachable, "no thread can be started to send it")
    static let shutDown = TransportFailure(.cancelled, "the client was shut down")
}

extension Transfer {
    /// The outcome, once libcurl has ended the transfer.
    func outcome(_ code: CURLcode) -> TransferOrder.Outcome {
        if let failure = body?.failure {
            return .failure(TransportFailure(.bodyFailed, failure, wasConnected: hasBegun))
        }
        if code == CURLE_OK { return .success(wholeAnswer) }
        if head.status >= 400, head.isComplete { return .success(wholeAnswer) }
        if let refusal { return .failure(TransportFailure(.notAVerdict, refusal, wasConnected: true)) }
        if let answer = TransportAnswer(head: head, remains: remains, limit: order.request.maximumAnswer) {
            return .success(answer)
        }
        let message = code == CURLE_COULDNT_CONNECT ? shortage : nil
        return .failure(
            TransportFailure(kind(of: code), message ?? words(for: code), wasConnected: hasBegun))
    }

    private var wholeAnswer: TransportAnswer {
        TransportAnswer(
            status: head.status, headers: head.headers, body: answer,
            digests: sent == length ? body?.digests : nil)
    }

    private func kind(of code: CURLcode) -> APIError.Kind {
        switch code {
        // Too long, or not HTTP: the answer is not the API's.
        case CURLE_WRITE_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, ccurl_too_large,
            CURLE_BAD_CONTENT_ENCODING:
            .notAVerdict
        default: .unreachable
        }
    }

    /// The cause: its meaning first, then the message of libcurl or the kernel.
    private func words(for code: CURLcode) -> String {
        let own = handle.message(for: code)
        let host = Self.host(of: url)
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return "the name \(host) is not found (\(own))"
        case CURLE_COULDNT_RESOLVE_PROXY: return "the name of the proxy is not found (\(own))"
        case CURLE_COULDNT_CONNECT:
            let number = Int32(truncatingIfNeeded: ccurl_connect_error(handle.easy))
            return number == 0 ? own : "\(String(cString: strerror(number))) (\(own))"
        case CURLE_OPERATION_TIMEDOUT:
            return
                (own.hasPrefix("Resolving") ? "no name server answers" : "no connection came about in time")
                + " (\(own))"
        case CURLE_PEER_FAILED_VERIFICATION:
            return "the certificate of \(host) \(Self.fault(ofCertificate: own)) (\(own))"
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_FAIL_REWIND,
            CURLE_PARTIAL_FILE:
            guard hasBegun else { break }
            return "the connection broke, \(progress) (\(own))"
        default: break
        }
        let status = ccurl_proxy_status(handle.easy)
        return status >= 300 && !hasBegun ? "the proxy refused with status \(status) (\(own))" : own
    }

    /// How far the request got.
    var progress: String {
        if head.status >= 200 { return "after a part of the answer" }
        return length == 0 ? "before the answer" : "\(sent) of \(length) bytes sent"
    }

    private static func fault(ofCertificate words: String) -> String {
        let words = words.lowercased()
        if words.contains("expired") { return "has expired" }
        if words.contains("not yet valid") { return "is not valid yet" }
        if words.contains("subject name") || words.contains("does not match") || words.contains("hostname") {
            return "is for another name"
        }
        return "is not trusted"
    }

    /// The host of a URL, with its port.
    private static func host(of url: String) -> String {
        guard let start = url.firstRange(of: "://") else { return url }
        let authority = url[start.upperBound...].prefix { $0 != "/" }
        return String(authority.split(separator: "@").last ?? authority)
    }
}
