/// What the simulator is like: credentials, limits, pace, and how it misbehaves.
///
/// The default is a healthy API that takes any credentials of the documented forms. All of it may change
/// while the simulator runs (``Simulator/behave(_:)``); a request is treated by what holds when its head
/// arrives.
package struct SimulatorBehaviour: Sendable {
    // MARK: Credentials

    /// The ways of authentication that are taken.
    package var authentication: Set<AuthenticationMethod> = Set(AuthenticationMethod.allCases)
    /// The only `client_id` that gets a token; nil: any that is not empty.
    package var clientID: String?
    /// The only `client_secret` that gets a token; nil: any that is not empty.
    package var clientSecret: String?
    /// The only `X-Client-Cert` (base64, as sent) that is taken; nil: any that is not empty.
    package var clientCertificate: String?
    /// The only organisation API key that is taken, with its prefix; nil: any that starts with `enterprise-`.
    package var apiKey: String?
    /// How long a token is good, and what `expires_in` says (whole seconds).
    package var tokenLifetime: Duration = .seconds(3600)

    // MARK: Limits

    /// Requests that the four file endpoints take in an hour, all together; nil: as many as come.
    package var requestsPerHour: Int?
    /// How many of them may come at once; nil: a minute's share, at least one.
    package var burst: Int?
    /// What a request over the rate is answered with: 429, or 403 as the API's own brief allows.
    package var rateLimitStatus = 429
    /// How the wait is told.
    package var retryAfterForm = RetryAfterForm.seconds
    /// What `Retry-After` says; nil: until the next request would be taken.
    package var retryAfter: Duration?
    /// What the account may do.
    package var permissions: Set<Permission> = Set(Permission.allCases)
    /// The forms that `POST /image` takes.
    package var imageForm = ImageForm.either
    /// The largest image, in bytes.
    package var imageSizeLimit: Int64 = 100_000_000
    /// The largest video, in bytes.
    package var videoSizeLimit: Int64 = 500_000_000
    /// The most bytes that the files of one batch may have together.
    package var batchSizeLimit: Int64 = 500_000_000
    /// Whether files must begin as their media type does; off, any bytes get a verdict.
    package var checksContent = true

    // MARK: Pace

    /// The time from the end of a request to its answer.
    package var latency: Duration = .zero
    /// At most this much more latency, drawn evenly for each request.
    package var latencyJitter: Duration = .zero
    /// How fast each connection's bodies are read, in bytes a second; nil: as fast as they come.
    package var bodyBytesPerSecond: Int?
    /// How long a kept-alive connection may be idle before it is closed; nil: for ever.
    package var idleTimeout: Duration?

    // MARK: Refusals and faults

    /// The form of error bodies.
    package var errorBody = ErrorBody.error
    /// Whether refusals that need no body (401, 403, 415, 429) come at the head, the connection then being
    /// closed; otherwise the body is read first and the connection kept. A 413 that `Content-Length`
    /// foretells comes at the head in any case.
    package var refusesEarly = false
    /// Whether a connection that is closed after an early answer goes on reading until the client closes it,
    /// so that the answer is surely heard; otherwise unread bytes make the kernel reset it.
    package var lingers = false
    /// What a bad file does to the batch that it is in.
    package var badBatchItem = BadBatchItem.refused
    /// What a bad file is refused with, alone or (under ``BadBatchItem/refused``) with its whole batch; 500
    /// makes it a file that the API fails at each time.
    package var badFileStatus = 400
    /// What goes wrong; of several rules the first that applies.
    package var faults: [FaultRule] = []
    /// How many bytes of a body are read before ``Fault/resetInBody`` strikes.
    package var resetAfterBytes: Int64 = 1
    /// The time between two bytes of an answer under ``Fault/trickle``.
    package var trickleInterval: Duration = .milliseconds(20)
    /// Where chance begins (jitter, fault rates).
    package var seed: UInt64 = 0

    // MARK: The record

    /// Whether each request is kept in the record; off, only the counts are, for very long runs.
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

/// What an account may do, as `/status` names it.
package enum Permission: String, Sendable, Hashable, CaseIterable {
    case imageInference = "image_inference"
    case videoInference = "video_inference"
    case batchProcessing = "batch_processing"
}

/// How `Retry-After` tells the wait.
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

/// What a single bad file does to the batch that it is in; undocumented, so each can be played.
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
