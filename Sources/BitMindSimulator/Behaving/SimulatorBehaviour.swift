/// The behaviour of the simulator: credentials, limits, pace, and faults.
///
/// The default is a healthy API that accepts any credentials of the documented forms. All of it may change
/// while the simulator runs (``Simulator/behave(_:)``). A request follows the behaviour at the time its head
/// arrives.
package struct SimulatorBehaviour: Sendable {
    // MARK: Credentials

    /// The accepted ways of authentication.
    package var authentication: Set<AuthenticationMethod> = Set(AuthenticationMethod.allCases)
    /// The only `client_id` that gets a token; nil: any that is not empty.
    package var clientID: String?
    /// The only `client_secret` that gets a token; nil: any that is not empty.
    package var clientSecret: String?
    /// The only `X-Client-Cert` (base64, as sent) that is accepted; nil: any that is not empty.
    package var clientCertificate: String?
    /// The only organisation API key that is accepted, with its prefix; nil: any that starts with
    /// `enterprise-`.
    package var apiKey: String?
    /// How long a token is valid: the value of `expires_in` (whole seconds).
    package var tokenLifetime: Duration = .seconds(3600)

    // MARK: Limits

    /// The number of requests per hour that the four file endpoints accept together; nil: no limit.
    package var requestsPerHour: Int?
    /// How many of them are accepted at once; nil: a minute's share, at least one.
    package var burst: Int?
    /// The answer to a request over the rate: 429, or 403 as the API's own brief allows.
    package var rateLimitStatus = 429
    /// The form of `Retry-After`.
    package var retryAfterForm = RetryAfterForm.seconds
    /// The value of `Retry-After`; nil: until the next request would be accepted.
    package var retryAfter: Duration?
    /// The account's permissions.
    package var permissions: Set<Permission> = Set(Permission.allCases)
    /// The forms that `POST /image` accepts.
    package var imageForm = ImageForm.either
    /// The largest image, in bytes.
    package var imageSizeLimit: Int64 = 100_000_000
    /// The largest video, in bytes.
    package var videoSizeLimit: Int64 = 500_000_000
    /// The largest number of bytes of all files of one batch.
    package var batchSizeLimit: Int64 = 500_000_000
    /// Whether files must begin as their media type does; if not, any bytes get a verdict.
    package var checksContent = true

    // MARK: Pace

    /// The time from the end of a request to its answer.
    package var latency: Duration = .zero
    /// The largest additional latency, drawn evenly for each request.
    package var latencyJitter: Duration = .zero
    /// How fast each connection's bodies are read, in bytes per second; nil: without limit.
    package var bodyBytesPerSecond: Int?
    /// How long a kept-alive connection may be idle before it is closed; nil: forever.
    package var idleTimeout: Duration?

    // MARK: Refusals and faults

    /// The form of error bodies.
    package var errorBody = ErrorBody.error
    /// Whether refusals that need no body (401, 403, 415, 429) are sent after the head, and the connection is
    /// then closed; otherwise the body is read first and the connection kept. A 413 that follows from
    /// `Content-Length` is always sent after the head.
    package var refusesEarly = false
    /// Whether a connection that is closed after an early answer is read until the client closes it, so that
    /// the client certainly receives the answer; otherwise unread bytes make the kernel reset it.
    package var lingers = false
    /// The effect of a bad file on its batch.
    package var badBatchItem = BadBatchItem.refused
    /// The status for a bad file, alone or (under ``BadBatchItem/refused``) for its whole batch; 500
    /// simulates a file that the API fails at each time.
    package var badFileStatus = 400
    /// The faults; of several rules the first that applies.
    package var faults: [FaultRule] = []
    /// The number of body bytes read before ``Fault/resetInBody`` applies.
    package var resetAfterBytes: Int64 = 1
    /// The time between two bytes of an answer under ``Fault/trickle``.
    package var trickleInterval: Duration = .milliseconds(20)
    /// The seed of the random numbers (jitter, fault rates).
    package var seed: UInt64 = 0

    // MARK: The record

    /// Whether each request is kept in the record; if not, only the counts are, for very long runs.
    package var keepsRequests = true

    package init() {}

    /// The default behaviour, changed.
    package init(_ change: (inout SimulatorBehaviour) -> Void) {
        self.init()
        change(&self)
    }
}

/// The ways to authenticate (api.md, "Authentication").
package enum AuthenticationMethod: String, Sendable, Hashable, CaseIterable {
    case oauth
    case mtls
    case apiKey = "api-key"
}

/// A permission, as `/status` names it.
package enum Permission: String, Sendable, Hashable, CaseIterable {
    case imageInference = "image_inference"
    case videoInference = "video_inference"
    case batchProcessing = "batch_processing"
}

/// The form of the wait in `Retry-After`.
package enum RetryAfterForm: String, Sendable, Hashable, CaseIterable {
    case seconds
    case date
    case none
}

/// The forms of `POST /image`: the raw bytes, or multipart with one part named `image`.
package enum ImageForm: String, Sendable, Hashable, CaseIterable {
    case either
    case raw
    case multipart
}

/// The effect of a single bad file on its batch. The API does not document it, so each effect can be
/// simulated.
package enum BadBatchItem: String, Sendable, Hashable, CaseIterable {
    /// The whole request is refused with 400.
    case refused
    /// The whole request is refused with 413.
    case tooLarge = "too-large"
    /// Its entry is missing from the results.
    case missing
    /// Its entry has an `error` in place of a verdict.
    case error
}

/// The forms of error bodies; the API documents none.
package enum ErrorBody: String, Sendable, Hashable, CaseIterable {
    case error
    case message
    case detail
    case detailArray = "detail-array"
    case errorMessage = "error-message"
    case errorDescription = "error-description"
    case plain
    case html
    case empty
}
