internal import Dispatch
internal import Synchronization

/// Threads for work that blocks, each with its own context for the work.
///
/// A thread is made when work arrives and no thread is idle, up to a limit. Of the idle threads, the one that
/// worked last is used first, because its connection is the least likely to be closed.
final class ThreadPool<Context>: Sendable {
    /// Why work is not done.
    enum Refusal {
        case stopped
        /// There is no thread, and the process cannot make one.
        case noThread
    }

    /// A piece of work.
    private struct Job: Sendable {
        let isUrgent: Bool
        let perform: @Sendable (Context) -> (() -> Void)
        let refuse: @Sendable (Refusal) -> Void
    }

    /// One thread, and its next job.
    private final class Worker: Sendable {
        private let job = Mutex<Job?>(nil)
        private let wakening = DispatchSemaphore(value: 0)

        /// Makes the thread continue; without a job it ends.
        func wake(for job: Job?) {
            self.job.withLock { $0 = job }
            wakening.signal()
        }

        /// - Returns: whether it was woken within the limit.
        func wait(for limit: Duration) -> Bool {
            wakening.wait(timeout: .now() + .milliseconds(Int(limit / .milliseconds(1)))) == .success
        }

        func takeJob() -> Job? {
            job.withLock { job in
                defer { job = nil }
                return job
            }
        }
    }

    /// A thread stuck in a read is treated as ended, and as newly started if it comes back.
    private struct State {
        var waiting: [Job] = []
        var idle: [Worker] = []
        /// Threads that work, or may be given work.
        var threads = 0
        /// Threads that have not ended.
        var running = 0
        var isStopped = false
        /// Callers that wait for the end of the last thread.
        var stopping: [CheckedContinuation<Void, Never>] = []

        mutating func countThread(_ change: Int) {
            threads += change
            running += change
        }

        /// Gives the job to an idle thread, or queues it.
        mutating func accept(_ job: Job) {
            if let worker = idle.popLast() {
                worker.wake(for: job)
            } else {
                let place = job.isUrgent ? waiting.firstIndex { !$0.isUrgent } : nil
                waiting.insert(job, at: place ?? waiting.endIndex)
            }
        }

        mutating func tellIfEnded() {
            guard running == 0 else { return }
            for continuation in stopping { continuation.resume() }
            stopping = []
        }
    }

    private let state = Mutex(State())
    private let name: String
    private let maximumThreads: Int
    private let urgentThreads = 4
    private let patience: Duration
    private let makeContext: @Sendable () -> Context
    private let makeThread: @Sendable (String, @escaping @Sendable () -> Void) -> Bool

    /// - Parameters:
    ///   - name: of the threads, at most 15 bytes.
    ///   - maximumThreads: the largest number of threads; a few more for urgent work.
    ///   - patience: how long a thread waits for work before it ends.
    ///   - makeThread: starts a thread, if possible.
    ///   - makeContext: makes the context of a thread, on that thread.
    init(
        name: String, maximumThreads: Int, patience: Duration = .seconds(120),
        makeThread: @escaping @Sendable (String, @escaping @Sendable () -> Void) -> Bool = WorkerThread.start,
        makeContext: @escaping @Sendable () -> Context
    ) {
        self.name = name
        self.maximumThreads = maximumThreads
        self.patience = patience
        self.makeThread = makeThread
        self.makeContext = makeContext
    }

    /// Queues work for a thread.
    ///
    /// - Parameters:
    ///   - isUrgent: whether it is done before all queued work.
    ///   - perform: does the work. The function it returns is called when the thread is free again, so that a
    ///     caller with more work gets that thread and not another.
    ///   - refused: called instead if the work will not be done.
    func run(
        isUrgent: Bool = false, _ perform: @escaping @Sendable (Context) -> (() -> Void),
        refused: @escaping @Sendable (Refusal) -> Void
    ) {
        let job = Job(isUrgent: isUrgent, perform: perform, refuse: refused)
        let (isStopped, needsThread) = state.withLock { state in
            guard !state.isStopped else { return (true, false) }
            guard state.idle.isEmpty, state.threads < limit(for: job) else {
                state.accept(job)
                return (false, false)
            }
            state.countThread(1)
            return (false, true)
        }
        if isStopped { refused(.stopped) }
        if needsThread { startThread(with: job) }
    }

    /// The largest number of working threads for this job to begin.
    private func limit(for job: Job) -> Int { maximumThreads + (job.isUrgent ? urgentThreads : 0) }

    /// A thread is stuck in its work. Another one may be made in its place.
    func lost() {
        let job = state.withLock { state -> Job? in
            state.countThread(-1)
            guard let next = state.waiting.first, state.threads < limit(for: next) else {
                state.tellIfEnded()
                return nil
            }
            state.countThread(1)
            return state.waiting.removeFirst()
        }
        if let job { startThread(with: job) }
    }

    /// The calling thread was stuck, and is back.
    func found() {
        state.withLock { $0.countThread(1) }
    }

    /// Accepts no more work. The threads end once all accepted work is done.
    func stop() {
        let idle = state.withLock { state in
            state.isStopped = true
            defer { state.idle = [] }
            state.threads -= state.idle.count
            return state.idle
        }
        for worker in idle { worker.wake(for: nil) }
    }

    /// Returns when all threads, except stuck ones, have ended after `stop`, and their contexts are freed.
    func ended() async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.stopping.append(continuation)
                state.tellIfEnded()
            }
        }
    }

    /// Starts a thread that is already counted.
    private func startThread(with job: Job) {
        let worker = Worker()
        worker.wake(for: job)
        guard !makeThread(name, { [self] in serve(worker) }) else { return }
        let refused = state.withLock { state -> [Job] in
            state.countThread(-1)
            state.tellIfEnded()
            guard state.threads == 0 else {
                state.accept(job)
                return []
            }
            // No thread is left to do the queued work.
            defer { state.waiting = [] }
            return [job] + state.waiting
        }
        for job in refused { job.refuse(.noThread) }
    }

    private func serve(_ worker: Worker) {
        work(worker)
        state.withLock { state in
            state.running -= 1
            state.tellIfEnded()
        }
    }

    private func work(_ worker: Worker) {
        let context = makeContext()
        while waitForJob(worker), doJob(of: worker, with: context) {}
    }

    /// Waits until the thread is woken.
    ///
    /// - Returns: false if that took too long, and the thread must end.
    private func waitForJob(_ worker: Worker) -> Bool {
        while !worker.wait(for: patience) {
            let ends = state.withLock { state in
                // Otherwise it was just removed from the list, and is about to be woken.
                guard let index = state.idle.firstIndex(where: { $0 === worker }) else { return false }
                state.idle.remove(at: index)
                state.threads -= 1
                return true
            }
            if ends { return false }
        }
        return true
    }

    /// Does the thread's job. All objects of the job are freed before the thread waits again.
    ///
    /// - Returns: false if the thread must end.
    private func doJob(of worker: Worker, with context: Context) -> Bool {
        guard let job = worker.takeJob() else { return false }
        let tell = job.perform(context)
        let goesOn = state.withLock { state in
            if let next = state.waiting.first, state.threads <= limit(for: next) {
                worker.wake(for: state.waiting.removeFirst())
                return true
            }
            // Otherwise there is one thread too many: this one was stuck and was replaced, or was made for
            // urgent work.
            if state.threads <= maximumThreads, !state.isStopped {
                state.idle.append(worker)
                return true
            }
            state.threads -= 1
            return false
        }
        tell()
        return goesOn
    }
}
