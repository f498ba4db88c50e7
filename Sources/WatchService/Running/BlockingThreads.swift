import DequeModule
package import LinuxSystem

/// A queue of jobs for threads.
private final class JobQueue<Job: Sendable>: Sendable {
    private struct State {
        var jobs = Deque<Job>()
        var isClosed = false
    }

    private let state = ThreadMonitor(State())

    func add(_ job: Job) {
        state.withLock { $0.jobs.append(job) }
        state.wakeOne()
    }

    /// Waits for the next job; nil once the queue was closed and is empty.
    func next() -> Job? {
        state.wait { state -> Job?? in
            if let job = state.jobs.popFirst() { return .some(job) }
            return state.isClosed ? .some(nil) : nil
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        state.wakeAll()
    }
}

/// Threads for calls that may block on a disk, a network file system or the kernel. Such calls must not use
/// the cooperative pool, because all other work needs its few threads.
package final class BlockingThreads: Sendable {
    private let queue = JobQueue<@Sendable () -> Void>()

    /// - Parameters:
    ///   - name: shown by `top -H`, at most 15 bytes.
    ///   - count: the number of threads, from 1.
    package init(_ name: String, count: Int) throws(SystemCallError) {
        for _ in 0..<count {
            try SystemThread.start(name) { [queue] in
                while let job = queue.next() { job() }
            }
        }
    }

    deinit { queue.close() }

    /// Runs `body` on one of the threads, and returns its result. Calls from one actor run in the order of
    /// the calls.
    package func run<Value: Sendable, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            queue.add {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Runs `body` on one of the threads, and returns its result; nil after the time limit. `body` then still
    /// runs later.
    @discardableResult
    package func run<Value: Sendable>(
        atMost patience: Duration, isolation: isolated (any Actor)? = #isolation,
        _ body: @escaping @Sendable () -> Value
    ) async -> Value? {
        let (values, value) = AsyncStream.makeStream(of: Value.self)
        submit {
            value.yield(body())
            value.finish()
        }
        return await withTaskGroup(of: Value?.self) { group in
            group.addTask { await values.first { _ in true } }
            group.addTask {
                await SystemTimeSource().sleep(until: .now + patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    /// Queues `body` to run on one of the threads.
    package func submit(_ body: @escaping @Sendable () -> Void) {
        queue.add(body)
    }
}

/// An actor's executor with its own thread. An actor on it may block without taking a thread from others.
///
/// Each inbox has one, whose thread lives as long as the inbox.
package final class ThreadExecutor: SerialExecutor {
    private let queue = JobQueue<UnownedJob>()

    /// - Parameter name: shown by `top -H`, at most 15 bytes.
    package init(_ name: String) throws(SystemCallError) {
        try SystemThread.start(name) { [self] in
            while let job = queue.next() { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.add(UnownedJob(job))
    }

    /// Ends the thread. Allowed only when no actor uses it any more.
    package func stop() {
        queue.close()
    }
}
