internal import Synchronization

/// One request for a thread to send, and the caller that waits for its end.
final class TransferOrder: Sendable {
    typealias Outcome = Result<TransportAnswer, TransportFailure>

    private enum End {
        case unawaited
        case awaited(CheckedContinuation<Outcome, Never>)
        case ended(Outcome)
    }

    private struct State {
        var end = End.unawaited
        /// Wakes the thread that sends it.
        var waker: Waker?
        /// Since when a read of its body has been running.
        var readBegan: ContinuousClock.Instant?
        var isStuck = false
        /// Whether the server may have the whole request.
        var isWhollySent = false

        var hasEnded: Bool { if case .ended = end { true } else { false } }

        /// - Returns: informs those who wait; call it without the lock.
        mutating func finish(_ outcome: Outcome) -> () -> Void {
            let (end, waker) = (end, waker)
            if case .ended = end { return {} }
            // For every kind of end, because the request may be paid for.
            let outcome = outcome.mapError { failure in
                var failure = failure
                failure.mayHaveBeenProcessed = isWhollySent
                return failure
            }
            self.end = .ended(outcome)
            return {
                waker?.wake()
                if case .awaited(let continuation) = end { continuation.resume(returning: outcome) }
            }
        }
    }

    let request: TransportRequest
    private let state = Mutex(State())

    init(_ request: TransportRequest) { self.request = request }

    /// Whether the caller already has the outcome, for example after a cancellation.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Whether its thread was given up, or would have been, because a read took too long.
    var isStuck: Bool { state.withLock { $0.isStuck } }

    /// Informs the caller and the sending thread. Only the first end counts.
    func end(_ outcome: Outcome) { ending(outcome)() }

    /// Ends it.
    ///
    /// - Returns: informs the caller and the sending thread.
    func ending(_ outcome: Outcome) -> () -> Void { state.withLock { $0.finish(outcome) } }

    /// From now on the server may have the whole request.
    func noteWhollySent() { state.withLock { $0.isWhollySent = true } }

    /// Sets what to wake when it is ended from elsewhere; nil for nothing.
    func setSender(_ waker: Waker?) { state.withLock { $0.waker = waker } }

    /// Runs a read of its body, which may take forever.
    ///
    /// - Returns: nil if it had already ended, and nothing was read.
    func reading<Value>(_ read: () -> Value) -> Value? {
        let begins = state.withLock { state in
            if !state.hasEnded { state.readBegan = .now }
            return !state.hasEnded
        }
        guard begins else { return nil }
        defer { state.withLock { $0.readBegan = nil } }
        return read()
    }

    /// Ends it if one read of its body has been running for that long.
    ///
    /// - Returns: whether its thread is stuck in that read; true only once.
    func endIfStuck(for limit: Duration, at now: ContinuousClock.Instant) -> Bool {
        let tell = state.withLock { state -> (() -> Void)? in
            guard !state.isStuck, let began = state.readBegan, now - began >= limit else { return nil }
            state.isStuck = true
            return state.finish(.failure(TransportFailure(.bodyFailed, "its disk gave nothing for \(limit)")))
        }
        tell?()
        return tell != nil
    }

    /// Waits for the end. Call once.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state -> Outcome? in
                if case .ended(let outcome) = state.end { return outcome }
                state.end = .awaited(continuation)
                return nil
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }
}
