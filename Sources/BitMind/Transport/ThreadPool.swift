internal import Dispatch
internal import Synchronization

/// Threads for work that blocks, each with something of its own that the work may use.
///
/// A thread is made when work comes and none is idle, up to a limit. Of the idle ones the last to have worked is
/// taken first: a connection that it keeps is the least likely to be closed.
final class ThreadPool<Context>: Sendable {
    /// Why work is not done.
    enum Refusal {
        case stopped
        /// There is no thread, and the process has no room for one.
        case noThread
    }

    /// Something to do.
    private struct Job: Sendable {
        let isUrgent: Bool
        let perform: @Sendable (Context) -> (() -> Void)
        let refuse: @Sendable (Refusal) -> Void
    }

    /// One thread, and what it is to do next.
    private final class Worker: Sendable {
        private let job = Mutex<Job?>(nil)
        private let wakening = DispatchSemaphore(value: 0)

        /// Has it go on; without a job it ends.
        func wake(for job: Job?) {
            self.job.withLock { $0 = job }
            wakening.signal()
        }

        /// - Returns: whether it was woken in that time.
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

    /// A thread that is lost is in neither count: it is as if it had ended, and when it is found, as if it had been
    /// made.
    private struct State {
        var waiting: [Job] = []
        var idle: [Worker] = []
        /// Those that work, or may be given work.
        var threads = 0
        /// Those that have not ended.
        var running = 0
        var isStopped = false
        /// Those who wait for the last thread's end.
        var stopping: [CheckedContinuation<Void, Never>] = []

        mutating func countThread(_ change: Int) {
            threads += change
            running += change
        }

        /// Gives the job to a thread that is idle, or lets it wait for one.
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
    ///   - name: the threads', at most 15 bytes.
    ///   - maximumThreads: how many there are at most; a few more for what is urgent.
    ///   - patience: how long a thread waits for work before it ends.
    ///   - makeThread: starts a thread, unless there is no room for it.
    ///   - makeContext: makes what belongs to a thread, on that thread.
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

    /// Has something done by a thread, as soon as few enough are at work.
    ///
    /// - Parameters:
    ///   - isUrgent: whether it goes before all that waits.
    ///   - perform: does it. What it gives is called when the thread is free again: who is told then that it is
    ///     done, and has more, finds that thread and not another.
    ///   - refused: called instead where it will not be done.
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

    /// How many threads may be at work where this is done by one of them.
    private func limit(for job: Job) -> Int { maximumThreads + (job.isUrgent ? urgentThreads : 0) }

    /// A thread is stuck in its work: another may be made in its place.
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

    /// Accepts no more work, and lets the threads end once what was accepted is done.
    func stop() {
        let idle = state.withLock { state in
            state.isStopped = true
            defer { state.idle = [] }
            state.threads -= state.idle.count
            return state.idle
        }
        for worker in idle { worker.wake(for: nil) }
    }

    /// Returns when all threads have ended after `stop`, and what belonged to them is gone; but for those that are
    /// lost.
    func ended() async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.stopping.append(continuation)
                state.tellIfEnded()
            }
        }
    }

    /// Starts a thread, which has been counted already.
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
            // Nobody is left who could do what waits.
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
    /// - Returns: false where that took too long, and the thread is to end.
    private func waitForJob(_ worker: Worker) -> Bool {
        while !worker.wait(for: patience) {
            let ends = state.withLock { state in
                // Else it has just been taken out, and is about to be woken.
                guard let index = state.idle.firstIndex(where: { $0 === worker }) else { return false }
                state.idle.remove(at: index)
                state.threads -= 1
                return true
            }
            if ends { return false }
        }
        return true
    }

    /// Does what the thread was woken for. All that belongs to it is gone before the thread waits again.
    ///
    /// - Returns: false where the thread is to end.
    private func doJob(of worker: Worker, with context: Context) -> Bool {
        guard let job = worker.takeJob() else { return false }
        let tell = job.perform(context)
        let goesOn = state.withLock { state in
            if let next = state.waiting.first, state.threads <= limit(for: next) {
                worker.wake(for: state.waiting.removeFirst())
                return true
            }
            // Else it is one too many: it was stuck, and another stands in its place; or it was made for something
            // urgent.
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
