internal import Synchronization

/// The one token that all requests share. The first request that finds it missing or old renews it. All
/// others wait for that renewal.
final class TokenStore: Sendable {
    typealias Outcome = Result<Authorization, APIError>

    private struct State {
        var token = TokenState()
        var waiting: [UInt64: CheckedContinuation<Outcome?, Never>] = [:]
        var lastWaiter: UInt64 = 0
        /// Waiters whose task was cancelled before they began to wait.
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())
    private let fetch: @Sendable () async -> Outcome
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - now: the clock for the age of tokens.
    ///   - fetch: gets a new authorization, with credentials read again.
    init(
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        fetch: @escaping @Sendable () async -> Outcome
    ) {
        self.now = now
        self.fetch = fetch
    }

    /// The authorization for the next request; never one that is known to have expired.
    ///
    /// - Throws: why there is none. All who waited for the same renewal get the same error.
    func authorization() async throws(APIError) -> Authorization {
        while true {
            let time = now()
            switch state.withLock({ $0.token.next(at: time) }) {
            case .use(let authorization): return authorization
            case .renew(let epoch): return try await renew(epoch: epoch, at: time).get()
            case .wait:
                if let outcome = await waitForRenewal() { return try outcome.get() }
                if Task.isCancelled { throw APIError(.cancelled, message: "", endpoint: .token) }
            }
        }
    }

    /// Drops an authorization that the API has refused.
    func drop(_ refused: Authorization) { state.withLock { $0.token.drop(refused) } }

    /// Drops the current authorization.
    func forget() { state.withLock { $0.token.forget() } }

    private func renew(epoch: UInt64, at time: ContinuousClock.Instant) async -> Outcome {
        let outcome = await fetch()
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            state.token.renewed(outcome.success, requested: time, epoch: epoch)
            return state.waiting.values
        }
        // If only this task was cancelled, the others try again.
        let shared: Outcome? = outcome.failure?.kind == .cancelled ? nil : outcome
        for continuation in waiting { continuation.resume(returning: shared) }
        return outcome
    }

    /// - Returns: the result of the current renewal; nil to check again.
    private func waitForRenewal() async -> Outcome? {
        let waiter = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        defer { state.withLock { _ = $0.cancelled.remove(waiter) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGo = state.withLock { state in
                    if state.cancelled.remove(waiter) != nil || !state.token.isRenewing { return true }
                    state.waiting[waiter] = continuation
                    return false
                }
                if mayGo { continuation.resume(returning: nil) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                let continuation = state.waiting.removeValue(forKey: waiter)
                if continuation == nil { state.cancelled.insert(waiter) }
                return continuation
            }
            continuation?.resume(returning: nil)
        }
    }
}

extension Result {
    var success: Success? {
        if case .success(let value) = self { value } else { nil }
    }

    var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
