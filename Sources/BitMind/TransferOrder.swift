internal import Synchronization

/// One request on its way to the thread of transfers, and the caller who waits for its end.
final class TransferOrder: Sendable {
    typealias Outcome = Result<TransportAnswer, TransportFailure>

    private enum State {
        case unawaited
        case awaited(CheckedContinuation<Outcome, Never>)
        case ended(Outcome)
    }

    let request: TransportRequest
    private let state = Mutex(State.unawaited)

    init(_ request: TransportRequest) { self.request = request }

    /// Whether the caller has been told already, as after a cancellation.
    var hasEnded: Bool {
        state.withLock { state in
            if case .ended = state { true } else { false }
        }
    }

    /// Tells the caller; only the first end counts.
    func end(_ outcome: Outcome) {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            switch state {
            case .ended: return nil
            case .unawaited:
                state = .ended(outcome)
                return nil
            case .awaited(let continuation):
                state = .ended(outcome)
                return continuation
            }
        }
        continuation?.resume(returning: outcome)
    }

    /// The end, once it is there. Called once.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state -> Outcome? in
                if case .ended(let outcome) = state { return outcome }
                state = .awaited(continuation)
                return nil
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }
}

/// What the thread of transfers is asked to do.
enum TransferCommand: Sendable {
    /// A request without a body that must be read.
    case start(TransferOrder)
    /// There is something of a body: the first time it starts the transfer, later it goes on.
    case supply(TransferOrder, UploadBody)
    case cancel(TransferOrder)
    case stop(CheckedContinuation<Void, Never>?)
}

/// The way to the thread of transfers, from any other.
final class TransferMailbox: Sendable {
    private struct State {
        var commands: [TransferCommand] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let signal: Signal

    init() throws(ConfigurationError) { signal = try Signal(counting: false) }

    /// Readable while commands wait.
    var descriptor: Int32 { signal.descriptor }

    /// - Returns: false once the thread has ended, and will not see it.
    @discardableResult
    func post(_ command: TransferCommand) -> Bool {
        let (isFirst, isClosed) = state.withLock { state in
            guard !state.isClosed else { return (false, true) }
            state.commands.append(command)
            return (state.commands.count == 1, false)
        }
        if isFirst { signal.raise() }
        return !isClosed
    }

    /// Takes all commands, in order; with `closing`, no more are accepted.
    func take(closing: Bool = false) -> [TransferCommand] {
        state.withLock { state in
            defer { state.commands = [] }
            if closing { state.isClosed = true }
            return state.commands
        }
    }

    /// Resets the descriptor, after it was found readable.
    func acknowledge() { signal.wait() }
}
