/// Decides when to give up a connection after the network fell silent.
///
/// TCP resends at doubling intervals, up to two minutes. When a network is back after a minute of silence,
/// open connections therefore stay silent for up to another minute, at either end. A new connection works at
/// once. A connection is given up:
/// - while the body is sent: if the kernel waits more than 10 s before it resends, and the peer's address has
///   answered a new connection since;
/// - while waiting for an answer: if the peer was silent for 10 s, its address answers again, and no answer
///   arrives within 8 s.
///
/// This rule never gives up a slow server, because its kernel answers the keepalive probes.
struct SilenceRule {
    /// What to do.
    enum Step: Equatable {
        case wait
        /// Test whether the peer's address answers a new connection.
        case probe
        /// Give the connection up. The duration is the length of the silence.
        case giveUp(Duration)
    }

    /// The time after which the peer counts as silent.
    static let silence = Duration.seconds(10)
    /// How long an answer may take once the peer is back.
    static let grace = Duration.seconds(8)

    /// How long the peer was silent, if it was.
    private var longest: Duration?
    /// Since when the peer answers again.
    private var back: ContinuousClock.Instant?

    /// - Parameters:
    ///   - state: of the connection, now.
    ///   - answered: when the peer's address last answered a new connection; nil for never.
    mutating func next(
        _ state: TCPState, answered: ContinuousClock.Instant?, at now: ContinuousClock.Instant
    ) -> Step {
        let lastHeard = now - state.sinceAcknowledged
        let newer = answered.flatMap { $0 > lastHeard + Self.silence ? $0 : nil }
        if state.isUnacknowledged {
            guard state.nextRetransmission >= Self.silence, state.sinceAcknowledged >= Self.silence else {
                return .wait
            }
            return newer == nil ? .probe : .giveUp(state.sinceAcknowledged)
        }
        if state.sinceAcknowledged >= Self.silence {
            longest = max(longest ?? .zero, state.sinceAcknowledged)
            guard let newer else { return .probe }
            back = back ?? newer
        } else if longest != nil {
            back = back ?? now
        }
        guard let longest, let back, now - back >= Self.grace else { return .wait }
        return .giveUp(longest)
    }
}
