/// The proof of identity for a request.
struct Authorization: Sendable {
    /// Identifies it, so that a refusal drops the refused authorization, never its successor.
    let serial: UInt64
    let headers: [TransportRequest.Header]
    /// How long it is valid from the request for it; nil if it does not expire.
    let lifetime: Duration?
}

/// Decides when to use, renew or wait for a token. A value: the caller passes the time.
struct TokenState: Sendable {
    enum Step: Sendable {
        case use(Authorization)
        /// Request a token, then call `renewed` with `epoch`. All other callers wait meanwhile.
        case renew(epoch: UInt64)
        case wait
    }

    private var current: (authorization: Authorization, renewal: ContinuousClock.Instant?)?
    /// Whether a token is being requested.
    private(set) var isRenewing = false
    private var epoch: UInt64 = 0

    /// When to renew a token, so that it does not expire during a request: 60 s before its end, or at half
    /// its life if it lives less than two minutes.
    static func renewal(after lifetime: Duration) -> Duration {
        lifetime < .seconds(120) ? lifetime / 2 : lifetime - .seconds(60)
    }

    mutating func next(at now: ContinuousClock.Instant) -> Step {
        if let current {
            guard let renewal = current.renewal, now >= renewal else { return .use(current.authorization) }
        }
        guard !isRenewing else { return .wait }
        isRenewing = true
        return .renew(epoch: epoch)
    }

    /// Ends a renewal.
    ///
    /// - Parameters:
    ///   - authorization: the result; nil if the renewal failed.
    ///   - requested: when it was requested. Its life counts from then.
    ///   - epoch: of the step that requested it. A result from before `forget` is not kept.
    mutating func renewed(_ authorization: Authorization?, requested: ContinuousClock.Instant, epoch: UInt64)
    {
        isRenewing = false
        guard let authorization, epoch == self.epoch else { return }
        current = (authorization, authorization.lifetime.map { requested + Self.renewal(after: $0) })
    }

    /// Drops a refused authorization, unless it was already replaced.
    mutating func drop(_ refused: Authorization) {
        if current?.authorization.serial == refused.serial { current = nil }
    }

    /// Drops the authorization, and the result of a current renewal: the credentials have changed.
    mutating func forget() {
        epoch += 1
        current = nil
    }
}
