import Glibc

/// State that threads share and wait on: a mutex with a condition variable (pthread_cond_wait(3)).
///
/// For threads that may block, never for tasks. While somebody finds at once what it wants, no call goes to the
/// kernel.
// Unchecked, for the state is reached with the mutex held alone, and mutex and condition are made to be shared.
package final class ThreadMonitor<State: Sendable>: @unchecked Sendable {
    private var state: State
    // At addresses of their own: the kernel knows them by these.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Gives what `body` gives, which has the state to itself meanwhile.
    package func withLock<Value>(_ body: (inout State) -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Asks `body` whenever the state may have changed, until it gives something.
    package func wait<Value>(for body: (inout State) -> Value?) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let value = body(&state) { return value }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Has one of those who wait ask again.
    package func wakeOne() { pthread_cond_signal(condition) }

    /// Has all who wait ask again.
    package func wakeAll() { pthread_cond_broadcast(condition) }
}
