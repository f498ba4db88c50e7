internal import Synchronization

/// Threads for reads that may block: of files on slow disks, and of credentials.
///
/// A thread is made when work waits and none is idle, up to a limit: so one file on a dead disk holds
/// back no other.
final class ReaderPool: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var threads = 0
        var idle = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let signal: Signal
    private let maximumThreads: Int

    init(maximumThreads: Int) throws(ConfigurationError) {
        self.maximumThreads = maximumThreads
        signal = try Signal(counting: true)
    }

    /// Has the work done soon, on some thread.
    ///
    /// - Returns: false after `stop`, when it will not be done.
    @discardableResult
    func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, needsThread) = state.withLock { state in
            guard !state.isStopped else { return (false, false) }
            state.work.append(work)
            guard state.idle < state.work.count, state.threads < maximumThreads else { return (true, false) }
            state.threads += 1
            return (true, true)
        }
        guard isTaken else { return false }
        signal.raise()
        guard needsThread else { return true }
        if !WorkerThread.start(name: "bitmind-reader", { [self] in serve() }) { makeDoWithout() }
        return true
    }

    /// Where no thread can be made and there is none, the caller does the work.
    private func makeDoWithout() {
        let work = state.withLock { state in
            state.threads -= 1
            return state.threads == 0 ? state.work.popLast() : nil
        }
        work?()
    }

    /// Has the work done, and gives what comes of it. After `stop` the caller does it itself.
    func value<Value: Sendable>(of work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let isTaken = run { continuation.resume(returning: work()) }
            if !isTaken { continuation.resume(returning: work()) }
        }
    }

    /// A thread is stuck in its work: another may be made in its place.
    func lost() {
        state.withLock { $0.threads -= 1 }
    }

    /// A thread that was stuck is back.
    func found() {
        state.withLock { $0.threads += 1 }
    }

    /// Lets the threads end once the work that is there is done.
    func stop() {
        let threads = state.withLock { state in
            state.isStopped = true
            return state.threads
        }
        for _ in 0..<threads { signal.raise() }
    }

    private func serve() {
        while true {
            let isOneTooMany = state.withLock { state in
                // One that was stuck came back, and others stand in its place.
                guard state.threads <= maximumThreads else {
                    state.threads -= 1
                    return true
                }
                state.idle += 1
                return false
            }
            if isOneTooMany { return }
            signal.wait()
            let (work, isStopped) = state.withLock { state in
                state.idle -= 1
                return (state.work.isEmpty ? nil : state.work.removeFirst(), state.isStopped)
            }
            if let work { work() } else if isStopped { return }
        }
    }
}
