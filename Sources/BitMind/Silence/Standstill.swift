/// The state of a request between two checks for progress.
struct Standstill {
    fileprivate var acknowledged: UInt64 = 0
    fileprivate var answerBegan: ContinuousClock.Instant?
    fileprivate var silence = SilenceRule()
    fileprivate var probe: PathProbe?
}

extension Transfer {
    /// Checks for progress.
    ///
    /// - Returns: why to end the request; nil to continue.
    func standstill(
        at now: ContinuousClock.Instant, timeout: Duration, paths: PathWatch
    ) -> TransportFailure? {
        let state = socket >= 0 ? TCPState(socket) : nil
        if now - lastMovement(state, at: now) >= timeout {
            return TransportFailure(.noProgress, standing(for: timeout), wasConnected: hasBegun)
        }
        // Once the answer has begun, it must end within the time-out.
        guard let state, head.status < 200, let silent = silence(state, at: now, paths) else { return nil }
        return TransportFailure(
            .unreachable,
            "the network was silent for \(Int(silent / .seconds(1))) s on this connection; a new one works",
            wasConnected: true)
    }

    /// What the request was waiting for.
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

    /// The time of the last progress. Acknowledged bytes count, because the kernel accepts megabytes that are
    /// never sent. Once the answer has begun (other than an interim one, 1xx), it must end within the same
    /// time-out, so that single bytes at intervals do not extend it forever. A wait for bandwidth does not
    /// count.
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

    /// - Returns: how long the network was silent, if the connection is given up for it.
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
