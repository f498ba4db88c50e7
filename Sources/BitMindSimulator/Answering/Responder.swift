internal import BitMindAPI

/// Decides the answer to a request, from values alone.
enum Responder {
    typealias Opening = SimulatorState.Opening

    /// The reaction to a request's head.
    enum FirstMove {
        case read
        case answer(Answer)
        case close
        case stall
    }

    /// The media types that a raw `POST /image` may declare.
    private static let rawTypes = Set(MediaType.allCases.filter { $0.kind == .image }.map(\.contentType))

    /// More than the headers and delimiters of a multipart body with one file need.
    private static let multipartAllowance: Int64 = 65_536

    static func firstMove(_ head: RequestHead, _ opening: Opening) -> FirstMove {
        let form = opening.behaviour.errorBody
        switch opening.fault {
        case .closeAtOnce: return .close
        case .stallInBody: return .stall
        case .early401: return .answer(closing(Refusal(401, "unauthorized"), form))
        case .early413: return .answer(closing(Refusal(413, "too large"), form))
        case .early429:
            let refusal = Refusal(429, "rate limit exceeded")
            return .answer(closing(refusal, form, retryAfter: opening.behaviour.retryAfter ?? .seconds(60)))
        default: break
        }
        if let refusal = opening.refusal, head.contentLength != 0,
            refusal.isEarly || opening.behaviour.refusesEarly || head.expectsContinue
        {
            return .answer(closing(refusal, form))
        }
        return .read
    }

    /// A refusal after which the connection is closed.
    static func closing(_ refusal: Refusal, _ form: ErrorBody, retryAfter: Duration? = nil) -> Answer {
        var answer = Answer(refusal, form: form)
        if let retryAfter { answer.headers["Retry-After"] = String(retryAfter.wholeSeconds) }
        answer.closes = true
        return answer
    }

    static func rateRefusal(wait: Duration, _ behaviour: SimulatorBehaviour, now: Duration) -> Refusal {
        var refusal = Refusal(behaviour.rateLimitStatus, "rate limit exceeded")
        refusal.retryAfter = behaviour.retryAfterForm.value(behaviour.retryAfter ?? wait, now: now)
        return refusal
    }

    /// Checks whether the endpoint accepts the body's form and announced size.
    static func formRefusal(
        _ head: RequestHead, _ endpoint: Endpoint, _ kind: MediaKind, _ behaviour: SimulatorBehaviour
    ) -> Refusal? {
        let essence = head.contentType.flatMap { HeaderValue($0) }?.essence ?? ""
        let isMultipart = essence == "multipart/form-data"
        if endpoint == .image {
            let isTaken = isMultipart ? behaviour.imageForm != .raw : behaviour.imageForm != .multipart
            guard isTaken, isMultipart || rawTypes.contains(essence) else {
                return Refusal(415, "unsupported media type: \(essence)")
            }
        } else if !isMultipart {
            return Refusal(415, "expected multipart/form-data")
        }
        if isMultipart, head.boundary == nil { return Refusal(400, "multipart body without a boundary") }
        let limits = limits(endpoint, kind, behaviour)
        let most = isMultipart ? limits.total + multipartAllowance : limits.total
        guard let length = head.contentLength, length > most else { return nil }
        var refusal = UploadRefusal.tooLarge(limit: limits.total).refusal
        refusal.isEarly = true
        return refusal
    }

    static func limits(
        _ endpoint: Endpoint, _ kind: MediaKind, _ behaviour: SimulatorBehaviour
    ) -> UploadReader.Limits {
        let each = kind == .image ? behaviour.imageSizeLimit : behaviour.videoSizeLimit
        guard endpoint.isBatch else { return .init(each: each, total: each) }
        // If a bad item is reported on its own, it must be read to its end first.
        let isToldAlone = behaviour.badBatchItem == .missing || behaviour.badBatchItem == .error
        return .init(each: isToldAlone ? .max : each, total: behaviour.batchSizeLimit)
    }

    /// The answer of a fault that replaces any other; nil: the request gets its normal answer.
    static func answerInstead(_ opening: Opening, now: Duration) -> Answer? {
        let form = opening.behaviour.errorBody
        switch opening.effect {
        case .answer(let script): return Answer(script, form: form)
        case .fault(.status500): return Answer(Refusal(500, "internal server error"), form: form)
        case .fault(.status502): return Answer(Refusal(502, "bad gateway"), form: form)
        case .fault(.status503): return Answer(Refusal(503, "service unavailable"), form: form)
        case .fault(.rateLimited):
            return Answer(rateRefusal(wait: .seconds(60), opening.behaviour, now: now), form: form)
        case .fault(.batchRefused): return Answer(Refusal(400, "bad item in batch"), form: form)
        case .fault(.batchTooLarge): return Answer(Refusal(413, "batch too large"), form: form)
        default: return nil
        }
    }

    /// Applies a fault to a good answer.
    static func spoil(_ good: Answer, _ opening: Opening) -> Answer {
        guard good.status == 200, let fault = opening.fault else { return good }
        var answer = good
        switch fault {
        case .trickle: answer.delivery = .trickle(opening.behaviour.trickleInterval)
        case .cutAnswer: answer.delivery = .cut
        case .endless:
            answer.delivery = .endless
            answer.body = answer.body.dropLast() + ", \"padding\": \""
        case .wrongContentType: answer.contentType = "text/html; charset=utf-8"
        case .notJSON: answer.body = "Everything is fine, thank you.\n"
        case .truncatedJSON: answer.body = String(answer.body.prefix(answer.body.count / 2))
        case .otherJSON: answer.body = "[true, 1e400, \"no object\"]"
        default: break
        }
        return answer
    }
}
