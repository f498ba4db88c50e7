/// What is remembered of a request between two looks whether anything moves.
struct Standstill {
    fileprivate var acknowledged: UInt64 = 0
    fileprivate var answerBegan: ContinuousClock.Instant?
    fileprivate var silence = SilenceRule()
    fileprivate var probe: PathProbe?
}

extension Transfer {
    /// Looks whether anything moves.
    ///
    /// - Returns: why the request is to be ended; nil as long as it is not.
    func standstill(
        at now: ContinuousClock.Instant, timeout: Duration, paths: PathWatch
    ) -> TransportFailure? {
        let state = socket >= 0 ? TCPState(socket) : nil
        if now - lastMovement(state, at: now) >= timeout {
            return TransportFailure(.noProgress, standing(for: timeout), wasConnected: hasBegun)
        }
        // Once the answer has begun, it must end in the time-out.
        guard let state, head.status < 200, let silent = silence(state, at: now, paths) else { return nil }
        return TransportFailure(
            .unreachable,
            "the network was silent for \(Int(silent / .seconds(1))) s on this connection; a new one works",
            wasConnected: true)
    }

    /// Which of the waits it was.
    private func standing(for timeout: Duration) -> String {
        let place =
            if head.status >= 200 {
                "the answer has begun, and does not end"
            } else if sent == length {
                "there is no answer to \(length) bytes sent"
            } else {
                "the server takes no more than \(sent) of \(length) bytes"
            }
        return "nothing moved for \(timeout): \(place)"
    }

    /// When something last moved. What the peer acknowledges counts, for the kernel takes megabytes that never leave
    /// it. Once the answer has begun, an interim one (1xx) aside, it must end in the same time, so that a byte now and
    /// then doesn't hold it for ever. Waiting for bandwidth is nobody's standstill.
    private func lastMovement(
        _ state: TCPState?, at now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant {
        if head.status >= 200 {
            let began = standstill.answerBegan ?? now
            standstill.answerBegan = began
            return began
        }
        if pause == .bandwidth {
            lastProgress = now
        } else if let state, state.acknowledgedBytes > standstill.acknowledged {
            standstill.acknowledged = state.acknowledgedBytes
            lastProgress = now
        }
        return lastProgress
    }

    /// - Returns: how long the network was silent, where the connection is given up for it.
    private func silence(
        _ state: TCPState, at now: ContinuousClock.Instant, _ paths: PathWatch
    ) -> Duration? {
        guard let address = SocketAddress(ofPeer: socket) else { return nil }
        if let result = standstill.probe?.result(at: now) {
            standstill.probe = nil
            if result { paths.noteAnswer(address, at: now) }
        }
        switch standstill.silence.next(state, answered: paths.answered(address), at: now) {
        case .wait: return nil
        case .probe:
            if standstill.probe == nil, paths.beginProbe(address, at: now) {
                standstill.probe = PathProbe(address, at: now)
            }
            return nil
        case .giveUp(let silent): return silent
        }
    }
}
