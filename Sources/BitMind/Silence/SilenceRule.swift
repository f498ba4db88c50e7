/// Decides when a connection is given up on which the network fell silent.
///
/// TCP sends again at doubling intervals, up to two minutes. So when a network is back after a minute of silence,
/// the connections that were open stay still for up to another minute, at either end. A new connection works at
/// once. A connection is therefore given up:
/// - while the body is sent: when the kernel waits for more than 10 s before it sends again, and the peer's address
///   has answered a new connection meanwhile;
/// - while an answer is waited for: when the peer was silent for 10 s, its address answers again, and no answer
///   comes within 8 s.
///
/// A server that takes its time is never given up by this rule, for its kernel answers the keepalive probes.
struct SilenceRule {
    /// What to do.
    enum Step: Equatable {
        case wait
        /// Find out whether the peer's address answers a new connection.
        case probe
        /// Give the connection up; for how long nothing came.
        case giveUp(Duration)
    }

    /// From when on the peer counts as silent.
    static let silence = Duration.seconds(10)
    /// How long an answer may take once the peer is back.
    static let grace = Duration.seconds(8)

    /// How long the peer was silent, if it was.
    private var longest: Duration?
    /// Since when it answers again.
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
