internal import Synchronization

/// One request on its way to a thread that sends it, and the caller who waits for its end.
final class TransferOrder: Sendable {
    typealias Outcome = Result<TransportAnswer, TransportFailure>

    private enum End {
        case unawaited
        case awaited(CheckedContinuation<Outcome, Never>)
        case ended(Outcome)
    }

    private struct State {
        var end = End.unawaited
        /// Of the thread that sends it.
        var waker: Waker?
        /// Since when a read of its body has been under way.
        var readBegan: ContinuousClock.Instant?
        var isStuck = false
        /// Whether the server may have the whole request.
        var isWhollySent = false

        var hasEnded: Bool { if case .ended = end { true } else { false } }

        /// - Returns: what tells those who wait, to be called without the lock.
        mutating func finish(_ outcome: Outcome) -> () -> Void {
            let (end, waker) = (end, waker)
            if case .ended = end { return {} }
            // Whoever ends it, and why: it may be paid for.
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

    /// Whether the caller has been told already, as after a cancellation.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Whether its thread was given up, or would have been, for a read that took too long.
    var isStuck: Bool { state.withLock { $0.isStuck } }

    /// Tells the caller, and the thread that sends it; only the first end counts.
    func end(_ outcome: Outcome) { ending(outcome)() }

    /// Ends it.
    ///
    /// - Returns: what tells them.
    func ending(_ outcome: Outcome) -> () -> Void { state.withLock { $0.finish(outcome) } }

    /// From now on the server may have the whole request.
    func noteWhollySent() { state.withLock { $0.isWhollySent = true } }

    /// Says who is to be woken when it ends by other hands; nil for nobody.
    func setSender(_ waker: Waker?) { state.withLock { $0.waker = waker } }

    /// Reads of its body, which may take for ever.
    ///
    /// - Returns: nil where it had ended before, and nothing was read.
    func reading<Value>(_ read: () -> Value) -> Value? {
        let begins = state.withLock { state in
            if !state.hasEnded { state.readBegan = .now }
            return !state.hasEnded
        }
        guard begins else { return nil }
        defer { state.withLock { $0.readBegan = nil } }
        return read()
    }

    /// Ends it if one read of its body has been under way for so long.
    ///
    /// - Returns: whether its thread is stuck in that read, which is told once.
    func endIfStuck(for limit: Duration, at now: ContinuousClock.Instant) -> Bool {
        let tell = state.withLock { state -> (() -> Void)? in
            guard !state.isStuck, let began = state.readBegan, now - began >= limit else { return nil }
            state.isStuck = true
            return state.finish(.failure(TransportFailure(.bodyFailed, "its disk gave nothing for \(limit)")))
        }
        tell?()
        return tell != nil
    }

    /// The end, once it is there. Called once.
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
