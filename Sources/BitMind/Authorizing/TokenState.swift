/// Proof that goes with a request.
struct Authorization: Sendable {
    /// Which of all it is, so that a refusal drops the one that was refused, never its successor.
    let serial: UInt64
    let headers: [TransportRequest.Header]
    /// How long it holds from when it was asked for; nil for one without end.
    let lifetime: Duration?
}

/// Decides when a token is used, renewed or waited for. A value: time is handed in.
struct TokenState: Sendable {
    enum Step: Sendable {
        case use(Authorization)
        /// Get one, then call `renewed`. Nobody else is told to until then. `epoch` is to be handed back.
        case renew(epoch: UInt64)
        case wait
    }

    private var current: (authorization: Authorization, renewal: ContinuousClock.Instant?)?
    /// Whether somebody is getting one.
    private(set) var isRenewing = false
    private var epoch: UInt64 = 0

    /// Where a token would run out under way: 60 s before its end, or at half the life of a token that
    /// lives less than two minutes.
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
    ///   - authorization: what came of it; nil where it failed.
    ///   - requested: when it was asked for, from which its life counts.
    ///   - epoch: of the step that asked for it; one from before `forget` is not kept.
    mutating func renewed(_ authorization: Authorization?, requested: ContinuousClock.Instant, epoch: UInt64)
    {
        isRenewing = false
        guard let authorization, epoch == self.epoch else { return }
        current = (authorization, authorization.lifetime.map { requested + Self.renewal(after: $0) })
    }

    /// Drops what was refused, unless it has been replaced already.
    mutating func drop(_ refused: Authorization) {
        if current?.authorization.serial == refused.serial { current = nil }
    }

    /// Drops whatever there is or is being got: the credentials have changed.
    mutating func forget() {
        epoch += 1
        current = nil
    }
}
