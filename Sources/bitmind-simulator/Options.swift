internal import ArgumentParser
internal import BitMindSimulator

struct ListeningOptions: ParsableArguments {
    @Option(help: "The port; 0 picks a free one.") var port = 0
    @Option(help: "The address.") var host = "127.0.0.1"
    @Option(help: "How many threads serve.") var threads = 2
    @Flag(help: "Print one line for each request.") var log = false
    @Flag(help: "End when standard input closes, as when the parent process ends.") var untilStdinCloses =
        false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        guard (1...64).contains(threads) else { throw ValidationError("--threads must be 1 to 64") }
    }
}

struct CredentialOptions: ParsableArguments {
    @Option(help: "An accepted authentication; may be repeated. Default: all.") var auth:
        [AuthenticationMethod] = []
    @Option(help: "The only client id that gets a token. Default: any.") var clientID: String?
    @Option(help: "The only client secret that gets a token. Default: any.") var clientSecret: String?
    @Option(help: "The only X-Client-Cert (base64) that is accepted. Default: any.") var clientCert: String?
    @Option(help: "The only API key that is accepted. Default: any that starts with enterprise-.") var apiKey:
        String?
    @Option(help: "How long a token is valid.") var tokenLifetime = Span(.seconds(3600))

    func apply(to behaviour: inout SimulatorBehaviour) {
        if !auth.isEmpty { behaviour.authentication = Set(auth) }
        behaviour.clientID = clientID
        behaviour.clientSecret = clientSecret
        behaviour.clientCertificate = clientCert
        behaviour.apiKey = apiKey
        behaviour.tokenLifetime = tokenLifetime.duration
    }
}

struct LimitOptions: ParsableArguments {
    @Option(help: "Requests with files in an hour; 0: no limit.") var requestsPerHour = 0
    @Option(help: "How many requests may come at once; 0: the share of one minute.") var burst = 0
    @Flag(name: .customLong("rate-limit-as-403"), help: "Over the rate, answer 403 instead of 429.")
    var rateLimitAs403 = false
    @Option(help: "The form of Retry-After.") var retryAfterForm = RetryAfterForm.seconds
    @Option(help: "The value of Retry-After. Default: the true wait.") var retryAfter: Span?
    @Option(help: "A permission that the account lacks; may be repeated.") var deny: [Permission] = []
    @Option(help: "The forms that POST /image takes; raw and multipart answer the other form with 415.")
    var imageForm = ImageForm.either
    @Option(help: "The largest image, in bytes.") var imageLimit: Int64 = 100_000_000
    @Option(help: "The largest video, in bytes.") var videoLimit: Int64 = 500_000_000
    @Option(help: "The largest batch, in bytes of all its files.") var batchLimit: Int64 = 500_000_000
    @Flag(help: "Give any bytes a verdict, in any format.") var anyContent = false

    func validate() throws {
        guard requestsPerHour >= 0, burst >= 0, imageLimit >= 0, videoLimit >= 0, batchLimit >= 0 else {
            throw ValidationError("limits must not be negative")
        }
    }

    func apply(to behaviour: inout SimulatorBehaviour) {
        behaviour.requestsPerHour = requestsPerHour == 0 ? nil : requestsPerHour
        behaviour.burst = burst == 0 ? nil : burst
        behaviour.rateLimitStatus = rateLimitAs403 ? 403 : 429
        behaviour.retryAfterForm = retryAfterForm
        behaviour.retryAfter = retryAfter?.duration
        behaviour.permissions.subtract(deny)
        behaviour.imageForm = imageForm
        behaviour.imageSizeLimit = imageLimit
        behaviour.videoSizeLimit = videoLimit
        behaviour.batchSizeLimit = batchLimit
        behaviour.checksContent = !anyContent
    }
}

struct PaceOptions: ParsableArguments {
    @Option(help: "The time from the end of a request to its answer, e.g. 50ms.") var latency = Span(.zero)
    @Option(help: "At most this much more latency, at random.") var jitter = Span(.zero)
    @Option(help: "Read each connection at this rate, in bytes a second; 0: no limit.") var readRate =
        0
    @Option(help: "Close a kept-alive connection after this idle time. Default: never.")
    var closeIdleAfter: Span?

    @Option(help: "Refuse connections after this time. Default: never.") var outageAfter: Span?
    @Option(help: "How long the outage lasts.") var outageFor = Span(.seconds(10))

    func validate() throws {
        guard readRate >= 0 else { throw ValidationError("--read-rate must not be negative") }
    }

    func apply(to behaviour: inout SimulatorBehaviour) {
        behaviour.latency = latency.duration
        behaviour.latencyJitter = jitter.duration
        behaviour.bodyBytesPerSecond = readRate == 0 ? nil : readRate
        behaviour.idleTimeout = closeIdleAfter?.duration
    }
}

struct RefusalOptions: ParsableArguments {
    @Option(help: "The form of error bodies.") var errorBody = ErrorBody.error
    @Option(help: "What a bad file does to its batch.") var badBatchItem = BadBatchItem.refused
    @Option(help: "The status for a bad file; 500: the API fails for this file each time.")
    var badFileStatus = 400
    @Flag(help: "Refuse after the head if no body is needed, and close.") var refuseEarly = false
    @Flag(help: "After an early answer, read on until the client closes.") var linger = false

    func apply(to behaviour: inout SimulatorBehaviour) {
        behaviour.errorBody = errorBody
        behaviour.badBatchItem = badBatchItem
        behaviour.badFileStatus = badFileStatus
        behaviour.refusesEarly = refuseEarly
        behaviour.lingers = linger
    }
}

/// A length of time on the command line: `500ms`, `10s`, `5m`, `1h`.
struct Span: ExpressibleByArgument {
    var duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let digits = argument.prefix { $0.isNumber }
        guard let number = Int(digits), number <= 1_000_000_000 else { return nil }
        switch argument.dropFirst(digits.count) {
        case "ms": duration = .milliseconds(number)
        case "s": duration = .seconds(number)
        case "m": duration = .seconds(number * 60)
        case "h": duration = .seconds(number * 3600)
        default: return nil
        }
    }

    var defaultValueDescription: String {
        let milliseconds = Int64(duration / .milliseconds(1))
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}

extension AuthenticationMethod: ExpressibleByArgument {}
extension BadBatchItem: ExpressibleByArgument {}
extension ErrorBody: ExpressibleByArgument {}
extension ImageForm: ExpressibleByArgument {}
extension Permission: ExpressibleByArgument {}
extension RetryAfterForm: ExpressibleByArgument {}
