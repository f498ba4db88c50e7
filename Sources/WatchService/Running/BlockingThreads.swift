import DequeModule
package import LinuxSystem

/// Work that threads take in turn.
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

    /// The next job, once there is one; nil once the queue was closed and is empty.
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

/// Threads for calls that may block on a disk, a network file system or the kernel: never the cooperative pool,
/// whose few threads all others need.
package final class BlockingThreads: Sendable {
    private let queue = JobQueue<@Sendable () -> Void>()

    /// - Parameters:
    ///   - name: what `top -H` shows, at most 15 bytes.
    ///   - count: how many threads, from 1.
    package init(_ name: String, count: Int) throws(SystemCallError) {
        for _ in 0..<count {
            try SystemThread.start(name) { [queue] in
                while let job = queue.next() { job() }
            }
        }
    }

    deinit { queue.close() }

    /// Runs `body` on one of the threads, and gives what it gives. What an actor has run is run in the order in which
    /// it asked.
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

    /// Runs `body` on one of the threads, and gives what it gives; nil once the time for it is up: then it runs all
    /// the same, sometime.
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

    /// Runs `body` on one of the threads, sometime.
    package func submit(_ body: @escaping @Sendable () -> Void) {
        queue.add(body)
    }
}

/// An actor's executor that is a thread: an actor on it may block without taking a thread from others.
///
/// There is one for each inbox, whose thread lives as long as the inbox does.
package final class ThreadExecutor: SerialExecutor {
    private let queue = JobQueue<UnownedJob>()

    /// - Parameter name: what `top -H` shows, at most 15 bytes.
    package init(_ name: String) throws(SystemCallError) {
        try SystemThread.start(name) { [self] in
            while let job = queue.next() { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.add(UnownedJob(job))
    }

    /// Lets the thread end; only when no actor uses it any more.
    package func stop() {
        queue.close()
    }
}
