internal import Dispatch
internal import Synchronization

/// Threads for work that blocks, each with something of its own that the work may use.
///
/// A thread is made when work comes and none is idle, up to a limit. Of the idle ones the last to have worked is
/// taken first: a connection that it keeps is the least likely to be closed.
final class ThreadPool<Context>: Sendable {
    /// What it gives is called when its thread is free again: who is told then that it is done, and has more, finds
    /// that thread and not another.
    typealias Work = @Sendable (Context) -> (() -> Void)

    /// Why work is not accepted.
    enum Refusal: Error {
        case stopped
        /// There is no thread, and the process has no room for one.
        case noThread
    }

    /// A thread that waits for work.
    private final class Idler: Sendable {
        private let wakening = DispatchSemaphore(value: 0)
        private let work = Mutex<Work?>(nil)

        /// Has it go on; without work it ends.
        func wake(for work: Work?) {
            self.work.withLock { $0 = work }
            wakening.signal()
        }

        /// - Returns: whether it was woken in that time.
        func wait(for limit: Duration) -> Bool {
            wakening.wait(timeout: .now() + .milliseconds(Int(limit / .milliseconds(1)))) == .success
        }

        func takeWork() -> Work? {
            work.withLock { work in
                defer { work = nil }
                return work
            }
        }
    }

    /// What a thread does next.
    private enum Step {
        case work(Work)
        case rest
        case end
    }

    private struct State {
        var waiting: [Work] = []
        var idle: [Idler] = []
        /// But for those that are lost.
        var threads = 0
        var isStopped = false
        /// Those who wait for the last thread's end.
        var stopping: [CheckedContinuation<Void, Never>] = []

        /// Gives the work to a thread that is idle, or lets it wait for one.
        mutating func accept(_ work: @escaping Work) {
            if let idler = idle.popLast() {
                idler.wake(for: work)
            } else {
                waiting.append(work)
            }
        }

        /// Counts one thread less.
        mutating func leave() {
            threads -= 1
            tellIfEnded()
        }

        /// Takes the idle threads out of the count; they are to be woken without work.
        mutating func dismissIdlers() -> [Idler] {
            defer { idle = [] }
            threads -= idle.count
            tellIfEnded()
            return idle
        }

        private mutating func tellIfEnded() {
            guard threads == 0 else { return }
            for continuation in stopping { continuation.resume() }
            stopping = []
        }
    }

    private let state = Mutex(State())
    private let name: String
    private let maximumThreads: Int
    private let patience: Duration
    private let makeContext: @Sendable () -> Context

    /// - Parameters:
    ///   - name: the threads', at most 15 bytes.
    ///   - maximumThreads: how many there are at most, but for work that has to be done at once.
    ///   - patience: how long a thread waits for work before it ends.
    ///   - makeContext: makes what belongs to a thread, on that thread.
    init(
        name: String, maximumThreads: Int, patience: Duration = .seconds(120),
        makeContext: @escaping @Sendable () -> Context
    ) {
        self.name = name
        self.maximumThreads = maximumThreads
        self.patience = patience
        self.makeContext = makeContext
    }

    /// Has the work done: as soon as fewer threads are at work than may be, or at once.
    func run(atOnce: Bool = false, _ work: @escaping Work) throws(Refusal) {
        let needsThread = try state.withLock { state throws(Refusal) in
            guard !state.isStopped else { throw .stopped }
            guard state.idle.isEmpty, atOnce || state.threads < maximumThreads else {
                state.accept(work)
                return false
            }
            state.threads += 1
            return true
        }
        if needsThread { try startThread(with: work) }
    }

    /// A thread is stuck in its work: another may be made in its place.
    func lost() {
        let work = state.withLock { state -> Work? in
            state.leave()
            guard state.threads < maximumThreads, !state.waiting.isEmpty else { return nil }
            state.threads += 1
            return state.waiting.removeFirst()
        }
        // Without a thread it waits for one of those that are stuck.
        if let work { try? startThread(with: work) }
    }

    /// The calling thread was stuck, and is back.
    func found() {
        state.withLock { $0.threads += 1 }
    }

    /// Accepts no more work, and lets the threads end once what was accepted is done.
    func stop() {
        let idle = state.withLock { state in
            state.isStopped = true
            return state.dismissIdlers()
        }
        for idler in idle { idler.wake(for: nil) }
    }

    /// Returns when all threads have ended after `stop`, but for those that are lost.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.threads > 0 { state.stopping.append(continuation) }
                return state.threads == 0
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func startThread(with work: @escaping Work) throws(Refusal) {
        guard !WorkerThread.start(name: name, { [self] in serve(work) }) else { return }
        try state.withLock { state throws(Refusal) in
            state.leave()
            guard state.threads > 0 else { throw .noThread }
            state.accept(work)
        }
    }

    private func serve(_ first: @escaping Work) {
        let (context, idler) = (makeContext(), Idler())
        var next: Work? = first
        while let work = next {
            let tell = work(context)
            let step = nextStep(for: idler)
            tell()
            next =
                switch step {
                case .work(let work): work
                case .rest: self.work(of: idler)
                case .end: nil
                }
        }
    }

    private func nextStep(for idler: Idler) -> Step {
        state.withLock { state in
            // One too many: it was stuck, and another stands in its place; or it was made for work at once.
            if state.threads <= maximumThreads {
                if !state.waiting.isEmpty { return .work(state.waiting.removeFirst()) }
                if !state.isStopped {
                    state.idle.append(idler)
                    return .rest
                }
            }
            state.leave()
            return .end
        }
    }

    /// Waits for the work that is given to an idle thread; nil for its end.
    private func work(of idler: Idler) -> Work? {
        while !idler.wait(for: patience) {
            let ends = state.withLock { state in
                // Else it has just been taken out, and is about to be woken.
                guard let index = state.idle.firstIndex(where: { $0 === idler }) else { return false }
                state.idle.remove(at: index)
                state.leave()
                return true
            }
            if ends { return nil }
        }
        return idler.takeWork()
    }
}
