package import BitMindAPI

/// One file of a recorded request.
package struct RecordedFile: Sendable, Hashable {
    /// The multipart part's name; nil for a raw body.
    package var partName: String?
    /// The multipart part's `filename`, unchanged.
    package var fileName: String?
    /// The part's own `Content-Type`; for a raw body, the request's.
    package var contentType: String?
    /// In bytes.
    package var size: Int64
    /// 64 lower-case hex digits.
    package var sha256: String
}

/// How a recorded request authenticated.
package enum RecordedAuthorization: String, Sendable, Hashable {
    case none
    case token
    case apiKey = "api-key"
    /// A token and a client certificate.
    case mtls
    /// A header of another form.
    case other
}

/// A received request.
package struct RecordedRequest: Sendable {
    /// Nil for a path that is not the API's.
    package var endpoint: Endpoint?
    package var method: String
    package var path: String
    package var contentType: String?
    /// The length in the head, in bytes; nil if there was none.
    package var contentLength: Int64?
    package var authorization: RecordedAuthorization
    /// The whole `Authorization` header, for tests that compare tokens.
    package var credential: String?
    /// Whether it had `Expect: 100-continue`.
    package var expectsContinue: Bool
    /// When its head arrived.
    package var started: ContinuousClock.Instant
    /// When its whole answer was about to be sent, or its connection closed; nil: it is still in progress.
    package var ended: ContinuousClock.Instant?
    /// The status of its answer; nil: none, or none yet.
    package var status: Int?
    /// Bytes of its body that were read.
    package var bodyBytes: Int64 = 0
    /// The completely received files, in order.
    package var files: [RecordedFile] = []
    /// The number of its connection; equal numbers mean the same connection.
    package var connection: Int
}

/// The record of all requests.
struct RequestRecord: Sendable {
    private(set) var requests: [RecordedRequest] = []
    private(set) var counts: [Endpoint: Int] = [:]
    private(set) var statuses: [Int: Int] = [:]
    private(set) var uploads: [String: Int] = [:]
    private(set) var verdicts: [String: Int] = [:]
    private(set) var inFlight = 0
    private(set) var maximumInFlight = 0
    /// How often the record was cleared. Data of an earlier era is dropped.
    private var era = 0

    /// Identifies a request that has begun.
    struct Ticket: Sendable {
        fileprivate var index: Int?
        fileprivate var era: Int
        fileprivate var isUpload: Bool
    }

    mutating func begin(_ request: RecordedRequest, keep: Bool) -> Ticket {
        if let endpoint = request.endpoint { counts[endpoint, default: 0] += 1 }
        let isUpload = request.endpoint?.kind != nil
        if isUpload {
            inFlight += 1
            maximumInFlight = max(maximumInFlight, inFlight)
        }
        if keep { requests.append(request) }
        return Ticket(index: keep ? requests.count - 1 : nil, era: era, isUpload: isUpload)
    }

    mutating func received(_ files: [RecordedFile], _ ticket: Ticket) {
        guard ticket.era == era else { return }
        for file in files { uploads[file.sha256, default: 0] += 1 }
        if let index = ticket.index { requests[index].files += files }
    }

    /// - Parameter judged: The digests of the files that got a verdict.
    mutating func end(_ ticket: Ticket, status: Int?, bodyBytes: Int64, judged: [String]) {
        if ticket.isUpload { inFlight -= 1 }
        guard ticket.era == era else { return }
        if let status { statuses[status, default: 0] += 1 }
        for digest in judged { verdicts[digest, default: 0] += 1 }
        if let index = ticket.index {
            requests[index].status = status
            requests[index].bodyBytes = bodyBytes
            requests[index].ended = .now
        }
    }

    /// Clears everything except requests in progress.
    mutating func clear() {
        let (under, next) = (inFlight, era + 1)
        self = RequestRecord()
        inFlight = under
        maximumInFlight = under
        era = next
    }

    /// The record as `GET /_simulator/requests` shows it.
    var text: String {
        func object<Key: Hashable>(_ counts: [Key: Int], _ name: (Key) -> String) -> String {
            let fields = counts.map { "\(json(name($0.key))): \($0.value)" }.sorted()
            return "{\(fields.joined(separator: ", "))}"
        }
        return """
            {"in_flight": \(inFlight), "maximum_in_flight": \(maximumInFlight), \
            "requests": \(object(counts, \.path)), "statuses": \(object(statuses) { "\($0)" }), \
            "token_requests": \(counts[.token] ?? 0), "uploads": \(object(uploads) { $0 }), \
            "verdicts": \(object(verdicts) { $0 })}\n
            """
    }
}
