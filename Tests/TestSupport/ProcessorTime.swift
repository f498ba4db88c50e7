import Glibc

/// How long this thread computes for `body`: unlike the time by the clock, other work on the machine adds nothing
/// to it.
package func processorTime(of body: () throws -> Void) rethrows -> Duration {
    let begin = threadTime()
    try body()
    return threadTime() - begin
}

private func threadTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
